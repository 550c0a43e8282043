using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Connections;

public sealed class ConnectionStoreTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private CoreUnderTest _core = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _core = await CoreUnderTest.StartAsync(_folder);

    public async ValueTask DisposeAsync()
    {
        await _core.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_new_connection_keeps_its_secret_sealed_and_is_known_at_once()
    {
        var made = Saved(await _core.Store.CreateAsync(Actor.System, new ConnectionDraft { Name = "Shop", ApiKey = "shop-api-key", ApiSecret = "planted-secret" }));

        Assert.Equal("Shop", _core.Directory.Find(made.Id)!.Name);
        Assert.Equal("planted-secret", _core.Secrets.Unprotect(made.ProtectedSecret!));
        Assert.Equal(8, made.SecretFingerprint!.Length);
        Assert.DoesNotContain("planted-secret", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "console.db"), Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_with_a_comma_is_refused_since_it_would_be_two_in_the_list_of_a_token()
    {
        var made = Saved(await _core.Store.CreateAsync(Actor.System, new ConnectionDraft { Name = "Shop", ApiKey = "shop-api-key" }));

        var outcome = await _core.Store.UpdateAsync(new Actor(ActorKind.Token, 1, "ci", Role.Admin, ["Shop"]), made.Id, new ConnectionDraft { Name = "Shop,Live" });

        Assert.Equal("Name", Assert.Single(Assert.IsType<SaveOutcome<Connection>.Invalid>(outcome).Faults).Field);
        Assert.Equal("Shop", _core.Directory.Find(made.Id)!.Name);
    }

    [Fact]
    public async Task An_update_changes_only_what_it_names_and_counts_the_version()
    {
        var made = Saved(await _core.Store.CreateAsync(Actor.System, new ConnectionDraft { Name = "Shop", ApiKey = "shop-api-key", ApiSecret = "secret" }));

        var changed = Saved(await _core.Store.UpdateAsync(Actor.System, made.Id, new ConnectionDraft { TimeoutSeconds = 30 }));

        Assert.Equal(("Shop", "shop-api-key", 30, 2), (changed.Name, changed.ApiKey, changed.TimeoutSeconds, changed.Version));
        Assert.Equal("secret", _core.Secrets.Unprotect(changed.ProtectedSecret!));
    }

    [Fact]
    public async Task A_refused_draft_changes_nothing_and_names_every_fault_with_its_field()
    {
        var made = Saved(await _core.Store.CreateAsync(Actor.System, new ConnectionDraft { Name = "Shop", ApiKey = "shop-api-key" }));

        var outcome = await _core.Store.UpdateAsync(
            Actor.System,
            made.Id, new ConnectionDraft { Name = " ", ApiKey = "short", BaseUrl = "richpanel", Transport = Transport.Batch, Concurrency = 0, TimeoutSeconds = 61, Environment = ConnectionEnvironment.Sandbox });

        Assert.Equal(
            ["Name", "ApiKey", "BaseUrl", "Transport", "Environment", "Concurrency", "TimeoutSeconds"],
            Assert.IsType<SaveOutcome<Connection>.Invalid>(outcome).Faults.Select(fault => fault.Field));
        Assert.Equal(("Shop", 1), (_core.Directory.Find(made.Id)!.Name, _core.Directory.Find(made.Id)!.Version));
    }

    [Theory]
    [InlineData("https://user:pass@api.richpanel.com/v2")]
    [InlineData("https://api.richpanel.com/v2?x=1")]
    [InlineData("https://api.richpanel.com/v2#x")]
    [InlineData("ftp://api.richpanel.com/v2")]
    [InlineData("https://xn--\u00fc.example/v2")]
    [InlineData("/v2")]
    public async Task A_base_address_is_host_and_path_only(string address)
    {
        var outcome = await _core.Store.CreateAsync(Actor.System, new ConnectionDraft { Name = "Shop", ApiKey = "shop-api-key", BaseUrl = address });

        Assert.Equal("BaseUrl", Assert.Single(Assert.IsType<SaveOutcome<Connection>.Invalid>(outcome).Faults).Field);
    }

    [Fact]
    public async Task Names_are_unique_whatever_their_case()
    {
        Saved(await _core.Store.CreateAsync(Actor.System, new ConnectionDraft { Name = "Shop", ApiKey = "shop-api-key" }));

        var outcome = await _core.Store.CreateAsync(Actor.System, new ConnectionDraft { Name = "SHOP", ApiKey = "other-api-key" });

        Assert.Equal("Name", Assert.Single(Assert.IsType<SaveOutcome<Connection>.Invalid>(outcome).Faults).Field);
    }

    [Fact]
    public async Task The_secret_is_removed_only_when_that_is_asked_for()
    {
        var made = Saved(await _core.Store.CreateAsync(Actor.System, new ConnectionDraft { Name = "Shop", ApiKey = "shop-api-key", ApiSecret = "secret" }));

        var cleared = Saved(await _core.Store.UpdateAsync(Actor.System, made.Id, new ConnectionDraft { ClearSecret = true }));

        Assert.Equal((null, null, null), (cleared.ProtectedSecret, cleared.SecretFingerprint, cleared.SecretSetAt));
    }

    [Fact]
    public async Task Write_keys_are_unique_over_all_sources()
    {
        var made = Saved(await _core.Store.CreateAsync(Actor.System, new ConnectionDraft { Name = "Shop", ApiKey = "shop-api-key" }));
        await Sources.AddSourceAsync(Actor.System, made.Id, new SourceDraft { Name = "Web", WriteKey = "a-write-key-of-some-length" });

        var outcome = await Sources.AddSourceAsync(Actor.System, made.Id, new SourceDraft { Name = "App", WriteKey = "a-write-key-of-some-length" });

        Assert.Equal("WriteKey", Assert.Single(Assert.IsType<SaveOutcome<SourceWithKey>.Invalid>(outcome).Faults).Field);
        Assert.IsType<SaveOutcome<SourceWithKey>.Missing>(await Sources.AddSourceAsync(Actor.System, 999, new SourceDraft { Name = "App" }));
    }

    [Fact]
    public async Task However_many_reload_at_once_the_directory_ends_with_the_newest_rows()
    {
        var made = Saved(await _core.Store.CreateAsync(Actor.System, new ConnectionDraft { Name = "Shop", ApiKey = "shop-api-key" }));

        await Task.WhenAll(Enumerable.Range(1, 40).Select(seconds => _core.Store.UpdateAsync(Actor.System, made.Id, new ConnectionDraft { TimeoutSeconds = seconds })));

        await using var context = _core.Read();
        Assert.Equal(context.Connections.Single(row => row.Id == made.Id).Version, _core.Directory.Find(made.Id)!.Version);
        Assert.Equal(41, _core.Directory.Find(made.Id)!.Version);
    }

    private SourceStore Sources => _core.Get<SourceStore>();

    private static Connection Saved(SaveOutcome<Connection> outcome) => Assert.IsType<SaveOutcome<Connection>.Saved>(outcome).Value;
}
