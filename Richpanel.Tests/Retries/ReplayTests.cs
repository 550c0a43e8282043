using Microsoft.EntityFrameworkCore;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Privacy;
using Richpanel.Core.Receiving;
using Richpanel.Core.Retries;
using Richpanel.Tests.Deliveries;

namespace Richpanel.Tests.Retries;

/// <summary>A replay makes new deliveries of the same events, linked both ways, and says which of them may be repeats.</summary>
public sealed class ReplayTests
{
    private const int Patience = 30_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task Each_event_goes_out_again_as_a_new_delivery_with_the_same_event_id_and_the_first_stays_as_it_was()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var failed = await test.FailAsync(stub, shop, 2);
        var accepted = await test.ReceiveAsync(shop, "a1");
        await test.UntilAllAsync(accepted, row => row.State == DeliveryState.Accepted);
        var ids = stub.EventIds.ToList();
        stub.Requests.Clear();

        var batch = await test.SendAsync("since:1h", RetryKind.Replay);
        var done = await test.UntilRetryAsync(batch.Id, view => view.Batch.State == RetryState.Finished);

        Assert.Equal(new RetryProgress(3, 0, 0, 3, 0, 0, 0), done.Progress);
        var copies = await test.ReadAsync(db => db.Deliveries.Where(row => row.Origin == Origin.Replay).OrderBy(row => row.Id).ToListAsync(Ct));
        Assert.Equal([.. failed, .. accepted], copies.Select(copy => copy.CopyOf!.Value));
        Assert.Equal(await MessagesAsync(test, [.. failed, .. accepted]), copies.Select(copy => copy.MessageId));
        Assert.Equal(copies.Select(copy => copy.MessageId).Order(), stub.EventIds.Order());
        Assert.Contains(ids.Single(), stub.EventIds);
        Assert.Equal([false, false, true], copies.Select(copy => copy.Marks.HasFlag(DeliveryMarks.MayHaveGoneOut)));   // only what may have been received
        Assert.Equal([DeliveryState.Failed, DeliveryState.Failed, DeliveryState.Accepted], (await test.UntilAllAsync([.. failed, .. accepted], _ => true)).Select(row => row.State));
        Assert.Equal([new DeliveryCopy(copies[0].Id, Origin.Replay)], (await test.Queries.FindAsync(Sight.Of(Actor.System), failed[0], Ct))!.Copies);
        Assert.Equal(3, (await test.Reader.CountAsync(LogAsk.By(Actor.System, LogQuery.Of($"retry:{PublicId.Retry(batch.Id)} origin:replay")), Ct))!.Found);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Never_accepted_leaves_out_every_event_that_got_through_in_any_delivery()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var failed = await test.FailAsync(stub, shop, 3);
        await test.UntilAllAsync(await test.ReceiveAsync(shop, "a1"), row => row.State == DeliveryState.Accepted);
        var first = await test.SendAsync("state:failed user:u0", RetryKind.Replay);
        await test.UntilRetryAsync(first.Id, view => view.Batch.State == RetryState.Finished);
        stub.Requests.Clear();

        var batch = await test.SendAsync("", RetryKind.Replay, neverAccepted: true);
        await test.UntilRetryAsync(batch.Id, view => view.Batch.State == RetryState.Finished);
        var again = await test.PlanAsync("", RetryKind.Replay, neverAccepted: true);

        Assert.Equal(2, batch.Planned);
        Assert.Equal([new RetryShare("accepted", 2), new RetryShare("sent_elsewhere", 1)], batch.PlanOf().LeftOut);
        Assert.Equal(await MessagesAsync(test, [.. failed.Skip(1)]), stub.EventIds.Order());
        Assert.Equal(0, again.Planned);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_replay_as_then_sends_the_kept_call_of_the_first()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.FailAsync(stub, shop, 1);

        var batch = await test.SendAsync("state:failed", RetryKind.Replay, new RetryStart(AsThen: true, PerSecond: 200, Canary: 0));
        await test.UntilRetryAsync(batch.Id, view => view.Batch.State == RetryState.Finished);

        var copy = await test.ReadAsync(db => db.Deliveries.SingleAsync(row => row.CopyOf == ids[0], Ct));
        var calls = await test.ReadAsync(db => db.MappedCalls.OrderBy(call => call.Id).ToListAsync(Ct));
        Assert.Equal([ids[0], copy.Id], calls.Select(call => call.DeliveryId));
        Assert.Equal(calls[0].Content, calls[1].Content);
        Assert.Equal((AttemptTrigger.Bulk, calls[1].Id), ((await test.AttemptsAsync(copy.Id))[0].Trigger, (await test.AttemptsAsync(copy.Id))[0].MappedCallId));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Asked_for_twice_it_leaves_out_what_is_on_its_way_and_then_says_what_may_repeat()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        await test.FailAsync(stub, shop, 2);
        var gate = new TaskCompletionSource();
        stub.Answer = async _ =>
        {
            await gate.Task;
            return new StubAnswer(200);
        };
        var first = await test.SendAsync("state:failed", RetryKind.Replay);
        await test.UntilRetryAsync(first.Id, view => view.Batch.Queued == 2);

        var meanwhile = await test.PlanAsync("state:failed", RetryKind.Replay);
        var waiting = await test.Reader.CountAsync(LogAsk.By(Actor.System, LogQuery.Of($"retry:{PublicId.Retry(first.Id)} state:waiting cause:none")), Ct);
        var failed = await test.Reader.CountAsync(LogAsk.By(Actor.System, LogQuery.Of("state:failed cause:none")), Ct);
        gate.SetResult();
        await test.UntilRetryAsync(first.Id, view => view.Batch.State == RetryState.Finished);
        var after = await test.PlanAsync("state:failed", RetryKind.Replay);

        Assert.Equal((0L, 0L), (first.PlanOf().MayHaveGoneOut, meanwhile.PlanOf().Total));
        Assert.Equal([new RetryShare(RetryReasons.SendingElsewhere.Code, 2)], meanwhile.PlanOf().LeftOut);
        Assert.Equal((2L, 0L), (waiting!.Found, failed!.Found));
        Assert.Equal((2L, 2L), (after.PlanOf().Total, after.PlanOf().MayHaveGoneOut));
    }

    private static async Task<List<string>> MessagesAsync(DispatcherUnderTest test, IReadOnlyList<long> ids) =>
        [.. (await test.UntilAllAsync(ids, _ => true)).Select(row => row.MessageId)];
}
