using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Causes;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Mapping;
using Richpanel.Core.Privacy;
using Richpanel.Core.Receiving;

namespace Richpanel.Tests.Deliveries;

public sealed class DispatcherTests
{
    private const int Patience = 30_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task A_delivery_goes_out_is_accepted_and_what_was_sent_is_kept()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();

        var id = (await test.ReceiveAsync(connection, "u1"))[0];
        var delivery = await test.UntilAsync(id, row => row.State == DeliveryState.Accepted);

        Assert.Equal((1, 200, null, null), (delivery.AttemptCount, delivery.StatusCode!.Value, delivery.DueAt, delivery.ClaimedUntil));
        Assert.Equal([delivery.MessageId], stub.EventIds);
        var attempt = Assert.Single(await test.AttemptsAsync(id));
        Assert.Equal((1, AttemptTrigger.First, "accepted", false), (attempt.Number, attempt.Trigger, attempt.Outcome, attempt.MayRepeat));
        var kept = await test.ReadAsync(context => context.MappedCalls.FindAsync([attempt.MappedCallId!.Value], Ct).AsTask());
        Assert.Contains(delivery.MessageId, kept!.Content, StringComparison.Ordinal);
        Assert.DoesNotContain("sentAt", kept.Content, StringComparison.Ordinal);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Deliveries_of_one_customer_go_out_one_after_another_in_the_order_received()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();

        var ids = await test.ReceiveAsync(connection, [.. Enumerable.Repeat("same", 40)]);
        var rows = await test.UntilAllAsync(ids, row => row.State == DeliveryState.Accepted);

        Assert.Equal(rows.Select(row => row.MessageId), stub.EventIds);
        Assert.Equal(1, stub.MostInFlight);
        Assert.All(rows, row => Assert.False(row.Marks.HasFlag(DeliveryMarks.OutOfOrder)));
    }

    [Fact(Timeout = Patience)]
    public async Task Different_customers_go_out_side_by_side_up_to_the_concurrency()
    {
        await using var stub = await RichpanelStub.StartAsync();
        var together = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stub.Answer = async _ =>
        {
            if (stub.Requests.Count >= 3)
            {
                together.TrySetResult();   // several may see the third arrive
            }

            await together.Task;
            return new StubAnswer(200);
        };
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "3"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();

        var ids = await test.ReceiveAsync(connection, [.. Enumerable.Range(0, 9).Select(n => $"u{n}")]);
        await test.UntilAllAsync(ids, row => row.State == DeliveryState.Accepted);

        Assert.Equal(3, stub.MostInFlight);
    }

    [Fact(Timeout = Patience)]
    public async Task A_customer_with_a_huge_backlog_does_not_delay_another_of_the_same_connection()
    {
        await using var stub = await RichpanelStub.StartAsync();
        using var gate = new SemaphoreSlim(0);
        stub.Answer = async request =>
        {
            if (request.Calls[0].GetProperty("userProperties").GetProperty("uid").GetString() == "busy")
            {
                await gate.WaitAsync(Ct);
            }

            return new StubAnswer(200);
        };
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "2"), ("Delivery:BatchSize", "5"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        var backlog = await test.ReceiveAsync(connection, [.. Enumerable.Repeat("busy", 60)]);
        var others = await test.ReceiveAsync(connection, [.. Enumerable.Range(0, 20).Select(i => $"u{i}")]);
        await test.StartAsync();

        await test.UntilAllAsync(others, row => row.State == DeliveryState.Accepted);

        gate.Release(60);
        await test.UntilAllAsync(backlog, row => row.State == DeliveryState.Accepted);
        var ofBacklog = stub.Requests.Where(request => request.Calls[0].GetProperty("userProperties").GetProperty("uid").GetString() == "busy");
        Assert.Equal(backlog.Select((_, i) => $"m-{i + 1}"), ofBacklog.Select(request => request.EventIds[0]));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_dead_connection_does_not_delay_another()
    {
        await using var dead = await RichpanelStub.StartAsync();
        await using var alive = await RichpanelStub.StartAsync();
        var never = new TaskCompletionSource<StubAnswer>();
        dead.Answer = _ => never.Task;
        await using var test = await DispatcherUnderTest.CreateAsync();
        var slow = await test.ConnectAsync(dead.BaseUrl);
        var fast = await test.ConnectAsync(alive.BaseUrl);
        await test.StartAsync();

        var stuck = await test.ReceiveAsync(slow, [.. Enumerable.Range(0, 20).Select(n => $"u{n}")]);
        var ids = await test.ReceiveAsync(fast, [.. Enumerable.Range(0, 20).Select(n => $"u{n}")]);
        await test.UntilAllAsync(ids, row => row.State == DeliveryState.Accepted);

        Assert.Equal(DeliveryState.Sending, (await test.FindAsync(stuck[0])).State);
        never.SetResult(new StubAnswer(200));
        await test.UntilAllAsync(stuck, row => row.State == DeliveryState.Accepted);
    }

    [Fact(Timeout = Patience)]
    public async Task A_server_error_is_tried_again_at_the_clock_times_of_the_schedule_until_it_is_used_up()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(502);
        await using var test = await DispatcherUnderTest.CreateAsync(
            ("Delivery:Schedule:0", "00:00:00"), ("Delivery:Schedule:1", "00:00:05"), ("Delivery:Schedule:2", "00:02:00"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var id = (await test.ReceiveAsync(connection, "u1"))[0];

        var first = await test.UntilAsync(id, row => row.AttemptCount == 1);
        Assert.Equal((DeliveryState.Waiting, A.Noon.AddSeconds(5)), (first.State, first.DueAt));
        test.Advance(TimeSpan.FromSeconds(5));
        var second = await test.UntilAsync(id, row => row.AttemptCount == 2);
        Assert.Equal(A.Noon.AddSeconds(125), second.DueAt);
        test.Advance(TimeSpan.FromMinutes(2));
        var last = await test.UntilAsync(id, row => row.State == DeliveryState.Failed);

        Assert.Equal((3, FailureStage.Sending, null, 502), (last.AttemptCount, last.Stage, last.DueAt, last.StatusCode));
        var attempts = await test.AttemptsAsync(id);
        Assert.Equal([AttemptTrigger.First, AttemptTrigger.Automatic, AttemptTrigger.Automatic], attempts.Select(attempt => attempt.Trigger));
        Assert.Single(attempts.Select(attempt => attempt.MappedCallId).Distinct());
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_delivery_that_waits_for_a_retry_does_not_block_its_lane_and_the_later_one_says_so()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Answer = request => Task.FromResult(new StubAnswer(request.EventIds[0] == "m-1" && stub.Requests.Count == 1 ? 503 : 200));
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();

        var ids = await test.ReceiveAsync(connection, "same", "same");
        var later = await test.UntilAsync(ids[1], row => row.State == DeliveryState.Accepted);
        Assert.True(later.Marks.HasFlag(DeliveryMarks.OutOfOrder));
        test.Advance(TimeSpan.FromSeconds(5));
        var earlier = await test.UntilAsync(ids[0], row => row.State == DeliveryState.Accepted);

        Assert.False(earlier.Marks.HasFlag(DeliveryMarks.OutOfOrder));
        Assert.Equal(["m-1", "m-2", "m-1"], stub.EventIds);
    }

    [Fact(Timeout = Patience)]
    public async Task A_refused_call_fails_and_costs_its_neighbours_nothing()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Answer = request => Task.FromResult(new StubAnswer(request.EventIds[0] == "m-2" ? 400 : 200));
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();

        var ids = await test.ReceiveAsync(connection, "u1", "u2", "u3");
        var rows = await test.UntilAllAsync(ids, row => row.EndedAt is not null);

        Assert.Equal([DeliveryState.Accepted, DeliveryState.Failed, DeliveryState.Accepted], rows.Select(row => row.State));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task An_outcome_that_the_database_refuses_costs_its_neighbours_nothing()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Answer = request => Task.FromResult(new StubAnswer(request.EventIds[0] == "m-2" ? 418 : 200));
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.Writer.WriteAsync(session => session.Execute(
            """CREATE TRIGGER refuse BEFORE INSERT ON "Exchanges" WHEN NEW."StatusCode"=418 BEGIN SELECT RAISE(ABORT, 'refused'); END"""));
        var ids = await test.ReceiveAsync(connection, "u1", "u2", "u3");
        await test.StartAsync();

        var ended = Task.WhenAll(ids.Select(id => test.UntilAsync(id, row => row.EndedAt is not null)));
        await test.AdvanceUntilAsync(ended, TimeSpan.FromSeconds(1));

        Assert.Equal([DeliveryState.Accepted, DeliveryState.Failed, DeliveryState.Accepted], (await ended).Select(row => row.State));
        var refused = await test.FindAsync(ids[1]);
        Assert.Equal(("outcome_not_recorded", true), (refused.Cause, refused.Marks.HasFlag(DeliveryMarks.MayHaveGoneOut)));
        Assert.Equal(3, stub.Requests.Count);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task An_address_that_no_request_can_be_made_for_is_an_attempt_with_a_cause_and_a_time_for_the_next()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync("https://xn--\u00fc.example/v2");
        await test.StartAsync();
        var id = (await test.ReceiveAsync(connection, "u1"))[0];

        var delivery = await test.UntilAsync(id, row => row.AttemptCount > 0);

        Assert.Equal((DeliveryState.Waiting, 1, "dns_not_found", A.Noon.AddSeconds(5)), (delivery.State, delivery.AttemptCount, delivery.Cause, delivery.DueAt!.Value));
        Assert.False(delivery.Marks.HasFlag(DeliveryMarks.MayHaveGoneOut));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_stored_body_that_cannot_be_unpacked_costs_its_neighbours_nothing()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        var ids = await test.ReceiveAsync(connection, "u1", "u2");
        var broken = (await test.FindAsync(ids[0])).RequestId;
        await test.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            var request = context.Requests.Single(row => row.Id == broken);
            (request.Body, request.Encoding) = ([0xff, 0xff, 0xff, 0xff], BodyEncoding.Brotli);
            context.SaveChanges();
        });
        await test.StartAsync();

        await test.UntilAsync(ids[1], row => row.State == DeliveryState.Accepted);
        var failed = await test.UntilAsync(ids[0], row => row.State == DeliveryState.Failed);

        Assert.Equal((FailureStage.Reading, "call_missing"), (failed.Stage, failed.Cause));
        Assert.Null((await test.Queries.FindAsync(Sight.Of(Actor.System), ids[0], TestContext.Current.CancellationToken))!.Call);   // and whoever looks at it sees a row without its text
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task What_is_claimed_when_the_connection_is_edited_goes_out_with_the_new_settings()
    {
        await using var before = await RichpanelStub.StartAsync();
        await using var after = await RichpanelStub.StartAsync();
        var gate = new TaskCompletionSource<StubAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        before.Answer = _ => gate.Task;
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "1"));
        var connection = await test.ConnectAsync(before.BaseUrl);
        var ids = await test.ReceiveAsync(connection, "u1", "u2", "u3");
        await test.StartAsync();
        await test.UntilAllAsync(ids, row => row.State == DeliveryState.Sending);

        await test.ChangeConnectionAsync(connection, row => row.BaseUrl = after.BaseUrl);
        gate.SetResult(new StubAnswer(200));
        await test.UntilAllAsync(ids, row => row.State == DeliveryState.Accepted);

        Assert.Equal(["m-1"], before.EventIds);
        Assert.Equal(["m-2", "m-3"], after.EventIds);
        Assert.Equal([1, 2, 2], ids.Select(id => test.AttemptsAsync(id).Result.Single().ConnectionVersion));
        Assert.All(ids, id => Assert.False(test.AttemptsAsync(id).Result.Single().MayRepeat));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task What_the_mapper_filters_and_what_the_reader_refuses_ends_without_an_attempt()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();

        var skipped = (await test.ReceiveCallAsync(connection, "u1", "m-a", """{"type":"screen","messageId":"m-a","userId":"u1"}"""))[0];
        var broken = (await test.ReceiveCallAsync(connection, "u2", "m-b", """{"type":"track","messageId":"m-b","event":"E","properties":{}}"""))[0];

        var first = await test.UntilAsync(skipped, row => row.EndedAt is not null);
        var second = await test.UntilAsync(broken, row => row.EndedAt is not null);
        Assert.Equal((DeliveryState.Skipped, "unsupported_event_type", 0), (first.State, first.Cause, first.AttemptCount));
        Assert.Equal((DeliveryState.Failed, FailureStage.Reading, "no_user_anon_id"), (second.State, second.Stage, second.Cause));
        Assert.Empty(stub.Requests);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_call_that_cannot_be_mapped_leaves_a_row_in_a_group_and_goes_out_once_the_mapping_is_mended()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl, shop => shop.CustomerId = CustomerIdRule.Email);
        await test.StartAsync();

        var id = (await test.ReceiveCallAsync(connection, "u1", "m-1", """{"type":"track","messageId":"m-1","userId":"u1","event":"Song Played"}"""))[0];

        var broken = await test.UntilAsync(id, row => row.EndedAt is not null);
        Assert.Equal((DeliveryState.Failed, FailureStage.Mapping, CauseCatalog.NoCustomerAndNoDevice.Code, 0), (broken.State, broken.Stage, broken.Cause, broken.AttemptCount));
        var group = await test.ReadAsync(context => context.FailureGroups.SingleAsync(group => group.Id == broken.GroupId, TestContext.Current.CancellationToken));
        Assert.Equal((FailureStage.Mapping, CauseCatalog.NoCustomerAndNoDevice.Code, 1L), (group.Stage, group.Cause, group.StillFailed));
        Assert.Empty(stub.Requests);

        await test.ChangeConnectionAsync(connection, shop => shop.CustomerId = CustomerIdRule.UserId);
        await test.Actions.RetryAsync(Actor.System, id, asThen: false, TestContext.Current.CancellationToken);

        var sent = await test.UntilAsync(id, row => row.State == DeliveryState.Accepted);
        Assert.Equal(1, sent.AttemptCount);
        Assert.Single(stub.Requests);
        await test.LedgerAddsUpAsync();
    }
}
