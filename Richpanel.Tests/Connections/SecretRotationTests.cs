using Microsoft.Extensions.Time.Testing;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Tests.Deliveries;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Connections;

public sealed class SecretRotationTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(A.Noon);
    private CoreUnderTest _core = null!;
    private long _id;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private SecretStore Secrets => _core.Get<SecretStore>();

    private Connection Shop => _core.Directory.Find(_id)!;

    private string InUse => _core.Secrets.Unprotect(Shop.ProtectedSecret!);

    public async ValueTask InitializeAsync()
    {
        _core = await CoreUnderTest.StartAsync(_folder, _time);
        _id = Saved(await _core.Store.CreateAsync(Actor.System, new ConnectionDraft { Name = "Shop", ApiKey = "shop-api-key", ApiSecret = "first-secret" })).Id;
    }

    public async ValueTask DisposeAsync()
    {
        await _core.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_replaced_secret_is_kept_for_a_day_unless_another_time_is_chosen()
    {
        var first = Shop.SecretFingerprint;

        await ReplaceAsync("second-secret");

        Assert.Equal(("second-secret", first, A.Noon, A.Noon.AddDays(1)), (InUse, Shop.PreviousSecretFingerprint, Shop.PreviousSecretSetAt, Shop.PreviousSecretUntil));
        await AcceptAsync();
        await ReplaceAsync("third-secret", SecretWindow.Hour);
        Assert.Equal(("second-secret", A.Noon.AddHours(1)), (_core.Secrets.Unprotect(Shop.PreviousSecret!), Shop.PreviousSecretUntil!.Value));
    }

    [Fact]
    public async Task A_secret_that_never_worked_does_not_take_the_place_of_the_one_that_did()
    {
        await ReplaceAsync("mistyped-secret");
        await ReplaceAsync("third-secret", SecretWindow.Week);

        Assert.Equal(("third-secret", "first-secret", A.Noon.AddDays(7)), (InUse, _core.Secrets.Unprotect(Shop.PreviousSecret!), Shop.PreviousSecretUntil!.Value));
    }

    [Fact]
    public async Task Without_a_window_the_old_one_is_kept_until_the_new_one_was_accepted()
    {
        await ReplaceAsync("second-secret", SecretWindow.None);
        Assert.True(Shop.KeepsPreviousSecret(_time.GetUtcNow()));

        await AcceptAsync();

        Assert.False(Shop.KeepsPreviousSecret(_time.GetUtcNow()));
    }

    [Fact]
    public async Task Going_back_lets_the_two_change_places_and_back_again()
    {
        await ReplaceAsync("second-secret");
        var version = Shop.Version;

        Saved(await Secrets.RollBackAsync(Actor.System, _id));

        Assert.Equal(("first-secret", "second-secret", version + 1), (InUse, _core.Secrets.Unprotect(Shop.PreviousSecret!), Shop.Version));
        Assert.Equal(SecretProtector.Fingerprint("first-secret"), Shop.SecretFingerprint);
        Saved(await Secrets.RollBackAsync(Actor.System, _id));
        Assert.Equal("second-secret", InUse);
    }

    [Fact]
    public async Task Once_the_new_one_was_accepted_and_the_time_is_over_there_is_no_way_back()
    {
        await ReplaceAsync("second-secret");
        await AcceptAsync();
        _time.Advance(TimeSpan.FromDays(1));

        var outcome = await Secrets.RollBackAsync(Actor.System, _id);

        Assert.StartsWith("No secret before this one", Assert.Single(Assert.IsType<SaveOutcome<Connection>.Invalid>(outcome).Faults).Text, StringComparison.Ordinal);
        Assert.Equal("second-secret", InUse);
    }

    [Fact]
    public async Task While_the_new_one_was_never_accepted_the_way_back_stays_open()
    {
        await ReplaceAsync("second-secret");
        _time.Advance(TimeSpan.FromDays(30));
        await Secrets.ForgetDueAsync();

        Saved(await Secrets.RollBackAsync(Actor.System, _id));

        Assert.Equal("first-secret", InUse);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_care_of_each_minute_forgets_what_is_due_and_says_so_as_the_product()
    {
        await ReplaceAsync("second-secret");
        await AcceptAsync();
        var care = _core.Hosted<SecretCare>();
        await care.StartAsync(Ct);
        _time.Advance(TimeSpan.FromHours(23));
        await Secrets.ForgetDueAsync();
        Assert.NotNull(Shop.PreviousSecret);

        while (Shop.PreviousSecret is not null)
        {
            _time.Advance(TimeSpan.FromMinutes(10));
            await Task.WhenAny(ChangedAsync(), Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Ct));
            Ct.ThrowIfCancellationRequested();
        }

        await care.StopAsync(Ct);
        Assert.Equal((null, null, null), (Shop.PreviousSecretFingerprint, Shop.PreviousSecretSetAt, Shop.PreviousSecretUntil));
        Assert.Equal((ActorKind.System, "secret.forgotten"), Log()[^1]);
    }

    [Fact]
    public async Task Forgetting_now_leaves_nothing_to_go_back_to()
    {
        await ReplaceAsync("second-secret");

        Saved(await Secrets.ForgetAsync(Actor.System, _id));

        Assert.IsType<SaveOutcome<Connection>.Invalid>(await Secrets.RollBackAsync(Actor.System, _id));
        Assert.IsType<SaveOutcome<Connection>.Invalid>(await Secrets.ForgetAsync(Actor.System, _id));
    }

    [Fact]
    public async Task The_same_secret_typed_again_changes_nothing_about_it()
    {
        await ReplaceAsync("second-secret");
        await AcceptAsync();
        var kept = (Shop.SecretSetAt, Shop.SecretAcceptedAt, Shop.PreviousSecretFingerprint);
        _time.Advance(TimeSpan.FromHours(1));

        await ReplaceAsync("second-secret");

        Assert.Equal(kept, (Shop.SecretSetAt, Shop.SecretAcceptedAt, Shop.PreviousSecretFingerprint));
    }

    [Fact]
    public async Task Removing_the_secret_removes_the_one_before_as_well()
    {
        await ReplaceAsync("second-secret");

        Saved(await _core.Store.UpdateAsync(Actor.System, _id, new ConnectionDraft { ClearSecret = true }));

        Assert.Equal((null, null), (Shop.ProtectedSecret, Shop.PreviousSecret));
    }

    [Fact]
    public async Task Each_step_is_a_line_of_the_change_log_with_who_did_it()
    {
        var anna = new Actor(ActorKind.Person, 7, "Anna", Role.Admin);
        Saved(await _core.Store.UpdateAsync(anna, _id, new ConnectionDraft { ApiSecret = "second-secret", TimeoutSeconds = 20 }));
        Saved(await Secrets.RollBackAsync(anna, _id));
        Saved(await Secrets.ForgetAsync(anna, _id));
        Saved(await _core.Store.UpdateAsync(anna, _id, new ConnectionDraft { ClearSecret = true }));

        Assert.Equal(
            ["connection.created", "connection.changed", "secret.replaced", "secret.rolled-back", "secret.forgotten", "secret.removed"], Log().Select(line => line.Action));
        Assert.All(Log().Skip(1), line => Assert.Equal(ActorKind.Person, line.By));
        await using var context = _core.Read();
        Assert.DoesNotContain(context.ChangeLog.ToList(), line => line.Fields?.Contains("-secret", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task The_page_can_say_who_set_the_secret_in_use()
    {
        _time.Advance(TimeSpan.FromHours(1));
        Saved(await _core.Store.UpdateAsync(new Actor(ActorKind.Person, 7, "Anna", Role.Admin), _id, new ConnectionDraft { ApiSecret = "second-secret" }));
        Assert.Equal("Anna", await _core.Get<SecretQueries>().SetByAsync(Shop, Ct));

        Saved(await Secrets.RollBackAsync(Actor.System, _id));

        Assert.Equal(Actor.System.Name, await _core.Get<SecretQueries>().SetByAsync(Shop, Ct));
    }

    [Fact]
    public async Task Who_may_not_change_connections_or_not_this_one_turns_no_secret()
    {
        await ReplaceAsync("second-secret");
        var elsewhere = new Actor(ActorKind.Token, 1, "ci", Role.Admin, ["Other"]);

        await Assert.ThrowsAsync<ForbiddenException>(() => Secrets.RollBackAsync(new Actor(ActorKind.Person, 8, "Bob", Role.Operator), _id));
        await Assert.ThrowsAsync<ForbiddenException>(() => Secrets.ForgetAsync(new Actor(ActorKind.Person, 8, "Bob", Role.Operator), _id));
        await Assert.ThrowsAsync<ForbiddenException>(() => Secrets.RollBackAsync(elsewhere, _id));
        Assert.Equal("second-secret", InUse);
    }

    private async Task ReplaceAsync(string secret, SecretWindow keep = SecretWindow.Day) =>
        Saved(await _core.Store.UpdateAsync(Actor.System, _id, new ConnectionDraft { ApiSecret = secret, KeepPreviousFor = keep }));

    private async Task AcceptAsync()
    {
        await _core.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            context.Connections.Find(_id)!.SecretAcceptedAt = _time.GetUtcNow();
            context.SaveChanges();
        });
        await _core.Directory.ReloadAsync(Ct);
    }

    private Task ChangedAsync()
    {
        var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _core.Directory.Changed += () => changed.TrySetResult();
        return changed.Task;
    }

    private List<(ActorKind By, string Action)> Log()
    {
        using var context = _core.Read();
        return [.. context.ChangeLog.OrderBy(line => line.Id).Select(line => new { line.ActorKind, line.Action }).AsEnumerable().Select(line => (line.ActorKind, line.Action))];
    }

    private static Connection Saved(SaveOutcome<Connection> outcome) => Assert.IsType<SaveOutcome<Connection>.Saved>(outcome).Value;
}
