using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Connections;

public sealed class BootstrapTests : IDisposable
{
    private const string Token = "a-token-of-at-least-32-characters-0001";
    private const string OtherToken = "a-token-of-at-least-32-characters-0002";

    private static readonly (string, string)[] s_shop =
    [
        ("Bootstrap:Connections:0:Name", "Shop"),
        ("Bootstrap:Connections:0:BaseUrl", "https://api.richpanel.com/v2"),
        ("Bootstrap:Connections:0:ApiKey", "shop-api-key"),
        ("Bootstrap:Connections:0:ApiSecret", "shop-api-secret"),
        ("Bootstrap:Connections:0:Sources:0:Name", "Web"),
        ("Bootstrap:Connections:0:Sources:0:WriteKey", "write-key-of-the-web-shop"),
    ];

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Connections_and_sources_are_made_once_however_often_the_product_starts()
    {
        for (var start = 0; start < 3; start++)
        {
            await using var core = await CoreUnderTest.BootstrapAsync(_folder, s_shop);
            var connection = Assert.Single(core.Directory.Connections);
            Assert.Equal(("Shop", "shop-api-key", 1), (connection.Name, connection.ApiKey, connection.Version));
            Assert.Equal("shop-api-secret", core.Secrets.Unprotect(connection.ProtectedSecret!));
            Assert.Equal(connection.Id, core.Directory.FindSourceByWriteKey("write-key-of-the-web-shop")!.ConnectionId);
            Assert.Single(core.Directory.Sources);
        }
    }

    [Fact]
    public async Task What_an_admin_changed_stays_over_the_next_start()
    {
        await using (var core = await CoreUnderTest.BootstrapAsync(_folder, s_shop))
        {
            await core.Store.UpdateAsync(Actor.System, core.Directory.Connections[0].Id, new ConnectionDraft { ApiKey = "changed-by-admin" });
            await core.Get<SourceStore>().UpdateSourceAsync(Actor.System, core.Directory.Sources[0].Id, new SourceDraft { Disabled = true });
        }

        await using var next = await CoreUnderTest.BootstrapAsync(_folder, s_shop);

        Assert.Equal("changed-by-admin", next.Directory.Connections[0].ApiKey);
        Assert.True(next.Directory.Sources[0].Disabled);
    }

    [Fact]
    public async Task A_secret_that_was_lost_with_the_key_ring_comes_back_from_the_configuration_that_still_has_it()
    {
        await (await CoreUnderTest.BootstrapAsync(_folder, s_shop)).DisposeAsync();
        Directory.Delete(Path.Combine(_folder.Path, "keys"), recursive: true);

        await using var core = await CoreUnderTest.StartAsync(_folder, s_shop);
        await core.Get<LostSecrets>().LookAsync();
        Assert.Equal("secret_unreadable", core.Directory.Connections[0].HoldCause);
        await core.ApplyBootstrapAsync();

        var shop = Assert.Single(core.Directory.Connections);
        Assert.Equal(("shop-api-secret", null, null), (core.Secrets.Open(shop.ProtectedSecret!), shop.HoldCause, shop.PreviousSecret));
        await using var context = core.Read();
        Assert.Equal(1, await context.ChangeLog.CountAsync(line => line.Action == "secret.replaced" && line.ActorKind == ActorKind.Bootstrap, Ct));
    }

    [Fact]
    public async Task A_lost_secret_that_an_admin_had_set_is_not_replaced_by_an_older_one_of_the_configuration()
    {
        await using (var core = await CoreUnderTest.BootstrapAsync(_folder, s_shop))
        {
            await core.Store.UpdateAsync(Actor.System, core.Directory.Connections[0].Id, new ConnectionDraft { ApiSecret = "set-by-an-admin" });
        }

        Directory.Delete(Path.Combine(_folder.Path, "keys"), recursive: true);

        await using var next = await CoreUnderTest.BootstrapAsync(_folder, s_shop);

        Assert.Null(next.Secrets.Open(next.Directory.Connections[0].ProtectedSecret!));
    }

    [Fact]
    public async Task A_value_that_changed_counts_as_new_and_is_applied_to_the_same_connection()
    {
        await (await CoreUnderTest.BootstrapAsync(_folder, s_shop)).DisposeAsync();

        await using var next = await CoreUnderTest.BootstrapAsync(
            _folder, [.. s_shop.Where(setting => !setting.Item1.EndsWith(":ApiSecret", StringComparison.Ordinal)), ("Bootstrap:Connections:0:ApiSecret", "rotated-secret")]);

        var connection = Assert.Single(next.Directory.Connections);
        Assert.Equal(("rotated-secret", 2), (next.Secrets.Unprotect(connection.ProtectedSecret!), connection.Version));
        Assert.Single(next.Directory.Sources);
    }

    [Fact]
    public async Task An_entry_and_the_memory_of_it_are_one_commit()
    {
        await using var core = await CoreUnderTest.StartAsync(_folder, s_shop);
        await core.Writer.WriteAsync(session => session.Execute(
            """CREATE TRIGGER refuse BEFORE INSERT ON "BootstrapEntries" BEGIN SELECT RAISE(ABORT, 'as if the process had died here'); END"""));
        await Assert.ThrowsAnyAsync<Exception>(core.ApplyBootstrapAsync);
        await core.Directory.ReloadAsync(Ct);
        Assert.Empty(core.Directory.Connections);

        await core.Writer.WriteAsync(session => session.Execute("DROP TRIGGER refuse"));
        await core.ApplyBootstrapAsync();
        Assert.Equal("Shop", Assert.Single(core.Directory.Connections).Name);
    }

    [Fact]
    public async Task A_token_is_stored_hashed_and_replaced_when_its_value_changes()
    {
        await (await CoreUnderTest.BootstrapAsync(_folder, TokenSettings(Token))).DisposeAsync();
        await (await CoreUnderTest.BootstrapAsync(_folder, TokenSettings(Token))).DisposeAsync();
        await using var core = await CoreUnderTest.BootstrapAsync(_folder, TokenSettings(OtherToken));

        await using var context = core.Read();
        var tokens = await context.ApiTokens.OrderBy(token => token.Id).ToListAsync(Ct);
        Assert.Equal([SecretProtector.HashKey(OtherToken)], tokens.Select(token => token.Hash));
        Assert.Null(tokens[0].RevokedAt);
    }

    [Fact]
    public async Task A_token_that_was_revoked_stays_revoked_over_the_next_start()
    {
        await using (var core = await CoreUnderTest.BootstrapAsync(_folder, TokenSettings(Token)))
        {
            await core.Writer.WriteAsync(session => session.Execute("""UPDATE "ApiTokens" SET "RevokedAt"=1"""));
        }

        await using var next = await CoreUnderTest.BootstrapAsync(_folder, TokenSettings(Token));
        await using var context = next.Read();
        Assert.NotNull((await context.ApiTokens.SingleAsync(Ct)).RevokedAt);
    }

    [Fact]
    public async Task A_token_that_was_revoked_stays_revoked_whatever_else_of_its_entry_changes()
    {
        await using (var core = await CoreUnderTest.BootstrapAsync(_folder, TokenSettings(Token)))
        {
            await core.Writer.WriteAsync(session => session.Execute("""UPDATE "ApiTokens" SET "RevokedAt"=1"""));
        }

        await using var next = await CoreUnderTest.BootstrapAsync(_folder, [.. TokenSettings(Token), ("Bootstrap:ApiTokens:0:ExpiresAt", "2099-01-01T00:00:00Z")]);
        await using var context = next.Read();
        Assert.NotNull((await context.ApiTokens.SingleAsync(Ct)).RevokedAt);
    }

    [Fact]
    public async Task A_token_that_was_replaced_and_then_put_back_works_again()
    {
        await (await CoreUnderTest.BootstrapAsync(_folder, TokenSettings(Token))).DisposeAsync();
        await (await CoreUnderTest.BootstrapAsync(_folder, TokenSettings(OtherToken))).DisposeAsync();
        await using var core = await CoreUnderTest.BootstrapAsync(_folder, TokenSettings(Token));

        await using var context = core.Read();
        var live = await context.ApiTokens.SingleAsync(token => token.RevokedAt == null, Ct);
        Assert.Equal(SecretProtector.HashKey(Token), live.Hash);
    }

    [Fact]
    public async Task A_write_key_that_was_replaced_and_then_put_back_is_there_already_and_stays_as_it_is()
    {
        (string, string)[] rotated = [.. s_shop[..^1], ("Bootstrap:Connections:0:Sources:0:WriteKey", "another-key-of-the-web-shop")];
        await using (var first = await CoreUnderTest.BootstrapAsync(_folder, s_shop))
        {
            await first.Get<SourceStore>().UpdateSourceAsync(Actor.System, first.Directory.Sources[0].Id, new SourceDraft { Disabled = true });
        }

        await (await CoreUnderTest.BootstrapAsync(_folder, rotated)).DisposeAsync();
        await using var core = await CoreUnderTest.BootstrapAsync(_folder, s_shop);

        Assert.Equal(2, core.Directory.Sources.Count);
        Assert.True(core.Directory.FindSourceByWriteKey("write-key-of-the-web-shop")!.Disabled);
    }

    [Fact]
    public async Task Two_tokens_of_one_name_would_replace_each_other_at_every_start_and_are_refused()
    {
        (string, string)[] both = [.. TokenSettings(Token), ("Bootstrap:ApiTokens:1:Name", "ci"), ("Bootstrap:ApiTokens:1:Role", "viewer"), ("Bootstrap:ApiTokens:1:Token", OtherToken)];

        var failure = await Assert.ThrowsAsync<CannotStartException>(() => CoreUnderTest.BootstrapAsync(_folder, both));

        Assert.Contains("Bootstrap:ApiTokens:1:Name", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_with_a_line_break_at_its_end_is_the_token_without_it()
    {
        await using var core = await CoreUnderTest.BootstrapAsync(_folder, TokenSettings(Token + "\n"));

        await using var context = core.Read();
        Assert.Equal(SecretProtector.HashKey(Token), (await context.ApiTokens.SingleAsync(Ct)).Hash);
    }

    [Theory]
    [InlineData("Bootstrap:ApiTokens:0:Token", "too-short", "32")]
    [InlineData("Bootstrap:ApiTokens:0:Role", "owner", "viewer, support, qa, operator, admin")]
    [InlineData("Bootstrap:Connections:0:ApiKey", "short", "Bootstrap:Connections:0:ApiKey")]
    [InlineData("Bootstrap:Connections:0:ApiSecretFile", "/nowhere/secret", "Bootstrap:Connections:0:ApiSecretFile")]
    [InlineData("Bootstrap:Connections:0:Sources:0:WriteKey", "short", "Bootstrap:Connections:0:Sources:0:WriteKey")]
    public async Task What_cannot_be_right_stops_the_start_and_says_which_setting_and_why(string setting, string value, string said)
    {
        (string Key, string Value)[] all = [.. s_shop, .. TokenSettings(Token)];
        var settings = all.Where(one => one.Key != setting).Append((setting, value)).ToArray();

        var failure = await Assert.ThrowsAsync<CannotStartException>(() => CoreUnderTest.BootstrapAsync(_folder, settings));

        Assert.Contains(setting[..setting.LastIndexOf(':')], failure.Message, StringComparison.Ordinal);
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_may_stand_in_a_file_of_its_own()
    {
        var file = Path.Combine(_folder.Path, "secret");
        await File.WriteAllTextAsync(file, "secret-of-a-file\n", Ct);

        await using var core = await CoreUnderTest.BootstrapAsync(
            _folder, [.. s_shop.Where(setting => !setting.Item1.EndsWith(":ApiSecret", StringComparison.Ordinal)), ("Bootstrap:Connections:0:ApiSecretFile", file)]);

        Assert.Equal("secret-of-a-file", core.Secrets.Unprotect(core.Directory.Connections[0].ProtectedSecret!));
    }

    private static (string, string)[] TokenSettings(string token) =>
        [("Bootstrap:ApiTokens:0:Name", "ci"), ("Bootstrap:ApiTokens:0:Role", "qa"), ("Bootstrap:ApiTokens:0:Token", token)];
}
