using Microsoft.EntityFrameworkCore;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Retries;
using Richpanel.Tests.Deliveries;

namespace Richpanel.Tests.Retries;

/// <summary>What is counted is what will run, and why the rest will not.</summary>
public sealed class RetryPlanTests
{
    private const int Patience = 30_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task A_plan_counts_exactly_writes_the_same_ids_down_and_sends_nothing()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var (shop, other) = (await test.ConnectAsync(stub.BaseUrl), await test.ConnectAsync(stub.BaseUrl));
        await test.StartAsync();
        var failed = await test.FailAsync(stub, shop, 7);
        var elsewhere = await test.FailAsync(stub, other, 2);
        var accepted = await test.ReceiveAsync(shop, "a1", "a2", "a3");
        await test.UntilAllAsync(accepted, row => row.State == DeliveryState.Accepted);
        await test.Actions.CancelAsync(Actor.System, failed[0], Ct);
        stub.Requests.Clear();

        var batch = await test.PlanAsync("");
        var plan = batch.PlanOf();

        Assert.Equal((9L, 9), (plan.Total, batch.Planned));
        Assert.Equal([new RetryShare(RetryReasons.Accepted.Code, 3)], plan.LeftOut);
        Assert.Equal([new RetryShare(PublicId.Connection(shop), 7), new RetryShare(PublicId.Connection(other), 2)], plan.Connections);
        Assert.Equal([new RetryShare("unprocessable", 9)], plan.Causes);
        Assert.Equal([new RetryShare("Song Played", 9)], plan.Events);
        Assert.Equal([7L, 2], plan.Groups.Select(share => share.Count));
        Assert.All(plan.Groups, share => Assert.NotNull(PublicId.Parse(share.Key, "grp")));
        Assert.Equal((A.Noon, A.Noon, 0L), (plan.Oldest, plan.Newest, plan.NeverSent));
        Assert.Equal([.. failed, .. elsewhere], await test.ReadAsync(db => db.RetryItems.Where(item => item.BatchId == batch.Id).OrderBy(item => item.DeliveryId).Select(item => item.DeliveryId).ToListAsync(Ct)));
        Assert.False(await test.Pacer.StepAsync(Ct));
        Assert.Empty(stub.Requests);
    }

    [Fact(Timeout = Patience)]
    public async Task What_another_delivery_got_accepted_and_the_second_of_two_with_one_message_id_are_left_out()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        stub.Always(422);
        const string call = """{"type":"track","event":"Song Played","messageId":"m","userId":"u","timestamp":"2026-03-01T11:59:00.000Z"}""";
        async Task<long> ReceiveAsync(string messageId) => (await test.ReceiveCallAsync(shop, "u", messageId, call))[0];
        long[] failed = [await ReceiveAsync("twice"), await ReceiveAsync("twice"), await ReceiveAsync("got-through"), await ReceiveAsync("alone")];
        await test.UntilAllAsync(failed, row => row.State == DeliveryState.Failed);
        stub.Always(200);
        await test.UntilAsync(await ReceiveAsync("got-through"), row => row.State == DeliveryState.Accepted);

        var batch = await test.PlanAsync("state:failed");

        Assert.Equal(2, batch.Planned);
        Assert.Equal([new RetryShare("same_event", 1), new RetryShare("sent_elsewhere", 1)], batch.PlanOf().LeftOut);
        Assert.Equal([failed[0], failed[3]], await test.ReadAsync(db => db.RetryItems.OrderBy(item => item.DeliveryId).Select(item => item.DeliveryId).ToListAsync(Ct)));
    }

    [Fact(Timeout = Patience)]
    public async Task What_waits_for_a_later_try_is_sent_sooner_and_what_is_due_goes_by_itself()
    {
        await using var stub = await RichpanelStub.StartAsync();
        stub.Always(503);
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var later = await test.ReceiveAsync(shop, "u1", "u2");
        await test.UntilAllAsync(later, row => row is { AttemptCount: 1, State: DeliveryState.Waiting });
        await test.Holds.PauseAsync(Actor.System, shop, null);
        await test.ReceiveAsync(shop, "u3");

        var plan = (await test.PlanAsync("state:waiting")).PlanOf();

        Assert.Equal((2L, "on_its_way"), (plan.Total, Assert.Single(plan.LeftOut).Key));
    }

    [Fact(Timeout = Patience)]
    public async Task A_selection_is_planned_whatever_its_number_and_only_of_connections_one_may_touch()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var (shop, other) = (await test.ConnectAsync(stub.BaseUrl, c => c.Name = "Shop"), await test.ConnectAsync(stub.BaseUrl, c => c.Name = "Other"));
        await test.StartAsync();
        var ids = await test.FailAsync(stub, shop, 4);
        var strange = await test.FailAsync(stub, other, 1);
        var limited = new Actor(ActorKind.Token, 1, "ci", Role.Operator, ["Shop"]);

        var planned = await test.Planner.PlanAsync(limited, new RetryAsk(RetryKind.Retry) { Ids = [.. ids, .. strange, 999_999] }, Ct);

        Assert.Equal((4, (string?)null), (planned.Batch!.Planned, planned.Batch.Scope));
        Assert.NotNull(await test.Retries.FindAsync(limited, planned.Batch.Id, Ct));
        Assert.Null(await test.Retries.FindAsync(limited with { Connections = ["Other"] }, planned.Batch.Id, Ct));
        Assert.Equal(new RetryOutcome(null), await test.Batches.StartAsync(limited with { Connections = ["Other"] }, planned.Batch.Id, new RetryStart()));
    }

    [Fact(Timeout = Patience)]
    public async Task More_than_one_plan_holds_is_refused_in_words_and_leaves_nothing_behind()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync(("Retries:MostDeliveries", "3"));
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        await test.FailAsync(stub, shop, 4);

        var planned = await test.Planner.PlanAsync(Actor.System, new RetryAsk(RetryKind.Retry) { Query = LogQuery.All }, Ct);

        Assert.Null(planned.Batch);
        Assert.Contains("More than 3 deliveries fit", planned.Fault, StringComparison.Ordinal);
        Assert.Equal((0, 0), await test.ReadAsync(async db => (await db.RetryBatches.CountAsync(Ct), await db.RetryItems.CountAsync(Ct))));
    }

    [Fact(Timeout = Patience)]
    public async Task A_plan_is_started_once_not_too_late_and_taken_away_when_nobody_starts_it()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        await test.FailAsync(stub, shop, 2);
        var (old, discarded) = (await test.PlanAsync("state:failed"), await test.PlanAsync("state:failed"));

        Assert.True((await test.Batches.DiscardAsync(Actor.System, discarded.Id)).Done);
        Assert.Equal(new RetryOutcome(null), await test.Batches.StartAsync(Actor.System, discarded.Id, new RetryStart()));
        Assert.Equal("perSecond: give 1 to 200.", (await test.Batches.StartAsync(Actor.System, old.Id, new RetryStart(PerSecond: 0))).Fault);
        test.Advance(TimeSpan.FromMinutes(61));
        Assert.StartsWith("The plan is more than an hour old.", (await test.Batches.StartAsync(Actor.System, old.Id, new RetryStart())).Fault, StringComparison.Ordinal);
        var empty = await test.PlanAsync("state:settled");
        Assert.Equal("There is nothing to send.", (await test.Batches.StartAsync(Actor.System, empty.Id, new RetryStart())).Fault);
        await RetryCleaning.CleanAsync(test.Writer, test.Contexts, test.Time.GetUtcNow(), atStart: true);

        Assert.Equal([empty.Id], await test.ReadAsync(db => db.RetryBatches.Select(batch => batch.Id).ToListAsync(Ct)));
        Assert.Equal(0, await test.ReadAsync(db => db.RetryItems.CountAsync(Ct)));
        Assert.Empty(stub.Requests);
    }

    [Fact(Timeout = Patience)]
    public async Task Items_of_a_batch_that_is_there_are_never_cleaned_away_and_those_of_one_that_is_gone_are()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        await test.FailAsync(stub, shop, 2);
        var batch = await test.SendAsync("state:failed");
        var gone = await test.PlanAsync("state:failed");

        await RetryCleaning.DeleteItemsAsync(test.Writer, batch.Id);
        await test.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            context.RetryBatches.Where(one => one.Id == gone.Id).ExecuteDelete();
        });
        await RetryCleaning.CleanAsync(test.Writer, test.Contexts, test.Time.GetUtcNow(), atStart: true);

        Assert.Equal([batch.Id, batch.Id], await test.ReadAsync(db => db.RetryItems.Select(item => item.BatchId).ToListAsync(Ct)));
    }

    [Fact(Timeout = Patience)]
    public async Task Whoever_is_limited_sees_the_own_behind_a_hundred_of_others_and_no_empty_plan_of_others()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        var (shop, other) = (await test.ConnectAsync("https://shop.example", c => c.Name = "Shop"), await test.ConnectAsync("https://other.example", c => c.Name = "Other"));
        var limited = new Actor(ActorKind.Token, 1, "ci", Role.Operator, ["Shop"]);
        RetryBatch Started(long connection) => new()
        {
            Kind = RetryKind.Retry,
            State = RetryState.Finished,
            ByName = "x",
            Connections = PublicId.Connection(connection),
            Plan = "",
            Canary = "[]",
            StartedAt = A.Noon,
        };
        var own = Started(shop);
        await test.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            context.RetryBatches.Add(own);
            context.SaveChanges();
            context.RetryBatches.AddRange(Enumerable.Range(0, RetryQueries.MostListed).Select(_ => Started(other)));
            context.SaveChanges();
        });
        var (nobodys, mine) = (await test.PlanAsync("state:settled"), await test.PlanAsync("state:settled", by: limited));

        Assert.Equal([own.Id], (await test.Retries.ListAsync(limited, null, Ct)).Select(view => view.Batch.Id));
        Assert.Null(await test.Retries.FindAsync(limited, nobodys.Id, Ct));
        Assert.NotNull(await test.Retries.FindAsync(limited, mine.Id, Ct));
    }

    [Fact(Timeout = Patience)]
    public async Task What_a_time_meant_when_it_was_counted_is_kept_beside_what_was_typed()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();

        var batch = await test.PlanAsync("state:failed since:2h");

        Assert.Equal(("state:failed since:2h", A.Noon.AddHours(-2), (DateTimeOffset?)null), (batch.Scope, batch.PlanOf().Since!.Value, batch.PlanOf().Until));
    }

    [Fact(Timeout = Patience)]
    public async Task Personal_values_of_the_query_stand_in_no_row()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();

        var batch = await test.PlanAsync("state:failed user:jane@example.test");

        Assert.Equal("state:failed (userId or anonymousId: left out)", batch.Scope);
    }
}
