using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;

namespace Richpanel.Tests.Deliveries;

public sealed class RestartTests
{
    private const int Patience = 30_000;

    [Fact(Timeout = Patience)]
    public async Task After_a_kill_everything_arrives_and_only_what_was_claimed_is_marked_as_a_possible_repeat()
    {
        await using var stub = await RichpanelStub.StartAsync();
        var never = new TaskCompletionSource<StubAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        stub.Answer = _ => never.Task;
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "2"), ("Delivery:BatchSize", "3"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        var ids = await test.ReceiveAsync(connection, [.. Enumerable.Range(0, 20).Select(n => $"u{n}")]);
        await test.StartAsync();
        await test.UntilAsync(ids[0], row => row.State == DeliveryState.Sending);
        var claimed = await test.ReadAsync(context => context.Deliveries
            .Where(row => row.State == DeliveryState.Sending).Select(row => row.Id).ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(6, claimed.Count);

        await test.KillAsync();
        stub.Always(200);
        await using var next = await test.NextProcessAsync();
        await next.StartAsync();
        var rows = await next.UntilAllAsync(ids, row => row.State == DeliveryState.Accepted);
        never.SetResult(new StubAnswer(200));

        foreach (var row in rows)
        {
            var attempt = Assert.Single(await next.AttemptsAsync(row.Id));
            var repeat = claimed.Contains(row.Id);
            Assert.Equal((repeat, repeat ? AttemptTrigger.AfterRestart : AttemptTrigger.First), (attempt.MayRepeat, attempt.Trigger));
            Assert.Equal(repeat, row.Marks.HasFlag(DeliveryMarks.MayHaveGoneOut));
        }

        await next.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task While_nothing_can_be_recorded_no_more_is_sent_than_a_kill_may_repeat()
    {
        await using var stub = await RichpanelStub.StartAsync();
        var answer = new TaskCompletionSource<StubAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stub.Answer = _ =>
        {
            if (stub.Requests.Count >= 2)
            {
                both.TrySetResult();
            }

            return answer.Task;
        };
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "2"), ("Delivery:BatchSize", "3"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.ReceiveAsync(connection, [.. Enumerable.Range(0, 20).Select(n => $"u{n}")]);
        await test.StartAsync();
        await both.Task.WaitAsync(TestContext.Current.CancellationToken);

        await test.Writer.DisposeAsync();
        var failed = test.Log.Seen(2009);
        answer.SetResult(new StubAnswer(200));
        await failed.WaitAsync(TestContext.Current.CancellationToken);
        await test.StopAsync();

        Assert.Equal(2, stub.Requests.Count);
    }

    [Fact(Timeout = Patience)]
    public async Task A_claim_that_nobody_holds_is_given_back_when_its_time_is_over_and_marked()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var first = (await test.ReceiveAsync(connection, "u1"))[0];
        await test.UntilAsync(first, row => row.State == DeliveryState.Accepted);
        await test.Holds.PauseAsync(Actor.System, connection, null);
        var id = (await test.ReceiveAsync(connection, "u2"))[0];
        await test.ClaimAsNobodyAsync(id, test.Time.GetUtcNow().AddMinutes(3));
        await test.Holds.ResumeAsync(Actor.System, connection);

        test.Advance(TimeSpan.FromMinutes(2));
        await test.UntilAsync((await test.ReceiveAsync(connection, "u3"))[0], row => row.State == DeliveryState.Accepted);
        Assert.Equal(DeliveryState.Sending, (await test.FindAsync(id)).State);

        // In steps far below the time-out, and no further than the claim's end: the clock must not overtake the send that follows.
        await test.AdvanceUntilAsync(test.UntilAsync(id, row => row.Marks.HasFlag(DeliveryMarks.MayHaveGoneOut)), TimeSpan.FromSeconds(2));
        await test.UntilAsync(id, row => row.State == DeliveryState.Accepted);
        var attempt = Assert.Single(await test.AttemptsAsync(id));
        Assert.Equal((true, AttemptTrigger.AfterRestart), (attempt.MayRepeat, attempt.Trigger));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_clean_stop_finishes_what_is_in_flight_and_gives_the_rest_back_unmarked()
    {
        await using var stub = await RichpanelStub.StartAsync();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource<StubAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        stub.Answer = _ =>
        {
            arrived.TrySetResult();
            return answer.Task;
        };
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "1"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.ReceiveAsync(connection, "u1", "u2", "u3");
        await arrived.Task.WaitAsync(TestContext.Current.CancellationToken);

        var stop = test.StopAsync();
        answer.SetResult(new StubAnswer(200));
        await stop;

        var rows = await test.UntilAllAsync(ids, _ => true);
        Assert.Equal([DeliveryState.Accepted, DeliveryState.Waiting, DeliveryState.Waiting], rows.Select(row => row.State));
        Assert.All(rows, row => Assert.Equal(DeliveryMarks.None, row.Marks));
        await test.LedgerAddsUpAsync();

        await using var next = await test.NextProcessAsync();
        await next.StartAsync();
        await next.UntilAllAsync(ids, row => row.State == DeliveryState.Accepted);
        Assert.Equal(["m-1", "m-2", "m-3"], stub.EventIds);
    }

    [Fact(Timeout = Patience)]
    public async Task A_send_that_does_not_end_in_time_is_broken_off_by_the_stop_and_marked()
    {
        await using var stub = await RichpanelStub.StartAsync();
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource<StubAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        stub.Answer = _ =>
        {
            arrived.TrySetResult();
            return never.Task;
        };
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Timeout", "00:01:00"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var id = (await test.ReceiveAsync(connection, "u1"))[0];
        await arrived.Task.WaitAsync(TestContext.Current.CancellationToken);

        var brokenOff = test.Log.Seen(2008);
        var stop = test.StopAsync();
        await test.AdvanceUntilAsync(brokenOff, TimeSpan.FromSeconds(0.5));
        await stop;

        var delivery = await test.FindAsync(id);
        Assert.Equal((DeliveryState.Waiting, "stopped_while_sending"), (delivery.State, delivery.Cause));
        Assert.True(delivery.Marks.HasFlag(DeliveryMarks.MayHaveGoneOut));
        await test.LedgerAddsUpAsync();
        never.SetResult(new StubAnswer(200));
    }

    [Fact(Timeout = Patience)]
    public async Task No_secret_stands_in_any_file_of_the_store_or_in_the_log()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Answer = request => Task.FromResult(new StubAnswer(request.EventIds[0] == "m-2" ? 400 : 200));
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.ReceiveAsync(connection, "u1", "u2", "u3");
        await test.UntilAllAsync(ids, row => row.EndedAt is not null);

        Assert.NotEmpty(test.Log.Lines);
        Assert.DoesNotContain(test.Log.Lines, line => line.Contains(DispatcherUnderTest.Secret, StringComparison.Ordinal));
        foreach (var file in System.IO.Directory.EnumerateFiles(test.Folder, "*", SearchOption.AllDirectories))
        {
            await using var open = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(open, System.Text.Encoding.Latin1);
            Assert.DoesNotContain(
                DispatcherUnderTest.Secret, await reader.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }
    }
}
