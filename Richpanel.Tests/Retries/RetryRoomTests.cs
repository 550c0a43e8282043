using Microsoft.EntityFrameworkCore;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Retries;
using Richpanel.Tests.Deliveries;

namespace Richpanel.Tests.Retries;

/// <summary>What a bulk retry leaves to others: to what comes in, to what a connection is catching up with, to other bulk retries.</summary>
public sealed class RetryRoomTests
{
    private const int Patience = 30_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task Nothing_is_made_due_while_the_breaker_is_open_or_the_connection_catches_up_but_one_where_a_probe_is_wanted()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        await test.FailAsync(stub, shop, 6);
        await test.StopAsync();
        var batch = await test.SendAsync("state:failed");
        var now = test.Time.GetUtcNow();

        await test.ChangeConnectionAsync(shop, row => (row.BreakerCause, row.BreakerSince, row.BreakerUntil) = ("service_unavailable", now, now.AddHours(1)));
        var open = await StepAsync(test, batch);
        await test.ChangeConnectionAsync(shop, row => (row.BreakerCause, row.BreakerSince, row.BreakerUntil, row.RecoveryBefore) = (null, null, null, now));
        var recovers = await StepAsync(test, batch);
        await test.ChangeConnectionAsync(shop, row => row.RecoveryProbes = 3);
        var first = await StepAsync(test, batch);
        var second = await StepAsync(test, batch);
        await test.ChangeConnectionAsync(shop, row => (row.RecoveryBefore, row.RecoveryProbes) = (null, 0));
        var goes = await StepAsync(test, batch);

        Assert.Equal((0, shop, false), (open.Batch.Queued, Assert.Single(open.StoppedConnections).Id, open.GoesOn));
        Assert.Equal((0, shop, false), (recovers.Batch.Queued, Assert.Single(recovers.RecoveringConnections).Id, recovers.GoesOn));
        Assert.Equal((1, 1), (first.Batch.Queued, second.Batch.Queued));
        Assert.Equal((4, true), (goes.Batch.Queued, goes.GoesOn));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task All_bulk_retries_together_fill_half_of_what_a_connection_can_have_on_its_way()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "6"));
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        await test.FailAsync(stub, shop, 20);
        await test.StopAsync();
        var (one, other) = (await test.PlanAsync("state:failed"), await test.PlanAsync("state:failed"));
        foreach (var batch in new[] { one, other })
        {
            Assert.True((await test.Batches.StartAsync(Actor.System, batch.Id, new RetryStart(PerSecond: 200, Canary: 0))).Done);
        }

        await StepAsync(test, one);
        await StepAsync(test, one);

        Assert.Equal(3, await test.ReadAsync(db => db.Deliveries.CountAsync(row => row.State == DeliveryState.Waiting, Ct)));
        await test.LedgerAddsUpAsync();
    }

    [Fact]
    public void The_window_is_half_of_what_was_tried_in_the_last_second_at_its_connection()
    {
        var untried = new UntriedRetries();
        untried.Add(1, [.. Enumerable.Range(0, 40).Select(id => ((long)id, 7L))]);
        untried.Add(2, [(100, 7), (101, 8)]);
        Assert.Equal((41, 1, true), (untried.Of(7), untried.Of(8), untried.IsAnyOf(2)));

        untried.Tried(Enumerable.Range(0, 40).Select(id => (long)id), A.Noon);

        Assert.Equal((1, false), (untried.Of(7), untried.IsAnyOf(1)));
        Assert.Equal((20, 4), (untried.Window(7, 4, A.Noon.AddSeconds(1)), untried.Window(8, 4, A.Noon.AddSeconds(1))));
        Assert.Equal(4, untried.Window(7, 4, A.Noon.AddSeconds(1.01)));
    }

    [Fact(Timeout = Patience)]
    public async Task One_that_cannot_go_on_stops_no_other_and_is_named_in_the_log()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var (shop, other) = (await test.ConnectAsync(stub.BaseUrl, connection => connection.Name = "Shop"), await test.ConnectAsync(stub.BaseUrl, connection => connection.Name = "Other"));
        await test.StartAsync();
        await test.FailAsync(stub, shop, 2);
        await test.FailAsync(stub, other, 2);
        var broken = await test.SendAsync("state:failed connection:Shop", how: new RetryStart(Canary: 1));
        await test.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            context.RetryBatches.Where(batch => batch.Id == broken.Id).ExecuteUpdate(set => set.SetProperty(batch => batch.Canary, "no list"));
        });

        var good = await test.SendAsync("state:failed connection:Other");
        var done = await test.UntilRetryAsync(good.Id, view => view.Batch.State == RetryState.Finished);

        Assert.Equal(2, done.Progress.Accepted);
        Assert.Contains(test.Log.Lines, line => line.StartsWith($"1502 Bulk retry {PublicId.Retry(broken.Id)} could not go on", StringComparison.Ordinal));
    }

    [Fact(Timeout = Patience)]
    public async Task The_rest_of_a_deleted_connection_is_left_alone_at_once_and_counted()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        await test.FailAsync(stub, shop, 30);
        var batch = await test.SendAsync("state:failed", how: new RetryStart(PerSecond: 1, Canary: 0));
        await test.ChangeConnectionAsync(shop, connection => connection.DeletedAt = test.Time.GetUtcNow());

        var first = await StepAsync(test, batch);
        var done = await test.UntilRetryAsync(batch.Id, view => view.Batch.State == RetryState.Finished);

        Assert.Equal((30, 0), (first.Batch.Skipped, first.Batch.Left));
        Assert.Equal([new RetryShare(RetryReasons.ConnectionDeleted.Code, 30)], done.SkipReasons);
        await test.LedgerAddsUpAsync();
    }

    [Theory(Timeout = Patience)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_waits_for_another_try_is_taken_over_by_a_later_bulk_retry_and_both_reports_add_up(bool canceled)
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.FailAsync(stub, shop, 3);
        stub.Always(503);
        var first = await test.SendAsync("state:failed");
        await StepAsync(test, first);   // the first look has credit for one
        await StepAsync(test, first);
        await test.UntilAllAsync(ids, row => row is { State: DeliveryState.Waiting, AttemptCount: 2 });
        if (canceled)
        {
            Assert.True((await test.Batches.CancelAsync(Actor.System, first.Id)).Done);
        }

        stub.Always(200);
        var second = await test.SendAsync("state:waiting");
        var done = await test.UntilRetryAsync(second.Id, view => view.Batch.State == RetryState.Finished);
        var before = await test.UntilRetryAsync(first.Id, view => view.Batch.HasEnded);

        Assert.Equal(new RetryProgress(3, 0, 0, 3, 0, 0, 0), done.Progress);
        Assert.Equal(new RetryProgress(3, 0, 0, 0, 0, 0, 3), before.Progress);
        Assert.Equal((3, true), (Assert.Single(before.Results).Count, before.Results[0].IsTakenOver));
        Assert.Equal(canceled ? RetryState.Canceled : RetryState.Finished, before.Batch.State);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task What_is_due_and_untried_in_one_is_left_out_of_another()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        await test.FailAsync(stub, shop, 2);
        await test.StopAsync();
        var first = await test.SendAsync("state:failed");
        await StepAsync(test, first);
        await StepAsync(test, first);

        Assert.Equal([new RetryShare(RetryReasons.InAnother.Code, 2)], (await test.PlanAsync("state:waiting")).PlanOf().LeftOut);
    }

    /// <summary>A second later, one look.</summary>
    private static async Task<RetryView> StepAsync(DispatcherUnderTest test, RetryBatch batch)
    {
        test.Advance(TimeSpan.FromSeconds(1));
        await test.Pacer.StepAsync(Ct);
        return (await test.Retries.FindAsync(Actor.System, batch.Id, Ct))!;
    }
}
