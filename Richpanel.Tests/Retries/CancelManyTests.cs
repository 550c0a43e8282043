using Microsoft.EntityFrameworkCore;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Privacy;
using Richpanel.Core.Retries;
using Richpanel.Tests.Deliveries;

namespace Richpanel.Tests.Retries;

/// <summary>The tries of many are canceled: what was counted, whatever its connection does, and nothing else.</summary>
public sealed class CancelManyTests
{
    private const int Patience = 30_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task What_waits_at_a_stopped_connection_is_canceled_as_counted_and_never_goes_out()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var failed = await test.FailAsync(stub, shop, 2);
        await test.Holds.PauseAsync(Actor.System, shop, null);
        var rubbish = await test.ReceiveAsync(shop, [.. Enumerable.Range(0, RetryQueue.CancelAtOnce + 5).Select(number => $"bad{number}")]);
        var batch = await test.PlanAsync($"connection:{PublicId.Connection(shop)}", RetryKind.Cancel);
        var late = await test.ReceiveAsync(shop, "after-the-count");

        var plan = batch.PlanOf();
        Assert.Equal((rubbish.Count, rubbish.Count, 0L), (plan.Total, plan.NeverSent, plan.MayHaveGoneOut));
        Assert.Equal([new RetryShare(RetryReasons.Ended.Code, failed.Count)], plan.LeftOut);
        Assert.Equal(new RetryOutcome(RetryState.Running), await test.Batches.StartAsync(Actor.System, batch.Id, new RetryStart()));
        var done = await test.UntilRetryAsync(batch.Id, view => view.Batch.State == RetryState.Finished);

        Assert.Equal(new RetryProgress(rubbish.Count, 0, 0, 0, 0, 0, rubbish.Count), done.Progress);
        Assert.Equal([new RetryResult(DeliveryState.Canceled, "", rubbish.Count)], done.Results);
        Assert.Empty(done.StoppedConnections);
        Assert.All(await test.UntilAllAsync(rubbish, _ => true), row => Assert.Equal((DeliveryState.Canceled, false, true), (row.State, row.DueAt.HasValue, row.EndedAt.HasValue)));
        await test.Holds.ResumeAsync(Actor.System, shop);
        await test.UntilAllAsync(late, row => row.State == DeliveryState.Accepted);
        Assert.Single(stub.Requests);

        var detail = await test.Queries.FindAsync(Sight.Of(Actor.System), rubbish[0], Ct);
        Assert.Equal([new RetryMention(batch.Id, RetryKind.Cancel, "Richpanel Console")], detail!.Batches);
        var lines = await test.ReadAsync(db => db.ChangeLog.Where(line => line.ObjectId == PublicId.Retry(batch.Id)).OrderBy(line => line.Id).Select(line => new { line.Action, line.Count }).ToListAsync(Ct));
        Assert.Equal([(ChangeCatalog.CancelStarted.Code, rubbish.Count), (ChangeCatalog.RetryFinished.Code, rubbish.Count)], lines.Select(line => (line.Action, (int)line.Count!.Value)));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task What_changed_since_the_count_is_left_alone_and_a_new_try_in_between_is_no_change()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        stub.Always(503);
        var ids = await test.ReceiveAsync(shop, "u1", "u2", "u3");
        await test.UntilAllAsync(ids, row => row is { State: DeliveryState.Waiting, AttemptCount: 1 });
        var batch = await test.PlanAsync("state:waiting", RetryKind.Cancel);
        Assert.Equal((3L, 0L), (batch.PlanOf().Total, batch.PlanOf().NeverSent));
        await test.Actions.TryNowAsync(Actor.System, ids[0], Ct);
        await test.UntilAsync(ids[0], row => row is { State: DeliveryState.Waiting, AttemptCount: 2 });
        stub.Always(200);
        await test.Actions.TryNowAsync(Actor.System, ids[1], Ct);
        await test.UntilAsync(ids[1], row => row.State == DeliveryState.Accepted);

        await test.Batches.StartAsync(Actor.System, batch.Id, new RetryStart());
        var done = await test.UntilRetryAsync(batch.Id, view => view.Batch.State == RetryState.Finished);

        Assert.Equal((2, 1, 2L), (done.Batch.Queued, done.Batch.Skipped, done.Progress.Other));
        Assert.Equal([new RetrySkip(ids[1], "changed")], await test.Retries.SkipsAsync(Actor.System, batch.Id, Ct));
        Assert.Equal(
            [DeliveryState.Canceled, DeliveryState.Accepted, DeliveryState.Canceled], (await test.UntilAllAsync(ids, _ => true)).OrderBy(row => row.Id).Select(row => row.State));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task It_takes_no_rate_and_no_canary_and_what_was_paused_or_ended_early_stays_waiting()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync("http://127.0.0.1:9", connection => connection.PausedAt = DateTimeOffset.UnixEpoch);
        var ids = await test.ReceiveAsync(shop, [.. Enumerable.Range(0, RetryQueue.CancelAtOnce + 7).Select(number => $"u{number}")]);
        var batch = await test.PlanAsync("state:held", RetryKind.Cancel);
        Assert.StartsWith("A cancel sends nothing", (await test.Batches.StartAsync(Actor.System, batch.Id, new RetryStart(PerSecond: 10))).Fault, StringComparison.Ordinal);
        await test.Batches.StartAsync(Actor.System, batch.Id, new RetryStart());

        Assert.Equal(RetryQueue.CancelAtOnce, (await test.Get<RetryQueue>().CancelAsync(batch.Id, shop, 0)).Handled);
        await test.Batches.PauseAsync(Actor.System, batch.Id);
        Assert.Equal(default, await test.Get<RetryQueue>().CancelAsync(batch.Id, shop, 0));
        Assert.Equal(new RetryOutcome(RetryState.Canceled), await test.Batches.CancelAsync(Actor.System, batch.Id));

        var view = (await test.Retries.FindAsync(Actor.System, batch.Id, Ct))!;
        Assert.Equal((RetryQueue.CancelAtOnce, 7), (view.Batch.Queued, view.Batch.Left));
        Assert.Equal(7, (await test.UntilAllAsync(ids, _ => true)).Count(row => row.State == DeliveryState.Waiting));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task What_is_being_sent_at_that_moment_is_looked_at_again_once_its_try_has_ended()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "2"));
        var shop = await test.ConnectAsync(stub.BaseUrl);
        var ids = await test.ReceiveAsync(shop, [.. Enumerable.Range(0, 90).Select(number => $"u{number}")]);
        var batch = await test.PlanAsync("state:waiting", RetryKind.Cancel);
        var (gate, tried) = (new TaskCompletionSource(), 0);
        stub.Answer = async _ =>
        {
            var first = Interlocked.Increment(ref tried) == 1;
            await gate.Task;
            return new StubAnswer(first ? 200 : 503);
        };
        await test.StartAsync();
        await test.UntilAllAsync(ids.Take(2), row => row.State == DeliveryState.Sending);
        await test.Batches.StartAsync(Actor.System, batch.Id, new RetryStart());

        await test.Pacer.StepAsync(Ct);
        var waits = (await test.Retries.FindAsync(Actor.System, batch.Id, Ct))!;   // no clock is turned while they hang: they would time out
        var sending = (await test.UntilAllAsync(ids, _ => true)).Count(row => row.State == DeliveryState.Sending);
        Assert.InRange(sending, 2, ids.Count - 1);
        Assert.Equal((RetryState.Running, ids.Count - sending, sending, 0), (waits.Batch.State, waits.Batch.Queued, waits.Batch.Left, waits.Batch.Skipped));
        gate.SetResult();
        await test.UntilAllAsync(ids.Take(2), row => row.AttemptCount == 1);
        var done = await test.UntilRetryAsync(batch.Id, view => view.Batch.State == RetryState.Finished);

        var rows = await test.UntilAllAsync(ids, _ => true);
        Assert.Equal((ids.Count - 1, 1), (done.Batch.Queued, done.Batch.Skipped));   // one was accepted meanwhile; what was to wait again waits no more
        Assert.Equal((1, ids.Count - 1), (rows.Count(row => row.State == DeliveryState.Accepted), rows.Count(row => row.State == DeliveryState.Canceled)));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Of_two_connections_one_that_is_deleted_meanwhile_is_left_alone_and_the_others_are_canceled()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        var (shop, gone) = (await test.ConnectAsync("http://127.0.0.1:9", connection => connection.PausedAt = DateTimeOffset.UnixEpoch), await test.ConnectAsync("http://127.0.0.1:9", connection => connection.PausedAt = DateTimeOffset.UnixEpoch));
        var ids = await test.ReceiveAsync(shop, "u1", "u2");
        await test.ReceiveAsync(gone, "u3");
        var batch = await test.PlanAsync("state:held", RetryKind.Cancel);
        var limited = Actor.System with { Id = 7, Connections = [test.Directory.Find(shop)!.Name] };
        Assert.Null((await test.Batches.StartAsync(limited, batch.Id, new RetryStart())).State);   // it is about more than theirs
        await test.Batches.StartAsync(Actor.System, batch.Id, new RetryStart());
        Assert.Null((await test.Batches.PauseAsync(limited, batch.Id)).State);
        await test.ChangeConnectionAsync(gone, connection => connection.DeletedAt = test.Time.GetUtcNow());

        var done = await test.UntilRetryAsync(batch.Id, view => view.Batch.State == RetryState.Finished);

        Assert.Equal([new RetryShare(RetryReasons.ConnectionDeleted.Code, 1)], done.SkipReasons);
        Assert.All(await test.UntilAllAsync(ids, _ => true), row => Assert.Equal(DeliveryState.Canceled, row.State));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task After_a_restart_it_goes_on_and_cancels_the_rest()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync("http://127.0.0.1:9", connection => connection.PausedAt = DateTimeOffset.UnixEpoch);
        var ids = await test.ReceiveAsync(shop, [.. Enumerable.Range(0, (2 * RetryQueue.CancelAtOnce) + 1).Select(number => $"u{number}")]);
        var batch = await test.PlanAsync("", RetryKind.Cancel);
        await test.Batches.StartAsync(Actor.System, batch.Id, new RetryStart());
        await test.Get<RetryQueue>().CancelAsync(batch.Id, shop, 0);
        await test.KillAsync();

        await using var next = await test.NextProcessAsync();
        var done = await next.UntilRetryAsync(batch.Id, view => view.Batch.State == RetryState.Finished);

        Assert.Equal((ids.Count, 0), (done.Batch.Queued, done.Batch.Skipped));
        Assert.All(await next.UntilAllAsync(ids, _ => true), row => Assert.Equal(DeliveryState.Canceled, row.State));
        await next.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task What_waits_in_a_bulk_retry_is_taken_over_and_what_was_canceled_can_be_sent_after_all()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.FailAsync(stub, shop, 2);
        stub.Always(503);
        var retry = await test.SendAsync("state:failed");
        await test.UntilRetryAsync(retry.Id, view => view.Progress.Waiting == 2);
        await test.UntilAllAsync(ids, row => row is { State: DeliveryState.Waiting, AttemptCount: 2 });

        var cancel = await test.PlanAsync("state:waiting", RetryKind.Cancel);
        await test.Batches.StartAsync(Actor.System, cancel.Id, new RetryStart());
        var done = await test.UntilRetryAsync(cancel.Id, view => view.Batch.State == RetryState.Finished);
        var before = await test.UntilRetryAsync(retry.Id, view => view.Batch.HasEnded);
        Assert.Equal((2L, true), (done.Progress.Other, Assert.Single(before.Results).IsTakenOver));

        stub.Always(200);
        var after = await test.SendAsync($"retry:{PublicId.Retry(cancel.Id)} state:canceled");
        await test.UntilRetryAsync(after.Id, view => view.Batch.State == RetryState.Finished);

        Assert.All(await test.UntilAllAsync(ids, _ => true), row => Assert.Equal(DeliveryState.Accepted, row.State));
        Assert.Equal(2, (await test.Retries.FindAsync(Actor.System, cancel.Id, Ct))!.Progress.Other);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Whoever_is_limited_to_other_connections_counts_nothing_of_these()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync("http://127.0.0.1:9", connection => connection.PausedAt = DateTimeOffset.UnixEpoch);
        var ids = await test.ReceiveAsync(shop, "u1");
        var limited = Actor.System with { Id = 7, Connections = [] };

        var planned = await test.Planner.PlanAsync(limited, new RetryAsk(RetryKind.Cancel) { Ids = ids }, Ct);

        Assert.Equal((0, "There is nothing to cancel."), (planned.Batch!.Planned, (await test.Batches.StartAsync(limited, planned.Batch.Id, new RetryStart())).Fault));
    }
}
