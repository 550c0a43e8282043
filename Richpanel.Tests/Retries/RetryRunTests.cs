using Microsoft.EntityFrameworkCore;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Mapping;
using Richpanel.Core.Privacy;
using Richpanel.Core.Retention;
using Richpanel.Core.Retries;
using Richpanel.Tests.Deliveries;

namespace Richpanel.Tests.Retries;

/// <summary>How a plan is carried out: canary, pace, pause, cancel, restart, report.</summary>
public sealed class RetryRunTests
{
    private const int Patience = 30_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task A_good_canary_is_waited_for_then_the_rest_goes_and_the_report_adds_up()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl, connection => connection.Concurrency = 16);
        await test.StartAsync();
        var ids = await test.FailAsync(stub, shop, 12);
        var gate = new TaskCompletionSource();
        stub.Answer = async _ =>
        {
            await gate.Task;
            return new StubAnswer(200);
        };
        var batch = await test.SendAsync("state:failed", how: new RetryStart(PerSecond: 200, Canary: 5));

        var waits = await test.UntilRetryAsync(batch.Id, view => view.Batch.Queued == 5);
        test.Advance(TimeSpan.FromSeconds(2));
        await test.Pacer.StepAsync(Ct);
        Assert.Equal((RetryState.Canary, 7), (waits.Batch.State, (await test.Retries.FindAsync(Actor.System, batch.Id, Ct))!.Batch.Left));
        gate.SetResult();
        var done = await test.UntilRetryAsync(batch.Id, view => view.Batch.State == RetryState.Finished);

        Assert.Equal(new RetryProgress(12, 0, 0, 12, 0, 0, 0), done.Progress);
        Assert.Equal((0, true), (done.Batch.CanaryNotAccepted, done.Batch.CanaryPassed));
        Assert.Equal(12, stub.EventIds.Distinct().Count());
        Assert.Equal(12, stub.Requests.Count);
        foreach (var id in ids)
        {
            Assert.Equal((AttemptTrigger.Bulk, batch.Id), ((await test.AttemptsAsync(id))[1].Trigger, (await test.AttemptsAsync(id))[1].RetryBatchId));
        }

        var detail = await test.Queries.FindAsync(Sight.Of(Actor.System), ids[0], Ct);
        Assert.Equal([new RetryMention(batch.Id, RetryKind.Retry, "Richpanel Console")], detail!.Batches);
        Assert.Equal(
            [ChangeCatalog.RetryStarted.Code, ChangeCatalog.RetryFinished.Code],
            await test.ReadAsync(db => db.ChangeLog.Where(line => line.ObjectId == PublicId.Retry(batch.Id)).OrderBy(line => line.Id).Select(line => line.Action).ToListAsync(Ct)));
        Assert.Equal(12L, await test.ReadAsync(db => db.ChangeLog.Where(line => line.Action == ChangeCatalog.RetryStarted.Code).Select(line => line.Count).SingleAsync(Ct)));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_canary_whose_deliveries_were_erased_has_shown_nothing_and_asks()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.FailAsync(stub, shop, 4);
        await test.Holds.PauseAsync(Actor.System, shop, null);
        var batch = await test.SendAsync("state:failed", how: new RetryStart(PerSecond: 200, Canary: 2, StopAbovePercent: 20));
        Assert.Equal(2, (await test.Get<RetryQueue>().QueueAsync(batch.Id, shop, 2)).Looked);
        await test.Writer.WriteAsync(session =>
        {
            foreach (var id in ids.Take(2))
            {
                DeliveryRemoval.RemoveRow(session, DeliveryRemoval.Find(session, id)!.Value, DeliveryRemoval.Erased);
            }
        });

        Assert.True(await test.Get<RetryQueue>().JudgeCanaryAsync(batch.Id));

        var view = (await test.Retries.FindAsync(Actor.System, batch.Id, Ct))!.Batch;
        Assert.Equal((RetryState.Asking, 2), (view.State, view.CanaryNotAccepted));
    }

    [Fact(Timeout = Patience)]
    public async Task A_bad_canary_stops_and_asks_and_whoever_goes_on_gets_a_report_by_cause()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        await test.FailAsync(stub, shop, 8);
        var sent = 0;
        stub.Answer = _ => Task.FromResult(new StubAnswer(Interlocked.Increment(ref sent) % 2 == 1 ? 400 : 200));
        var batch = await test.SendAsync("state:failed", how: new RetryStart(PerSecond: 200, Canary: 4, StopAbovePercent: 20));

        var asks = await test.UntilRetryAsync(batch.Id, view => view.Batch.State == RetryState.Asking);
        Assert.False(await test.Pacer.StepAsync(Ct));
        Assert.Equal((4, 2, 4), (asks.Batch.Queued, asks.Batch.CanaryNotAccepted, stub.Requests.Count));
        Assert.Equal(new RetryOutcome(RetryState.Running), await test.Batches.ResumeAsync(Actor.System, batch.Id));
        var done = await test.UntilRetryAsync(batch.Id, view => view.Batch.State == RetryState.Finished);

        Assert.Equal(new RetryProgress(8, 0, 0, 4, 0, 4, 0), done.Progress);
        Assert.Equal(new RetryResult(DeliveryState.Failed, "bad_request_by_richpanel", 4), done.Results.Single(result => result.State == DeliveryState.Failed));
        Assert.Equal(4, await CountAsync(test, $"retry:{PublicId.Retry(batch.Id)} state:failed cause:bad_request_by_richpanel"));
        Assert.Equal(8, await CountAsync(test, $"retry:{PublicId.Retry(batch.Id)}"));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task What_waits_for_another_try_is_no_good_canary()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        await test.FailAsync(stub, shop, 4);
        stub.Always(503);
        var batch = await test.SendAsync("state:failed", how: new RetryStart(Canary: 2));

        var asks = await test.UntilRetryAsync(batch.Id, view => view.Batch.State == RetryState.Asking);

        Assert.Equal((2, 2L), (asks.Batch.CanaryNotAccepted, asks.Progress.Waiting));
    }

    [Fact(Timeout = Patience)]
    public async Task It_keeps_to_its_rate_and_pause_and_cancel_leave_the_rest_as_it_was()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl, connection => connection.Concurrency = 32);
        await test.StartAsync();
        var ids = await test.FailAsync(stub, shop, 30);
        var batch = await test.SendAsync("state:failed", how: new RetryStart(PerSecond: 8, Canary: 0));

        await test.Pacer.StepAsync(Ct);
        var first = await QueuedAsync(test, batch);
        test.Advance(TimeSpan.FromSeconds(1));
        await test.Pacer.StepAsync(Ct);
        Assert.Equal((1, 9), (first, await QueuedAsync(test, batch)));
        await test.UntilAllAsync(ids.Take(9), row => row.State == DeliveryState.Accepted);   // before the clock jumps: a send in flight would time out

        Assert.Equal(new RetryOutcome(RetryState.Paused), await test.Batches.PauseAsync(Actor.System, batch.Id));
        Assert.Equal(new RetryOutcome(RetryState.Paused), await test.Batches.PauseAsync(Actor.System, batch.Id));
        test.Advance(TimeSpan.FromSeconds(10));
        Assert.False(await test.Pacer.StepAsync(Ct));
        Assert.Equal(9, await QueuedAsync(test, batch));

        Assert.Equal(new RetryOutcome(RetryState.Running), await test.Batches.ResumeAsync(Actor.System, batch.Id));
        Assert.Equal(new RetryOutcome(RetryState.Canceled), await test.Batches.CancelAsync(Actor.System, batch.Id));
        Assert.Equal("It is canceled, so it cannot go on.", (await test.Batches.ResumeAsync(Actor.System, batch.Id)).Fault);
        Assert.All(await test.UntilAllAsync(ids.Skip(9), _ => true), row => Assert.Equal((DeliveryState.Failed, 1), (row.State, row.AttemptCount)));
        Assert.Equal(9, stub.Requests.Count);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task After_a_restart_it_goes_on_where_it_was_and_sends_nothing_twice()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.FailAsync(stub, shop, 40);
        await test.StopAsync();
        var batch = await test.SendAsync("state:failed", how: new RetryStart(PerSecond: 20, Canary: 0));
        test.Advance(TimeSpan.FromSeconds(1));
        await test.Pacer.StepAsync(Ct);
        var before = await QueuedAsync(test, batch);
        await test.KillAsync();

        await using var next = await test.NextProcessAsync();
        await next.StartAsync();
        var done = await next.UntilRetryAsync(batch.Id, view => view.Batch.State == RetryState.Finished);

        Assert.InRange(before, 1, 39);
        Assert.Equal(new RetryProgress(40, 0, 0, 40, 0, 0, 0), done.Progress);
        Assert.Equal(40, stub.EventIds.Distinct().Count());
        Assert.Equal(40, stub.Requests.Count);
        Assert.All(await next.UntilAllAsync(ids, _ => true), row => Assert.Equal(2, row.AttemptCount));
        await next.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Who_was_retried_alone_since_the_plan_is_left_alone_and_counted()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.FailAsync(stub, shop, 3);
        var batch = await test.PlanAsync("state:failed");
        await test.Actions.RetryAsync(Actor.System, ids[1], asThen: false, Ct);
        await test.UntilAsync(ids[1], row => row.State == DeliveryState.Accepted);

        await test.Batches.StartAsync(Actor.System, batch.Id, new RetryStart(PerSecond: 200, Canary: 0));
        var done = await test.UntilRetryAsync(batch.Id, view => view.Batch.State == RetryState.Finished);

        Assert.Equal(new RetryProgress(3, 0, 1, 2, 0, 0, 0), done.Progress);
        Assert.Equal([new RetryShare(RetryReasons.Changed.Code, 1)], done.SkipReasons);
        Assert.Equal([new RetrySkip(ids[1], "changed")], await test.Retries.SkipsAsync(Actor.System, batch.Id, Ct));
        Assert.Equal(3, stub.Requests.Count);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_report_stands_when_its_deliveries_are_sent_again_by_other_means()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.FailAsync(stub, shop, 3);
        stub.Always(400);
        var first = await test.SendAsync("state:failed");
        await test.UntilRetryAsync(first.Id, view => view.Batch.State == RetryState.Finished);
        stub.Always(200);
        await test.Actions.RetryAsync(Actor.System, ids[0], asThen: false, Ct);
        await test.UntilAsync(ids[0], row => row.State == DeliveryState.Accepted);
        var second = await test.SendAsync("state:failed");
        await test.UntilRetryAsync(second.Id, view => view.Batch.State == RetryState.Finished);

        Assert.Equal(3, (await test.Retries.FindAsync(Actor.System, first.Id, Ct))!.Progress.Failed);
        Assert.Equal(2, (await test.Retries.FindAsync(Actor.System, second.Id, Ct))!.Progress.Accepted);
        Assert.Equal(AttemptTrigger.Manual, (await test.AttemptsAsync(ids[0]))[2].Trigger);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_stopped_connection_holds_up_only_its_own()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var (shop, stopped) = (await test.ConnectAsync(stub.BaseUrl), await test.ConnectAsync(stub.BaseUrl));
        await test.StartAsync();
        await test.FailAsync(stub, stopped, 3);
        await test.FailAsync(stub, shop, 3);
        await test.Holds.PauseAsync(Actor.System, stopped, null);
        var batch = await test.SendAsync("state:failed");

        var waits = await test.UntilRetryAsync(batch.Id, view => view.Progress.Accepted == 3);
        Assert.Equal((3L, RetryState.Running, stopped), (waits.Progress.Left, waits.Batch.State, Assert.Single(waits.StoppedConnections).Id));
        await test.Holds.ResumeAsync(Actor.System, stopped);
        var done = await test.UntilRetryAsync(batch.Id, view => view.Batch.State == RetryState.Finished);

        Assert.Equal(6, done.Progress.Accepted);
        await test.LedgerAddsUpAsync();
    }

    [Theory(Timeout = Patience)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task As_then_sends_what_was_kept_and_as_now_what_todays_settings_make_of_it(bool asThen)
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        stub.Always(422);
        const string call = """{"type":"track","event":"Order Completed","messageId":"m-1","userId":"u","timestamp":"2026-03-01T11:59:00.000Z","properties":{"order_id":"7","total":5,"products":[]}}""";
        var id = (await test.ReceiveCallAsync(shop, "u", "m-1", call))[0];
        await test.UntilAsync(id, row => row.State == DeliveryState.Failed);
        stub.Always(200);
        await test.ChangeConnectionAsync(shop, connection => connection.OrderFields = OrderFieldStyle.Developer);
        var plan = await test.PlanAsync("state:failed");
        var sample = Assert.Single(await test.Retries.SamplesAsync(Actor.System, plan.PlanOf(), Ct));

        await test.Batches.StartAsync(Actor.System, plan.Id, new RetryStart(asThen, 200, 0));
        await test.UntilRetryAsync(plan.Id, view => view.Batch.State == RetryState.Finished);

        Assert.NotEmpty(sample.Changes!);
        var sent = stub.Requests.Select(request => request.Calls[0].GetRawText()).ToList();
        Assert.Equal(asThen, Without(sent[0]) == Without(sent[1]));
    }

    private static string Without(string call) => System.Text.RegularExpressions.Regex.Replace(call, "\"sentAt\":[^,}]*", "");

    private static async Task<int> QueuedAsync(DispatcherUnderTest test, RetryBatch batch) => (await test.Retries.FindAsync(Actor.System, batch.Id, Ct))!.Batch.Queued;

    private static async Task<long> CountAsync(DispatcherUnderTest test, string query) =>
        (await test.Reader.CountAsync(LogAsk.By(Actor.System, LogQuery.Of(query)), Ct))!.Found;
}
