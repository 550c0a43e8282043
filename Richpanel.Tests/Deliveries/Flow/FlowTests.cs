using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Flow;

namespace Richpanel.Tests.Deliveries.Flow;

public sealed class FlowTests
{
    private const int Patience = 60_000;

    private static readonly string[] s_ten = [.. Enumerable.Range(0, 10).Select(i => $"u{i}")];

    [Fact(Timeout = Patience)]
    public async Task An_outage_opens_the_breaker_deliveries_wait_without_spending_tries_and_a_probe_closes_it()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(503);
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "1"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var tried = await test.ReceiveAsync(connection, s_ten);
        await test.UntilConnectionAsync(connection, row => row.BreakerSince is not null);
        var waiting = await test.ReceiveAsync(connection, "late");

        test.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(10, stub.Requests.Count);
        Assert.Equal(("service_unavailable", A.Noon.AddSeconds(30), 0), (Row(test, connection).BreakerCause, Row(test, connection).BreakerUntil!.Value, Row(test, connection).BreakerProbes));

        test.Advance(TimeSpan.FromSeconds(1));
        await test.UntilConnectionAsync(connection, row => row.BreakerProbes == 1);
        Assert.Equal(11, stub.Requests.Count);
        Assert.Equal(A.Noon.AddSeconds(90), Row(test, connection).BreakerUntil);
        Assert.Equal(10, (await test.UntilAllAsync([.. tried, .. waiting], _ => true)).Sum(row => row.ScheduleStep));   // the probe spent none

        stub.Always(200);
        test.Advance(TimeSpan.FromMinutes(1));
        await test.UntilAllAsync([.. tried, .. waiting], row => row.State == DeliveryState.Accepted);
        await test.UntilConnectionAsync(connection, row => row is { BreakerSince: null, BreakerProbes: 0, RecoveryBefore: null });
        Assert.Equal(
            ["connection.breaker-opened", "connection.breaker-closed"],
            await test.ReadAsync(context => context.ChangeLog.Where(line => line.Action.StartsWith("connection.")).OrderBy(line => line.Id).Select(line => line.Action).ToListAsync(TestContext.Current.CancellationToken)));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task An_outage_longer_than_the_whole_schedule_fails_nothing()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(502);
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "1"), ("Delivery:Schedule:0", "00:00:00"), ("Delivery:Schedule:1", "00:00:05"), ("Delivery:Schedule:2", "00:00:05"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.ReceiveAsync(connection, s_ten);
        await test.UntilConnectionAsync(connection, row => row.BreakerSince is not null);
        for (var probes = 1; probes <= 12; probes++)
        {
            test.Advance(Breaker.LongestProbe);
            await test.UntilConnectionAsync(connection, row => row.BreakerProbes == probes);
        }

        Assert.All(await test.UntilAllAsync(ids, _ => true), row => Assert.Equal((DeliveryState.Waiting, 1), (row.State, row.ScheduleStep)));
        Assert.Equal(22, stub.Requests.Count);
    }

    [Fact(Timeout = Patience)]
    public async Task An_outage_that_says_when_to_come_back_is_one_too_and_no_probe_goes_before_that()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(503, retryAfter: "120");
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "4"), ("Delivery:Schedule:0", "00:00:00"), ("Delivery:Schedule:1", "00:00:05"), ("Delivery:Schedule:2", "00:00:05"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.ReceiveAsync(connection, [.. Enumerable.Range(0, 30).Select(i => $"u{i}")]);
        for (var rounds = 0; Row(test, connection).BreakerSince is null && rounds < 4; rounds++)
        {
            await test.UntilConnectionAsync(connection, row => row.PostponedUntil > test.Time.GetUtcNow() || row.BreakerSince is not null);
            test.Advance(TimeSpan.FromSeconds(120));
        }

        await test.UntilConnectionAsync(connection, row => row is { BreakerSince: not null, BreakerCause: "service_unavailable" });
        for (var i = 0; i < 6; i++)
        {
            var (probes, until) = (Row(test, connection).BreakerProbes, Row(test, connection).BreakerUntil!.Value);
            test.Advance(until - test.Time.GetUtcNow());
            await test.UntilConnectionAsync(connection, row => row.BreakerProbes > probes);
            Assert.True(Row(test, connection).BreakerUntil - test.Time.GetUtcNow() >= TimeSpan.FromSeconds(120));
        }

        var rows = await test.UntilAllAsync(ids, row => row.State == DeliveryState.Waiting);
        Assert.InRange(rows.Sum(row => row.ScheduleStep), Breaker.InARow, Breaker.InARow + 4);   // those before it opened, and what was on its way then; probes spend none
        stub.Always(200);
        test.Advance(Breaker.LongestProbe);
        await test.UntilConnectionAsync(connection, row => row.BreakerSince is null);
        await test.AdvanceUntilAsync(test.UntilAllAsync(ids, row => row.State == DeliveryState.Accepted), TimeSpan.FromSeconds(30));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_probe_that_is_asked_to_wait_spends_no_try_and_leaves_the_breaker_as_it_is()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(503);
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "1"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.ReceiveAsync(connection, s_ten);
        await test.UntilConnectionAsync(connection, row => row.BreakerSince is not null);
        var before = (await test.UntilAllAsync(ids, _ => true)).Sum(row => row.ScheduleStep);

        stub.Always(429, retryAfter: "60");
        test.Advance(TimeSpan.FromSeconds(30));
        await test.UntilConnectionAsync(connection, row => row.PostponedUntil == A.Noon.AddSeconds(90));
        Assert.Equal((0, true, A.Noon.AddSeconds(90)), (Row(test, connection).BreakerProbes, Row(test, connection).BreakerSince is not null, Row(test, connection).NextProbeAt!.Value));
        Assert.Equal(before, (await test.UntilAllAsync(ids, row => row.State == DeliveryState.Waiting)).Sum(row => row.ScheduleStep));

        stub.Always(200);
        test.Advance(TimeSpan.FromSeconds(60));
        await test.UntilConnectionAsync(connection, row => row.BreakerSince is null);
        test.Advance(TimeSpan.FromMinutes(1));
        await test.UntilAllAsync(ids, row => row.State == DeliveryState.Accepted);
        Assert.Equal(ids.Count + 1 + ids.Count, stub.Requests.Count);   // each was not answered once and accepted once, and one probe was asked to wait
    }

    [Fact(Timeout = Patience)]
    public async Task A_customer_whose_probes_are_asked_to_wait_without_end_keeps_no_other_from_closing_the_breaker()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(503);
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "1"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.ReceiveAsync(connection, s_ten);
        await test.UntilConnectionAsync(connection, row => row.BreakerSince is not null);
        var requests = stub.Requests.Count;
        stub.Always(429, retryAfter: "1");
        test.Advance(Breaker.FirstProbe);
        await test.UntilConnectionAsync(connection, row => row.BreakerUntil == test.Time.GetUtcNow() + Breaker.FirstProbe);   // not a second later
        stub.Always(200);
        test.Advance(Breaker.FirstProbe);
        await test.UntilConnectionAsync(connection, row => row.BreakerSince is null);

        Assert.NotEqual(stub.EventIds.ElementAt(requests), stub.EventIds.ElementAt(requests + 1));
        await test.AdvanceUntilAsync(test.UntilAllAsync(ids, row => row.State == DeliveryState.Accepted), TimeSpan.FromSeconds(5));
    }

    [Fact(Timeout = Patience)]
    public async Task An_open_breaker_stands_after_a_restart()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(503);
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "1"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.ReceiveAsync(connection, s_ten);
        await test.UntilConnectionAsync(connection, row => row.BreakerSince is not null);
        await test.StopAsync();
        await using var next = await test.NextProcessAsync();
        await next.StartAsync();
        next.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(10, stub.Requests.Count);

        stub.Always(200);
        next.Advance(TimeSpan.FromSeconds(10));

        await next.UntilAllAsync(ids, row => row.State == DeliveryState.Accepted);
    }

    [Theory(Timeout = Patience)]
    [InlineData(null)]
    [InlineData("300")]
    public async Task A_person_sends_the_probe_now(string? retryAfter)
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(503);
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "1"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.ReceiveAsync(connection, s_ten);
        await test.UntilConnectionAsync(connection, row => row.BreakerSince is not null);
        if (retryAfter is not null)
        {
            stub.Always(503, retryAfter: retryAfter);   // the first probe is told when to come back
            test.Advance(TimeSpan.FromSeconds(30));
            await test.UntilConnectionAsync(connection, row => row.BreakerProbes == 1);
            Assert.Equal((test.Time.GetUtcNow().AddSeconds(300), true), (Row(test, connection).NextProbeAt!.Value, Row(test, connection).IsBroken(test.Time.GetUtcNow())));
        }

        stub.Always(200);

        Assert.True(await test.Holds.ProbeAsync(Actor.System, connection));   // none is due yet: the first that waits goes

        await test.UntilConnectionAsync(connection, row => row.BreakerSince is null);
        test.Advance(TimeSpan.FromSeconds(5));   // their own waits
        await test.UntilAllAsync(ids, row => row.State == DeliveryState.Accepted);
        Assert.Null(Row(test, connection).NextProbeAt);
    }

    [Fact(Timeout = Patience)]
    public async Task Probes_take_turns_among_customers_and_each_keeps_its_place()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(503);
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "1"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        await test.ReceiveAsync(connection, s_ten);
        await test.UntilConnectionAsync(connection, row => row.BreakerSince is not null);
        var due = (await test.ReadAsync(context => context.Deliveries.OrderBy(row => row.Id).Select(row => row.DueAt).ToListAsync(TestContext.Current.CancellationToken)));
        for (var probes = 1; probes <= 3; probes++)
        {
            test.Advance(Breaker.LongestProbe);
            await test.UntilConnectionAsync(connection, row => row.BreakerProbes == probes);
        }

        Assert.Equal(3, stub.EventIds.Skip(10).Distinct().Count());
        Assert.Equal(due, await test.ReadAsync(context => context.Deliveries.OrderBy(row => row.Id).Select(row => row.DueAt).ToListAsync(TestContext.Current.CancellationToken)));
    }

    [Fact(Timeout = Patience)]
    public async Task A_canary_that_is_refused_stops_the_connection_and_fails_nothing()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(400);
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.Holds.HoldAsync(connection, "unauthorized", null);
        await test.StartAsync();
        var ids = await test.ReceiveAsync(connection, s_ten);
        test.Time.Advance(TimeSpan.FromSeconds(1));   // so that they have waited

        Assert.True(await test.Holds.ReleaseAsync(Actor.System, connection, how: new Recovery(Canary: true)));
        await test.UntilConnectionAsync(connection, row => row.HoldCause is not (null or "unauthorized"));

        Assert.All(await test.UntilAllAsync(ids, row => row.State == DeliveryState.Waiting), row => Assert.Equal(0, row.ScheduleStep));
        Assert.Single(stub.Requests);
    }

    [Fact(Timeout = Patience)]
    public async Task A_canary_of_fewer_than_five_ends_with_what_had_waited()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.Holds.HoldAsync(connection, "unauthorized", null);
        await test.StartAsync();
        var ids = await test.ReceiveAsync(connection, "u1", "u2");
        test.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(await test.Holds.ReleaseAsync(Actor.System, connection, how: new Recovery(Canary: true)));

        await test.UntilAllAsync(ids, row => row.State == DeliveryState.Accepted);
        await test.AdvanceUntilAsync(test.UntilConnectionAsync(connection, row => row is { RecoveryBefore: null, RecoveryProbes: 0 }), RecoveryPace.LiveLook);
    }

    [Fact(Timeout = Patience)]
    public async Task An_outage_while_catching_up_keeps_the_rate_and_the_canary_that_a_person_chose()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(503);
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.Holds.HoldAsync(connection, "unauthorized", null);
        await test.StartAsync();
        await test.ReceiveAsync(connection, s_ten);
        test.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(await test.Holds.ReleaseAsync(Actor.System, connection, how: new Recovery(Rate: 1, Canary: true)));
        await test.UntilConnectionAsync(connection, row => row.BreakerSince is not null);
        stub.Always(200);
        test.Advance(Breaker.FirstProbe);
        await test.UntilConnectionAsync(connection, row => row.BreakerSince is null);

        Assert.Equal(1, Row(test, connection).RecoveryRate);
        Assert.InRange(Row(test, connection).RecoveryProbes, 3, Recovery.CanarySize);
    }

    [Fact(Timeout = Patience)]
    public async Task Single_failures_among_answers_open_nothing()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Answer = request => Task.FromResult(new StubAnswer(int.Parse(request.EventIds[0][2..], System.Globalization.CultureInfo.InvariantCulture) % 2 == 0 ? 503 : 200));
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "1"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();

        var ids = await test.ReceiveAsync(connection, [.. Enumerable.Range(0, 40).Select(i => $"u{i}")]);
        await test.UntilAllAsync(ids, row => row.AttemptCount == 1 && row.State != DeliveryState.Sending);

        Assert.Null(Row(test, connection).BreakerSince);
    }

    [Fact(Timeout = Patience)]
    public async Task What_has_waited_goes_out_at_the_chosen_rate_and_what_comes_in_goes_first()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "4"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.Holds.PauseAsync(Actor.System, connection, null);
        await test.StartAsync();
        var waited = await test.ReceiveAsync(connection, [.. Enumerable.Range(0, 30).Select(i => $"u{i}")]);
        test.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(await test.Holds.ResumeAsync(Actor.System, connection, how: new Recovery(Rate: 8)));
        await test.UntilAllAsync(waited.Take(2), row => row.State == DeliveryState.Accepted);

        test.Time.Advance(TimeSpan.FromMilliseconds(1));   // received after the stop has ended
        var live = await test.ReceiveAsync(connection, "new", "u29");
        test.Advance(RecoveryPace.LiveLook);
        await test.UntilAsync(live[0], row => row.State == DeliveryState.Accepted);
        Assert.Equal(DeliveryState.Waiting, (await test.FindAsync(live[1])).State);   // behind the older one of the same customer
        Assert.Equal(DeliveryState.Waiting, (await test.FindAsync(waited[29])).State);
        Assert.InRange(stub.Requests.Count, 3, 5);

        await test.AdvanceUntilAsync(test.UntilAllAsync([.. waited, .. live], row => row.State == DeliveryState.Accepted), TimeSpan.FromMilliseconds(250));
        var order = stub.EventIds.ToList();
        var ofOne = await test.UntilAllAsync([waited[29], live[1]], _ => true);
        Assert.True(order.IndexOf(ofOne[0].MessageId) < order.IndexOf(ofOne[1].MessageId));
        Assert.Equal(32, order.Distinct().Count());
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Of_a_canary_one_goes_at_a_time_and_a_bad_answer_stops_the_connection_again()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(401);
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "8"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.Holds.HoldAsync(connection, "unauthorized", null);
        await test.StartAsync();
        var ids = await test.ReceiveAsync(connection, [.. Enumerable.Range(0, 20).Select(i => $"u{i}")]);
        test.Time.Advance(TimeSpan.FromSeconds(1));   // so that they have waited

        Assert.True(await test.Holds.ReleaseAsync(Actor.System, connection, how: new Recovery(Canary: true)));
        await test.UntilConnectionAsync(connection, row => row.HoldCause is not null && stub.Requests.Count == 1);
        await test.UntilAllAsync(ids, row => row.State == DeliveryState.Waiting);
        Assert.Single(stub.Requests);

        stub.Always(200);
        Assert.True(await test.Holds.ReleaseAsync(Actor.System, connection, how: new Recovery(Canary: true)));
        await test.UntilAllAsync(ids, row => row.State == DeliveryState.Accepted);
        Assert.Equal(0, Row(test, connection).RecoveryProbes);
        Assert.Equal(21, stub.Requests.Count);
        await test.LedgerAddsUpAsync();
    }

    private static Connection Row(DispatcherUnderTest test, long connection) => test.Directory.Find(connection)!;
}
