using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Ledger;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Deliveries;

/// <summary>What deleting and disabling do to what waits and to what comes: never in silence.</summary>
public sealed class ConnectionRemovalTests : IAsyncLifetime
{
    private readonly ConsoleUnderTest _console = new();
    private HttpClient _http = null!;
    private TestSource _shop = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ConnectionRemoval Removal => _console.Services.GetRequiredService<ConnectionRemoval>();

    private Connection Shop => _console.Directory.Find(_shop.ConnectionId)!;

    public async ValueTask InitializeAsync()
    {
        _http = _console.CreateClient();
        _shop = await _console.AddSourceAsync("Shop", connection => connection.PausedAt = DateTimeOffset.UnixEpoch);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _console.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_deleted_connection_cancels_what_waits_lets_nobody_in_and_the_ledger_goes_on_adding_up()
    {
        await PostAsync("a");
        await PostAsync("b");

        Saved(await Removal.DeleteAsync(Actor.System, _shop.ConnectionId, "Shop"));

        await using var context = _console.Read();
        Assert.All(await context.Deliveries.Where(row => row.ConnectionId == _shop.ConnectionId).ToListAsync(Ct), row => Assert.Equal((DeliveryState.Canceled, null), (row.State, row.DueAt)));
        using var refused = await _http.PostCallAsync("/v1/track", """{"messageId":"c","userId":"u","event":"E"}""", _shop.WriteKey);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        await _console.LedgerAddsUpAsync();
        var line = (await _console.Services.GetRequiredService<LedgerQueries>().ReadAsync(Ct)).Connections.Single(one => one.ConnectionId == _shop.ConnectionId);
        Assert.Equal(("Shop (deleted)", 2L, 2L, 0L, true), (line.Name, line.Line.Created, line.Line.Canceled, line.Line.Waiting, line.Line.Balanced));
    }

    [Fact(Timeout = 60_000)]
    public async Task Its_secrets_and_keys_are_erased_and_its_name_and_write_key_may_be_given_again()
    {
        Saved(await Removal.DeleteAsync(Actor.System, _shop.ConnectionId, "Shop"));

        Assert.Equal((null, true), (Shop.ProtectedSecret, Shop.Disabled));
        Assert.DoesNotContain(_console.Directory.Connections, connection => connection.Id == _shop.ConnectionId);
        Assert.Empty(_console.Directory.FindSource(_shop.SourceId)!.ProtectedWriteKey);
        var again = Saved(await _console.Services.GetRequiredService<ConnectionStore>().CreateAsync(Actor.System, new ConnectionDraft { Name = "Shop", ApiKey = "shop-api-key" }));
        Assert.IsType<SaveOutcome<SourceWithKey>.Saved>(await _console.Services.GetRequiredService<SourceStore>().AddSourceAsync(
            Actor.System, again.Id, new SourceDraft { Name = "Shop", WriteKey = _shop.WriteKey }));
        Saved(await Removal.DeleteAsync(Actor.System, again.Id, "Shop"));
        Assert.Equal("Shop (deleted 2)", _console.Directory.Find(again.Id)!.Name);
    }

    [Fact(Timeout = 60_000)]
    public async Task Without_its_name_typed_exactly_and_of_the_Sandbox_nothing_is_deleted()
    {
        var sandbox = _console.Directory.Connections.Single(connection => connection.IsSandbox);

        Assert.IsType<SaveOutcome<RemovedConnection>.Invalid>(await Removal.DeleteAsync(Actor.System, _shop.ConnectionId, "shop"));
        Assert.IsType<SaveOutcome<RemovedConnection>.Invalid>(await Removal.DeleteAsync(Actor.System, _shop.ConnectionId, null));
        Assert.IsType<SaveOutcome<RemovedConnection>.Invalid>(await Removal.DeleteAsync(Actor.System, sandbox.Id, sandbox.Name));
        Assert.IsType<SaveOutcome<Source>.Invalid>(await Removal.DeleteSourceAsync(Actor.System, _shop.SourceId, "Sho"));

        Assert.Equal(2, _console.Directory.Connections.Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_was_being_sent_at_the_deletion_and_comes_back_to_wait_is_canceled_by_the_next_sweep()
    {
        await PostAsync("a");
        Saved(await Removal.DeleteAsync(Actor.System, _shop.ConnectionId, "Shop"));
        await _console.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            var row = context.Deliveries.Single(row => row.ConnectionId == _shop.ConnectionId);
            var before = LedgerPlace.Of(row);
            (row.State, row.DueAt) = (DeliveryState.Waiting, TimeProvider.System.GetUtcNow());
            session.Ledger.Moved(before, LedgerPlace.Of(row));
            context.SaveChanges();
        });

        await Removal.CancelLeftoversAsync();

        await using var after = _console.Read();
        Assert.Equal(DeliveryState.Canceled, (await after.Deliveries.SingleAsync(row => row.ConnectionId == _shop.ConnectionId, Ct)).State);
        await _console.LedgerAddsUpAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task A_delivery_of_a_deleted_connection_is_not_retried_into_nowhere()
    {
        await PostAsync("a");
        Saved(await Removal.DeleteAsync(Actor.System, _shop.ConnectionId, "Shop"));
        await using var context = _console.Read();
        var id = await context.Deliveries.Where(row => row.ConnectionId == _shop.ConnectionId).Select(row => row.Id).SingleAsync(Ct);

        var outcome = await _console.Services.GetRequiredService<DeliveryActions>().RetryAsync(Actor.System, id, false, Ct);

        Assert.Equal(new ActionOutcome(false, DeliveryState.Canceled), outcome);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_deleted_source_is_refused_and_what_it_posted_goes_on_waiting()
    {
        await PostAsync("a");

        Assert.IsType<SaveOutcome<Source>.Saved>(await Removal.DeleteSourceAsync(Actor.System, _shop.SourceId, "Shop"));

        await using var context = _console.Read();
        Assert.Equal(DeliveryState.Waiting, (await context.Deliveries.SingleAsync(row => row.ConnectionId == _shop.ConnectionId, Ct)).State);
        Assert.Null(_console.Directory.FindSourceByWriteKey(_shop.WriteKey));
        Assert.Null(_console.Directory.FindSourceByPublicId(_shop.PublicId));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_disabled_connection_swallows_nothing_each_call_is_a_row_that_says_why()
    {
        await _console.Services.GetRequiredService<ConnectionStore>().UpdateAsync(Actor.System, _shop.ConnectionId, new ConnectionDraft { Disabled = true });

        await PostAsync("a");

        await using var context = _console.Read();
        var row = await context.Deliveries.SingleAsync(row => row.ConnectionId == _shop.ConnectionId, Ct);
        Assert.Equal((DeliveryState.Skipped, "connection_disabled"), (row.State, row.Cause));
    }

    private async Task PostAsync(string messageId)
    {
        await _http.PostCallAsync("/v1/track", $$"""{"messageId":"{{messageId}}","userId":"u","event":"E"}""", _shop.WriteKey).AcceptedAsync();
        await _console.ExpandedAsync();
    }

    private static T Saved<T>(SaveOutcome<T> outcome) => Assert.IsType<SaveOutcome<T>.Saved>(outcome).Value;
}
