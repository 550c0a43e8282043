using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Deliveries;

namespace Richpanel.Tests.Deliveries;

public sealed class HoldTests
{
    private const int Patience = 30_000;

    [Fact(Timeout = Patience)]
    public async Task A_401_holds_the_connection_until_a_person_releases_it_and_spends_no_try()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(401);
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "1"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.ReceiveAsync(connection, "u1", "u2", "u3");

        var first = await test.UntilAsync(ids[0], row => row.AttemptCount == 1);
        await test.UntilAllAsync(ids, row => row.State == DeliveryState.Waiting);
        Assert.Equal((DeliveryState.Waiting, 0, "unauthorized"), (first.State, first.ScheduleStep, first.Cause));
        Assert.Equal(("unauthorized", null), (test.Directory.Find(connection)!.HoldCause, test.Directory.Find(connection)!.HoldUntil));
        test.Advance(TimeSpan.FromHours(1));
        Assert.Single(stub.Requests);

        stub.Always(200);
        Assert.True(await test.Holds.ReleaseAsync(Actor.System, connection));
        await test.UntilAllAsync(ids, row => row.State == DeliveryState.Accepted);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_hold_that_the_product_opens_and_its_end_by_the_clock_are_lines_of_the_change_log()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(429, retryAfter: "86400");
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "1"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var id = (await test.ReceiveAsync(connection, "u1"))[0];
        await test.UntilAsync(id, row => row is { AttemptCount: 1, State: DeliveryState.Waiting });
        stub.Always(200);
        test.Advance(TimeSpan.FromDays(1));
        await test.UntilAsync(id, row => row.State == DeliveryState.Accepted);

        var lines = await test.ReadAsync(context => context.ChangeLog.Where(line => line.Action.StartsWith("connection.")).OrderBy(line => line.Id).ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal([("connection.held", null), ("connection.released", "Its time had come.")], lines.Select(line => (line.Action, line.Reason)));
        Assert.All(lines, line => Assert.Equal((ActorKind.System, PublicId.Connection(connection)), (line.ActorKind, line.ObjectId)));
        Assert.Equal(["hold", "holdUntil"], FieldChange.Read(lines[0].Fields).Select(field => field.Field));
    }

    [Fact(Timeout = Patience)]
    public async Task A_wait_that_Richpanel_asks_for_is_no_line()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(429, retryAfter: "120");
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();

        await test.UntilAsync((await test.ReceiveAsync(connection, "u1"))[0], row => row is { AttemptCount: 1, State: DeliveryState.Waiting });

        Assert.Equal(0, await test.ReadAsync(context => context.ChangeLog.CountAsync(line => line.Action.StartsWith("connection."), TestContext.Current.CancellationToken)));
    }

    [Fact(Timeout = Patience)]
    public async Task A_wrong_address_holds_on_the_third_delivery_in_a_row_and_touches_no_other()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(404);
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "1"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.ReceiveAsync(connection, "u1", "u2", "u3", "u4", "u5");

        await test.UntilAsync(ids[2], row => row.AttemptCount == 1);
        var rest = await test.UntilAllAsync(ids.Skip(3), row => row.State == DeliveryState.Waiting);

        Assert.NotNull(test.Directory.Find(connection)!.HoldCause);
        Assert.Equal(3, stub.Requests.Count);
        Assert.All(rest, row => Assert.Equal((0, A.Noon, null), (row.AttemptCount, row.DueAt!.Value, row.Cause)));
        Assert.All(await test.UntilAllAsync(ids, _ => true), row => Assert.Equal(0, row.ScheduleStep));
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_403_on_five_deliveries_holds_and_one_that_only_one_gets_fails()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(403);
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "1"));
        var all = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.ReceiveAsync(all, "u1", "u2", "u3", "u4", "u5", "u6");
        await test.UntilAsync(ids[4], row => row.AttemptCount == 1);
        await test.UntilAsync(ids[5], row => row.State == DeliveryState.Waiting);
        Assert.NotNull(test.Directory.Find(all)!.HoldCause);
        Assert.Equal(5, stub.Requests.Count);

        await using var picky = await RichpanelStub.StartAsync();
        picky.Answer = request => Task.FromResult(new StubAnswer(request.EventIds[0] == "m-7" ? 403 : 200));
        var some = await test.ConnectAsync(picky.BaseUrl);
        var mixed = await test.ReceiveAsync(some, "v1", "v2");
        await test.UntilAsync(mixed[1], row => row.State == DeliveryState.Accepted);
        await test.UntilAsync(mixed[0], row => row.AttemptCount == 1 && row.State == DeliveryState.Waiting);
        test.Advance(TimeSpan.FromSeconds(5));

        var refused = await test.UntilAsync(mixed[0], row => row.State == DeliveryState.Failed);
        Assert.Equal("refused_by_filter", refused.Cause);
        Assert.Null(test.Directory.Find(some)!.HoldCause);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_Retry_After_postpones_the_whole_connection_to_its_clock_time()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(429, retryAfter: "120");
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "1"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.ReceiveAsync(connection, "u1", "u2");

        var first = await test.UntilAsync(ids[0], row => row.AttemptCount == 1);
        await test.UntilAsync(ids[1], row => row.State == DeliveryState.Waiting);
        Assert.Equal((A.Noon.AddMinutes(2), 1), (first.DueAt!.Value, first.ScheduleStep));
        Assert.Equal(A.Noon.AddMinutes(2), test.Directory.Find(connection)!.PostponedUntil);
        test.Advance(TimeSpan.FromSeconds(119));
        Assert.Single(stub.Requests);

        stub.Always(200);
        test.Advance(TimeSpan.FromSeconds(1));
        await test.UntilAllAsync(ids, row => row.State == DeliveryState.Accepted);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_Retry_After_may_be_a_date()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(503, retryAfter: A.Noon.AddMinutes(3).ToString("r"));
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var id = (await test.ReceiveAsync(connection, "u1"))[0];

        var first = await test.UntilAsync(id, row => row.AttemptCount == 1);

        Assert.Equal(A.Noon.AddMinutes(3), first.DueAt);
        Assert.Equal(A.Noon.AddMinutes(3), test.Directory.Find(connection)!.PostponedUntil);
    }

    [Fact(Timeout = Patience)]
    public async Task A_429_without_end_uses_the_schedule_up_whatever_it_asks_for()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(429, retryAfter: "1");
        await using var test = await DispatcherUnderTest.CreateAsync(
            ("Delivery:Schedule:0", "00:00:00"), ("Delivery:Schedule:1", "00:00:05"), ("Delivery:Schedule:2", "00:02:00"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var id = (await test.ReceiveAsync(connection, "u1"))[0];

        await test.UntilAsync(id, row => row.AttemptCount == 1 && row.DueAt == A.Noon.AddSeconds(5));
        test.Advance(TimeSpan.FromSeconds(5));
        await test.UntilAsync(id, row => row.AttemptCount == 2 && row.DueAt == A.Noon.AddSeconds(125));
        test.Advance(TimeSpan.FromMinutes(2));
        var failed = await test.UntilAsync(id, row => row.State == DeliveryState.Failed);

        Assert.Equal((3, "too_many_requests"), (failed.AttemptCount, failed.Cause));
        Assert.Equal(3, stub.Requests.Count);
    }

    [Fact(Timeout = Patience)]
    public async Task A_Retry_After_beyond_six_hours_is_a_hold_that_ends_by_itself()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(503, retryAfter: "25200");
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var id = (await test.ReceiveAsync(connection, "u1"))[0];

        await test.UntilAsync(id, row => row.AttemptCount == 1);
        Assert.NotNull(test.Directory.Find(connection)!.HoldCause);
        Assert.Equal(A.Noon.AddHours(7), test.Directory.Find(connection)!.HoldUntil);

        stub.Always(200);
        test.Advance(TimeSpan.FromHours(7));
        await test.UntilAsync(id, row => row.State == DeliveryState.Accepted);
        Assert.Null(test.Directory.Find(connection)!.HoldCause);
    }

    [Fact(Timeout = Patience)]
    public async Task A_hold_with_an_end_is_made_longer_by_whoever_asks_for_more_and_never_shorter()
    {
        await using var stub = await RichpanelStub.StartAsync();
        var first = new TaskCompletionSource<StubAnswer>();
        var second = new TaskCompletionSource<StubAnswer>();
        stub.Answer = request => request.EventIds[0] == "m-1" ? first.Task : second.Task;
        await using var test = await DispatcherUnderTest.CreateAsync(("Delivery:Concurrency", "2"));
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.ReceiveAsync(connection, "u1", "u2");

        first.SetResult(new StubAnswer(503, RetryAfter: "25200"));
        await test.UntilAsync(ids[0], row => row.AttemptCount == 1);
        Assert.Equal(A.Noon.AddHours(7), test.Directory.Find(connection)!.HoldUntil);
        second.SetResult(new StubAnswer(503, RetryAfter: "36000"));
        await test.UntilAsync(ids[1], row => row.AttemptCount == 1);

        Assert.Equal(A.Noon.AddHours(10), test.Directory.Find(connection)!.HoldUntil);
        Assert.False(await test.Holds.HoldAsync(connection, "service_unavailable", A.Noon.AddHours(8)));
    }

    [Fact(Timeout = Patience)]
    public async Task A_hold_whose_end_has_come_does_not_stand_in_the_way_of_the_next()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync("http://127.0.0.1:9/v2");
        await test.Holds.HoldAsync(connection, "service_unavailable", A.Noon.AddHours(7));
        test.Time.Advance(TimeSpan.FromHours(7));

        Assert.True(await test.Holds.HoldAsync(connection, "unauthorized", null));

        var held = test.Directory.Find(connection)!;
        Assert.Equal(("unauthorized", null, A.Noon.AddHours(7)), (held.HoldCause, held.HoldUntil, held.HoldSince));
    }

    [Fact(Timeout = Patience)]
    public async Task A_paused_connection_collects_and_sends_nothing_until_resumed()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var paused = await test.ConnectAsync(stub.BaseUrl);
        var other = await test.ConnectAsync(stub.BaseUrl);
        await test.Holds.PauseAsync(Actor.System, paused, null);
        await test.StartAsync();

        var id = (await test.ReceiveAsync(paused, "u1"))[0];
        var beside = (await test.ReceiveAsync(other, "u1"))[0];
        await test.UntilAsync(beside, row => row.State == DeliveryState.Accepted);
        Assert.Equal((DeliveryState.Waiting, 0), ((await test.FindAsync(id)).State, (await test.FindAsync(id)).AttemptCount));

        await test.Holds.ResumeAsync(Actor.System, paused);
        await test.UntilAsync(id, row => row.State == DeliveryState.Accepted);
    }

    [Fact(Timeout = Patience)]
    public async Task A_secret_that_cannot_be_read_holds_the_connection_and_spends_no_attempt()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl, row => row.ProtectedSecret = RandomNumberGenerator.GetBytes(64));
        await test.StartAsync();
        var id = (await test.ReceiveAsync(connection, "u1"))[0];

        await test.UntilHeldAsync(connection, "secret_unreadable");
        var delivery = await test.UntilAsync(id, row => row.State == DeliveryState.Waiting);

        Assert.Equal((0, null), (delivery.AttemptCount, delivery.Cause));
        Assert.Empty(await test.AttemptsAsync(id));
        Assert.Empty(stub.Requests);
        await test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Repeating_a_pause_a_resume_or_a_release_is_harmless()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync("http://127.0.0.1:9/v2");

        Assert.True(await test.Holds.HoldAsync(connection, "unauthorized", null));
        Assert.False(await test.Holds.HoldAsync(connection, "forbidden", null));
        Assert.Equal("unauthorized", test.Directory.Find(connection)!.HoldCause);
        Assert.True(await test.Holds.ReleaseAsync(Actor.System, connection));
        Assert.False(await test.Holds.ReleaseAsync(Actor.System, connection));
        await test.Holds.PauseAsync(Actor.System, connection, null);
        Assert.True(await test.Holds.ResumeAsync(Actor.System, connection));
        Assert.False(await test.Holds.ResumeAsync(Actor.System, connection));
    }

    [Fact(Timeout = Patience)]
    public async Task A_pause_with_an_end_goes_on_by_itself_at_that_time_even_in_another_process_and_says_so()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        await test.Holds.PauseAsync(Actor.System with { Name = "Anna" }, connection, test.Time.GetUtcNow().AddHours(1), "Planned work");
        var id = (await test.ReceiveAsync(connection, "u1"))[0];
        test.Advance(TimeSpan.FromMinutes(59));
        await test.StopAsync();
        await using var next = await test.NextProcessAsync();
        await next.StartAsync();
        await next.UntilAsync(id, row => row is { State: DeliveryState.Waiting, AttemptCount: 0 });
        Assert.Empty(stub.Requests);

        next.Advance(TimeSpan.FromMinutes(1));

        await next.UntilAsync(id, row => row.State == DeliveryState.Accepted);
        Assert.Null(next.Directory.Find(connection)!.PausedAt);
        var lines = await next.ReadAsync(context => context.ChangeLog.Where(line => line.Action.StartsWith("connection.")).OrderBy(line => line.Id).ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal([("connection.paused", "Anna", "Planned work"), ("connection.resumed", "Richpanel Console", "Its time had come.")], lines.Select(line => (line.Action, line.ActorName, line.Reason)));
    }

    [Fact(Timeout = Patience)]
    public async Task A_connection_with_a_schedule_of_its_own_is_retried_by_that_one()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(503);
        await using var test = await DispatcherUnderTest.CreateAsync();
        var connection = await test.ConnectAsync(stub.BaseUrl, shop => (shop.RetryWaits, shop.RetryJitterPercent) = ("7 min", 0));
        await test.StartAsync();
        var id = (await test.ReceiveAsync(connection, "u1"))[0];

        var waits = await test.UntilAsync(id, row => row is { AttemptCount: 1, State: DeliveryState.Waiting });
        Assert.Equal(A.Noon.AddMinutes(7), waits.DueAt);
        test.Advance(TimeSpan.FromMinutes(7));

        await test.UntilAsync(id, row => row is { AttemptCount: 2, State: DeliveryState.Failed });   // one wait: no third try
    }
}
