using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Mapping;

namespace Richpanel.Tests.Deliveries;

public sealed class DeliveryActionsTests
{
    private const int Patience = 30_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task A_waiting_delivery_that_is_canceled_is_never_sent_and_a_second_click_changes_nothing()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(502);
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var id = (await test.ReceiveAsync(connection, "u1"))[0];
        await test.UntilAsync(id, row => row.AttemptCount == 1 && row.State == DeliveryState.Waiting);

        Assert.Equal(new ActionOutcome(true, DeliveryState.Canceled), await test.Actions.CancelAsync(Actor.System, id, Ct));
        Assert.Equal(new ActionOutcome(true, DeliveryState.Canceled), await test.Actions.CancelAsync(Actor.System, id, Ct));
        stub.Always(200);
        test.Advance(TimeSpan.FromDays(1));
        var probe = (await test.ReceiveAsync(connection, "u2"))[0];
        await test.UntilAsync(probe, row => row.State == DeliveryState.Accepted);

        Assert.Equal(2, stub.Requests.Count);
        Assert.Equal(new ActionOutcome(false, DeliveryState.Canceled), await test.Actions.TryNowAsync(Actor.System, id, Ct));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Try_now_sends_before_its_time_and_spends_no_try()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(502);
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var id = (await test.ReceiveAsync(connection, "u1"))[0];
        await test.UntilAsync(id, row => row.AttemptCount == 1 && row.State == DeliveryState.Waiting);

        Assert.Equal(new ActionOutcome(true, DeliveryState.Waiting), await test.Actions.TryNowAsync(Actor.System, id, Ct));
        var delivery = await test.UntilAsync(id, row => row.AttemptCount == 2 && row.State == DeliveryState.Waiting);

        Assert.Equal(1, delivery.ScheduleStep);
        Assert.Equal(AttemptTrigger.Manual, (await test.AttemptsAsync(id))[1].Trigger);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_retry_of_an_accepted_delivery_says_that_it_may_repeat_and_a_second_click_sends_nothing_more()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var id = (await test.ReceiveAsync(connection, "u1"))[0];
        await test.UntilAsync(id, row => row.State == DeliveryState.Accepted);

        Assert.Equal(new ActionOutcome(true, DeliveryState.Waiting), await test.Actions.RetryAsync(Actor.System, id, asThen: true, Ct, attemptsSeen: 1));
        var outcome = await test.Actions.WaitForOutcomeAsync(id, 1, TimeSpan.FromMinutes(1), Ct);
        await test.UntilAsync(id, row => row.AttemptCount == 2 && row.State == DeliveryState.Accepted);
        Assert.Equal(2, outcome!.AttemptCount);
        Assert.Equal(
            new ActionOutcome(false, DeliveryState.Accepted), await test.Actions.RetryAsync(Actor.System, id, asThen: true, Ct, attemptsSeen: 1));

        var attempts = await test.AttemptsAsync(id);
        Assert.Equal([(AttemptTrigger.First, false), (AttemptTrigger.Manual, true)], attempts.Select(attempt => (attempt.Trigger, attempt.MayRepeat)));
        Assert.Equal(2, stub.Requests.Count);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_retry_of_a_failed_first_whose_repeat_was_accepted_meanwhile_says_that_it_may_repeat()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(400);
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        const string call = """{"type":"track","event":"Song Played","messageId":"m-same","userId":"u1","properties":{}}""";
        var first = (await test.ReceiveCallAsync(connection, "u1", "m-same", call))[0];
        await test.UntilAsync(first, row => row.State == DeliveryState.Failed);
        stub.Always(200);
        var repeat = (await test.ReceiveCallAsync(connection, "u1", "m-same", call))[0];
        await test.UntilAsync(repeat, row => row.State == DeliveryState.Accepted);

        await test.Actions.RetryAsync(Actor.System, first, asThen: false, Ct);
        await test.UntilAsync(first, row => row.State == DeliveryState.Accepted);

        Assert.Equal([false, true], (await test.AttemptsAsync(first)).Select(attempt => attempt.MayRepeat));
        Assert.False(Assert.Single(await test.AttemptsAsync(repeat)).MayRepeat);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_retry_beside_a_repeat_that_still_waits_marks_both()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(400);
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        const string call = """{"type":"track","event":"Song Played","messageId":"m-same","userId":"u1","properties":{}}""";
        var first = (await test.ReceiveCallAsync(connection, "u1", "m-same", call))[0];
        await test.UntilAsync(first, row => row.State == DeliveryState.Failed);
        await test.Holds.PauseAsync(Actor.System, connection, null);
        var repeat = (await test.ReceiveCallAsync(connection, "u1", "m-same", call))[0];

        await test.Actions.RetryAsync(Actor.System, first, asThen: false, Ct);

        Assert.All([await test.FindAsync(first), await test.FindAsync(repeat)], row => Assert.True(row.Marks.HasFlag(DeliveryMarks.MayHaveGoneOut)));
    }

    [Fact(Timeout = Patience)]
    public async Task As_then_resends_the_kept_call_and_as_now_maps_it_with_todays_options()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(400);
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl, row => row.CustomerId = CustomerIdRule.UserId);
        await test.StartAsync();
        var call = """{"type":"track","event":"Song Played","messageId":"m-x","userId":"u1","timestamp":"2026-03-01T11:59:00.000Z","properties":{},"context":{"traits":{"email":"ann@example.test"}}}""";
        var id = (await test.ReceiveCallAsync(connection, "u1", "m-x", call))[0];
        await test.UntilAsync(id, row => row.State == DeliveryState.Failed);
        await test.ChangeConnectionAsync(connection, row => row.CustomerId = CustomerIdRule.Email);

        await test.Actions.RetryAsync(Actor.System, id, asThen: true, Ct);
        await test.UntilAsync(id, row => row.AttemptCount == 2 && row.State == DeliveryState.Failed);
        await test.Actions.RetryAsync(Actor.System, id, asThen: false, Ct);
        await test.UntilAsync(id, row => row.AttemptCount == 3 && row.State == DeliveryState.Failed);

        Assert.Equal(
            ["u1", "u1", "ann@example.test"],
            stub.Requests.Select(request => request.Calls[0].GetProperty("userProperties").GetProperty("uid").GetString()));
        var sent = (await test.AttemptsAsync(id)).ConvertAll(attempt => attempt.MappedCallId);
        Assert.Equal(sent[0], sent[1]);
        Assert.NotEqual(sent[1], sent[2]);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task As_then_is_refused_where_nothing_was_ever_sent_and_a_skipped_delivery_is_never_retried()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var skipped = (await test.ReceiveCallAsync(connection, "u1", "m-a", """{"type":"screen","messageId":"m-a","userId":"u1"}"""))[0];
        var failed = (await test.ReceiveCallAsync(connection, "u2", "m-b", """{"type":"track","messageId":"m-b","event":"E"}"""))[0];
        await test.UntilAllAsync([skipped, failed], row => row.EndedAt is not null);

        Assert.Equal(new ActionOutcome(false, DeliveryState.Skipped), await test.Actions.RetryAsync(Actor.System, skipped, asThen: false, Ct));
        Assert.Equal(new ActionOutcome(false, DeliveryState.Failed), await test.Actions.RetryAsync(Actor.System, failed, asThen: true, Ct));
        Assert.Equal(new ActionOutcome(false, null), await test.Actions.RetryAsync(Actor.System, 999_999, asThen: false, Ct));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Waiting_for_an_outcome_ends_with_its_time_when_none_comes()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync("http://127.0.0.1:9/v2");
        var id = (await test.ReceiveAsync(connection, "u1"))[0];

        var waiting = test.Actions.WaitForOutcomeAsync(id, 0, TimeSpan.FromSeconds(10), Ct);
        await test.AdvanceUntilAsync(waiting, TimeSpan.FromSeconds(1));

        Assert.Equal(DeliveryState.Waiting, (await waiting)!.State);
    }
}
