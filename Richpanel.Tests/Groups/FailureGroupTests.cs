using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Richpanel.Console.Groups;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Groups;
using Richpanel.Core.People;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;
using Richpanel.Tests.Deliveries;
using Richpanel.Tests.Retries;

namespace Richpanel.Tests.Groups;

/// <summary>Deliveries that fail for real, by the dispatcher against a stub, and what becomes of their groups.</summary>
public sealed class FailureGroupTests : IAsyncLifetime
{
    private const int Patience = 60_000;

    private static readonly Actor s_sam = new(ActorKind.Person, 7, "Sam", Role.Operator);

    private RichpanelStub _stub = null!;
    private DispatcherUnderTest _test = null!;
    private long _connection;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private GroupActions Actions => _test.Get<GroupActions>();

    private GroupQueries Queries => _test.Get<GroupQueries>();

    public async ValueTask InitializeAsync()
    {
        _stub = await RichpanelStub.StartAsync();
        _test = await DispatcherUnderTest.CreateAsync();
        _connection = await _test.ConnectAsync(_stub.BaseUrl);
        await _test.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _test.DisposeAsync();
        await _stub.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Failures_that_differ_only_by_customer_are_one_group_and_another_message_is_another()
    {
        await FailAsync("""{"message":"Order 17 of jane@example.com is not valid"}""", "u1");
        await FailAsync("""{"message":"Order 99 of joe@example.com is not valid"}""", "u2", "u3");
        await FailAsync("""{"message":"No such customer"}""", "u1");

        var lines = (await Queries.PageAsync(s_sam, new GroupFilter(), null, 10, Ct)).Lines;

        Assert.Equal(
            [("No such customer", 1L, 1L, 1, 1L), ("Order <number> of <e-mail> is not valid", 3L, 3L, 3, 3L)],
            lines.Select(line => (line.Group.Pattern!, line.Group.Total, line.Group.StillFailed, line.Customers.Count, line.LastDay)).OrderBy(one => one.Item1, StringComparer.Ordinal));
        Assert.All(lines, line => Assert.Equal((GroupState.Open, false, FailureStage.Sending, "unprocessable"), (line.State, line.Group.IsRegressed, line.Group.Stage, line.Group.Cause)));
        await _test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_retry_that_is_accepted_leaves_what_is_still_failed_and_the_total_and_the_notes_stay()
    {
        var id = (await FailAsync("""{"message":"No such customer"}""", "u1", "u2"))[0];
        var group = await OnlyAsync();
        await Actions.NoteAsync(s_sam, group.Id, "Asked Richpanel about it");
        _test.Advance(TimeSpan.FromMinutes(5));

        _stub.Always(200);
        await _test.Actions.RetryAsync(Actor.System, id, asThen: true, Ct);
        await _test.UntilAsync(id, row => row.State == DeliveryState.Accepted);

        var after = await OnlyAsync();
        Assert.Equal((2, 1, A.Noon.AddMinutes(5)), (after.Total, after.StillFailed, after.LastRetriedAt!.Value));
        Assert.Equal("Asked Richpanel about it", Assert.Single((await Queries.FindAsync(s_sam, group.Id, Ct))!.Notes).Text);
        Assert.Equal(2, (await FoundAsync($"group:{PublicId.Group(group.Id)}")).Count);
        Assert.Equal([id], await FoundAsync($"group:{PublicId.Group(group.Id)} state:accepted"));
        await _test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_delivery_that_fails_anew_counts_once_and_one_that_fails_in_another_way_moves()
    {
        var id = (await FailAsync("""{"message":"No such customer"}""", "u1"))[0];
        await RetryAsync(id, 422, """{"message":"No such customer"}""");
        Assert.Equal((1, 1), ((await OnlyAsync()).Total, (await OnlyAsync()).StillFailed));
        Assert.Equal(2, (await Queries.PageAsync(s_sam, new GroupFilter(), null, 10, Ct)).Lines[0].LastDay);

        await RetryAsync(id, 400, """{"message":"Broken"}""");

        var groups = await _test.ReadAsync(context => context.FailureGroups.OrderBy(group => group.Id).Select(group => new { group.Cause, group.Total, group.StillFailed }).ToListAsync(Ct));
        Assert.Equal([("unprocessable", 1L, 0L), ("bad_request_by_richpanel", 1L, 1L)], groups.Select(group => (group.Cause, group.Total, group.StillFailed)));
        await _test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_failure_in_a_resolved_group_opens_it_as_regressed_and_begins_a_new_flare_up()
    {
        await FailAsync("""{"message":"No such customer"}""", "u1");
        var group = await OnlyAsync();
        await Actions.AcknowledgeAsync(s_sam, group.Id);
        Assert.True((await Actions.ResolveAsync(s_sam, group.Id)).IsDone);
        Assert.Equal((GroupState.Resolved, null, null), ((await OnlyAsync()).State, (await OnlyAsync()).Assignee, (await OnlyAsync()).AssigneeId));
        await _test.Writer.WriteAsync(session => session.Execute("""UPDATE "FailureGroups" SET "Assignee"='Sam',"AssigneeId"=7"""));
        _test.Advance(TimeSpan.FromHours(1));

        await FailAsync("""{"message":"No such customer"}""", "u2");

        var after = await OnlyAsync();
        Assert.Equal((null, null), (after.Assignee, after.AssigneeId));
        Assert.Equal((GroupState.Open, true, null, A.Noon, A.Noon.AddHours(1)), (after.State, after.IsRegressed, after.StateBy, after.FirstSeenAt, after.BeganAt));
        await Actions.ResolveAsync(s_sam, group.Id);
        Assert.False((await OnlyAsync()).IsRegressed);
    }

    [Fact(Timeout = Patience)]
    public async Task Acknowledged_snoozed_and_ignored_groups_stay_what_they_are_whatever_fails_and_a_snooze_ends_by_its_clock()
    {
        await FailAsync("""{"message":"No such customer"}""", "u1");
        var id = (await OnlyAsync()).Id;
        await Actions.AcknowledgeAsync(s_sam, id);
        await FailAsync("""{"message":"No such customer"}""", "u2");
        Assert.Equal((GroupState.Acknowledged, "Sam", 2), ((await OnlyAsync()).State, (await OnlyAsync()).Assignee, (await OnlyAsync()).Total));

        await Actions.SnoozeAsync(s_sam, id, A.Noon.AddHours(2));
        await FailAsync("""{"message":"No such customer"}""", "u3");
        Assert.Equal(GroupState.Snoozed, (await Queries.FindAsync(s_sam, id, Ct))!.Line.State);
        Assert.Empty((await Queries.PageAsync(s_sam, new GroupFilter(NeedsAttention: true), null, 10, Ct)).Lines);
        _test.Advance(TimeSpan.FromHours(2));
        var over = (await Queries.FindAsync(s_sam, id, Ct))!.Line;   // before anybody has looked after it
        Assert.Equal((GroupState.Open, null, A.Noon.AddHours(2), null), (over.State, over.Group.StateBy, over.Group.StateAt, over.Group.Assignee));
        Assert.Equal("Nobody yet.", GroupWords.Care(over, isGone: false));
        Assert.Single((await Queries.PageAsync(s_sam, new GroupFilter(GroupState.Open), null, 10, Ct)).Lines);
        Assert.Equal([(GroupState.Open, 1)], (await Queries.CountAsync(s_sam, new GroupFilter(), Ct)).Select(one => (one.Key, one.Value)));
        await CareAsync();
        Assert.Equal((GroupState.Open, null, A.Noon.AddHours(2)), ((await OnlyAsync()).State, (await OnlyAsync()).StateBy, (await OnlyAsync()).StateAt));

        await Actions.SnoozeAsync(s_sam, id, A.Noon.AddHours(3));
        _test.Advance(TimeSpan.FromHours(2));
        await Actions.ReopenAsync(s_sam, id);   // it is open already, since its clock said so and by nobody
        Assert.Equal((GroupState.Open, null, A.Noon.AddHours(3), null), ((await OnlyAsync()).State, (await OnlyAsync()).StateBy, (await OnlyAsync()).StateAt, (await OnlyAsync()).SnoozedUntil));

        await Actions.AcknowledgeAsync(s_sam, id);
        await Actions.IgnoreAsync(s_sam, id);
        Assert.Null((await OnlyAsync()).Assignee);
        Assert.Equal(("state", "It is ignored. Open it again first."), await FaultAsync(Actions.AcknowledgeAsync(s_sam, id)));
        Assert.Equal(("state", "It is ignored. Open it again first."), await FaultAsync(Actions.SnoozeAsync(s_sam, id, A.Noon.AddHours(6))));
        await FailAsync("""{"message":"No such customer"}""", "u4");
        Assert.Equal((GroupState.Ignored, 4), ((await OnlyAsync()).State, (await OnlyAsync()).Total));
        await Actions.ResolveAsync(s_sam, id);
        Assert.Equal(("state", "It is resolved. Open it again first."), await FaultAsync(Actions.AcknowledgeAsync(s_sam, id)));

        static async Task<(string?, string?)> FaultAsync(Task<GroupOutcome> act) => await act is var outcome ? (outcome.Field, outcome.Fault) : default;
    }

    [Fact(Timeout = Patience)]
    public async Task Only_operators_who_are_limited_to_nothing_give_a_group_to_somebody_and_only_to_one_who_may_act()
    {
        await FailAsync("""{"message":"No such customer"}""", "u1");
        var id = (await OnlyAsync()).Id;
        await _test.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            context.People.AddRange(
                new Person { Id = 1, UserName = "a", Name = "Vera Viewer", Role = Role.Viewer }, new Person { Id = 2, UserName = "b", Name = "Sue Support", Role = Role.Support },
                new Person { Id = 3, UserName = "c", Name = "Dan Disabled", Role = Role.Support, DisabledAt = A.Noon }, new Person { Id = 4, UserName = "d", Name = "Ivy Invited", Role = Role.Support, InvitedUntil = A.Noon.AddDays(9) },
                new Person { Id = 7, UserName = "e", Name = "Sam", Role = Role.Support });
            context.SaveChanges();
        });
        await _test.Get<PeopleDirectory>().ReloadAsync(Ct);

        foreach (var other in new[] { 1, 3, 4, 99 })
        {
            Assert.Equal("assignee", (await Actions.AcknowledgeAsync(s_sam, id, other)).Field);
        }

        await Assert.ThrowsAsync<ForbiddenException>(() => Actions.AcknowledgeAsync(s_sam with { Role = Role.Support }, id, 2));
        await Assert.ThrowsAsync<ForbiddenException>(() => Actions.AcknowledgeAsync(s_sam with { Connections = [_test.Directory.Find(_connection)!.Name] }, id, 2));
        Assert.Null((await OnlyAsync()).Assignee);
        Assert.True((await Actions.AcknowledgeAsync(s_sam, id, 2)).IsDone);
        Assert.Equal(("Sue Support", 2, "Sam"), ((await OnlyAsync()).Assignee, (int)(await OnlyAsync()).AssigneeId!.Value, (await OnlyAsync()).StateBy));
        Assert.True((await Actions.AcknowledgeAsync(s_sam with { Role = Role.Support }, id, 7)).IsDone);   // oneself
        Assert.Equal("Sam", (await OnlyAsync()).Assignee);
    }

    [Fact(Timeout = Patience)]
    public async Task A_week_without_a_failure_resolves_a_group_only_when_none_is_failed_any_more()
    {
        var id = (await FailAsync("""{"message":"No such customer"}""", "u1"))[0];
        await RetryAsync(id, 400, """{"message":"Broken"}""");
        _test.Advance(TimeSpan.FromDays(6.9));
        await CareAsync();
        Assert.Equal(GroupState.Open, (await OfAsync("No such customer")).State);

        _test.Advance(TimeSpan.FromDays(0.2));
        await CareAsync();

        Assert.Equal((GroupState.Resolved, null), ((await OfAsync("No such customer")).State, (await OfAsync("No such customer")).StateBy));
        Assert.Equal((GroupState.Open, 1), ((await OfAsync("Broken")).State, (await OfAsync("Broken")).StillFailed));
    }

    [Fact(Timeout = Patience)]
    public async Task What_failed_in_another_way_or_was_canceled_has_not_come_through_and_resolves_nothing()
    {
        var ids = await FailAsync("""{"message":"No such customer"}""", "u1", "u2");
        _test.Advance(TimeSpan.FromMinutes(1));
        await RetryAsync(ids[0], 400, """{"message":"Broken"}""");
        _stub.Always(503);
        await _test.Actions.RetryAsync(Actor.System, ids[1], asThen: true, Ct);
        await _test.UntilAsync(ids[1], row => row is { State: DeliveryState.Waiting, AttemptCount: 2 });
        await _test.Actions.CancelAsync(Actor.System, ids[1], Ct);

        await CareAsync();

        var group = await OfAsync("No such customer");
        Assert.Equal((GroupState.Open, 0), (group.State, group.StillFailed));
        Assert.True(group.LastRetriedAt >= group.LastSeenAt);
    }

    [Fact(Timeout = Patience)]
    public async Task What_came_through_before_the_last_failure_resolves_nothing()
    {
        var ids = await FailAsync("""{"message":"No such customer"}""", "u1", "u2");
        _test.Advance(TimeSpan.FromMinutes(1));
        await RetryAsync(ids[0], 200, "");
        _test.Advance(TimeSpan.FromMinutes(1));
        await RetryAsync(ids[1], 422, """{"message":"No such customer"}""");
        await RetryAsync(ids[1], 400, """{"message":"Broken"}""");

        await CareAsync();

        Assert.Equal((GroupState.Open, 0), ((await OfAsync("No such customer")).State, (await OfAsync("No such customer")).StillFailed));
    }

    [Fact(Timeout = Patience)]
    public async Task A_failure_that_was_decided_before_a_group_resolved_by_itself_and_written_after_it_opens_it_again()
    {
        var id = (await FailAsync("""{"message":"No such customer"}""", "u1"))[0];
        _test.Advance(TimeSpan.FromMinutes(1));
        await RetryAsync(id, 200, "");
        await _test.StopAsync();
        var decided = _test.Time.GetUtcNow();
        _test.Advance(TimeSpan.FromSeconds(10));
        await CareAsync();
        Assert.Equal((GroupState.Resolved, null), ((await OnlyAsync()).State, (await OnlyAsync()).StateBy));

        await FailByHandAsync((await _test.ReceiveAsync(_connection, "u2"))[0], decided);

        Assert.Equal((GroupState.Open, true, 1), ((await OnlyAsync()).State, (await OnlyAsync()).IsRegressed, (await OnlyAsync()).StillFailed));
        _test.Advance(TimeSpan.FromSeconds(10));
        decided = _test.Time.GetUtcNow();
        _test.Advance(TimeSpan.FromSeconds(10));
        await Actions.ResolveAsync(s_sam, (await OnlyAsync()).Id);   // somebody has said that what is failed by now does not count
        await FailByHandAsync((await _test.ReceiveAsync(_connection, "u3"))[0], decided);
        Assert.Equal(GroupState.Resolved, (await OnlyAsync()).State);
        await _test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_failure_at_the_end_of_the_schedule_began_with_its_first_try_and_what_was_changed_before_that_is_told()
    {
        await _test.Changes.WriteAsync(s_sam, new Change(ChangeCatalog.ConnectionChanged, PublicId.Connection(_connection), "the deploy"));
        _test.Advance(TimeSpan.FromMinutes(10));
        _stub.Always(503);

        var ended = (await UntilGivenUpAsync((await _test.ReceiveAsync(_connection, "u1"))[0], tries: 1)).EndedAt!.Value;

        Assert.InRange(ended - A.Noon, TimeSpan.FromHours(17), TimeSpan.FromHours(18));
        var group = await OnlyAsync();
        Assert.Equal((A.Noon.AddMinutes(10), ended, ended), (group.BeganAt, group.FirstSeenAt, group.LastSeenAt));
        Assert.Equal(["the deploy"], (await Queries.FindAsync(s_sam, group.Id, Ct))!.Changes.Select(change => change.Line!.ObjectName));
    }

    [Fact(Timeout = Patience)]
    public async Task A_retry_by_hand_days_later_begins_a_flare_up_of_its_own()
    {
        _connection = await _test.ConnectAsync(_stub.BaseUrl, shop => (shop.RetryWaits, shop.RetryJitterPercent) = ("8 h", 0));
        _stub.Always(503);
        var row = await UntilGivenUpAsync((await _test.ReceiveAsync(_connection, "u1"))[0], tries: 1);
        Assert.Equal((2, A.Noon), (row.AttemptCount, (await OnlyAsync()).BeganAt));
        _test.Advance(TimeSpan.FromDays(2));
        var asked = _test.Time.GetUtcNow();

        await _test.Actions.RetryAsync(Actor.System, row.Id, asThen: true, Ct);
        var ended = (await UntilGivenUpAsync(row.Id, tries: 3)).EndedAt!.Value;

        var group = await OnlyAsync();
        Assert.Equal((asked, ended, 1), (group.BeganAt, group.LastSeenAt, (int)group.Total));
        await _test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_retry_that_fails_before_it_is_sent_was_one_too_and_what_went_another_way_meanwhile_makes_no_group()
    {
        await _test.StopAsync();
        var id = (await _test.ReceiveAsync(_connection, "u1"))[0];
        await FailByHandAsync(id, A.Noon, outcome => outcome with { Stage = FailureStage.Mapping, StatusCode = null, Pattern = null });
        Assert.Null((await OnlyAsync()).LastRetriedAt);
        _test.Advance(TimeSpan.FromMinutes(5));

        await _test.Actions.RetryAsync(Actor.System, id, asThen: false, Ct);
        await FailByHandAsync(id, A.Noon.AddMinutes(5), outcome => outcome with { Stage = FailureStage.Mapping, StatusCode = null, Pattern = null });
        Assert.Equal((A.Noon.AddMinutes(5), 1), ((await OnlyAsync()).LastRetriedAt!.Value, (int)(await OnlyAsync()).Total));

        var canceled = (await _test.ReceiveAsync(_connection, "u2"))[0];
        await FailByHandAsync(canceled, A.Noon.AddMinutes(5), isClaimed: false);
        Assert.Equal(DeliveryState.Waiting, (await _test.FindAsync(canceled)).State);
        await OnlyAsync();
        await _test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Groups_of_a_deleted_connection_need_nobody_any_more()
    {
        await FailAsync("""{"message":"No such customer"}""", "u1");
        await _test.ChangeConnectionAsync(_connection, shop => shop.DeletedAt = A.Noon);

        await CareAsync();

        Assert.Empty((await Queries.PageAsync(s_sam, new GroupFilter(NeedsAttention: true), null, 10, Ct)).Lines);
        Assert.Equal((GroupState.Resolved, null, 1), ((await OnlyAsync()).State, (await OnlyAsync()).StateBy, (await OnlyAsync()).StillFailed));
    }

    [Fact(Timeout = Patience)]
    public async Task A_bulk_retry_by_group_resolves_it_once_everything_came_through_and_a_failure_after_that_is_a_regression()
    {
        var ids = await FailAsync("""{"message":"No such customer"}""", "u1", "u2", "u3");
        await FailAsync("""{"message":"Another"}""", "u4");
        var id = (await _test.ReadAsync(context => context.FailureGroups.SingleAsync(group => group.Pattern == "No such customer", Ct))).Id;
        await Actions.NoteAsync(s_sam, id, "The web team mends it");
        _test.Advance(TimeSpan.FromMinutes(1));

        _stub.Always(503);
        var batch = await _test.SendAsync($"group:{PublicId.Group(id)} state:failed");
        Assert.Equal(3, batch.Planned);
        await _test.UntilRetryAsync(batch.Id, view => view.Progress is { Left: 0 });
        await _test.UntilAllAsync(ids, row => row is { State: DeliveryState.Waiting, AttemptCount: 2 });
        await CareAsync();
        Assert.Equal((GroupState.Open, 0L), await StateAsync());   // none is failed, but they are on their way

        _stub.Always(200);
        foreach (var one in ids)
        {
            await _test.Actions.TryNowAsync(Actor.System, one, Ct);
        }

        await _test.UntilAllAsync(ids, row => row.State == DeliveryState.Accepted);
        await CareAsync();
        Assert.Equal((GroupState.Resolved, 0L), await StateAsync());
        Assert.Equal(GroupState.Open, (await _test.ReadAsync(context => context.FailureGroups.SingleAsync(group => group.Id != id, Ct))).State);
        Assert.Equal([batch.Id], (await _test.Retries.OfGroupAsync(s_sam, [PublicId.Group(id)], Ct)).Select(view => view.Batch.Id));
        Assert.Empty(await _test.Retries.OfGroupAsync(s_sam, [PublicId.Group(id)[..^1]], Ct));

        _test.Advance(TimeSpan.FromMinutes(1));
        await FailAsync("""{"message":"No such customer"}""", "u5");
        Assert.Equal((GroupState.Open, 1L), await StateAsync());
        var after = (await Queries.FindAsync(s_sam, id, Ct))!;
        Assert.Equal((true, "The web team mends it"), (after.Line.Group.IsRegressed, after.Notes.Single().Text));
        await _test.LedgerAddsUpAsync();

        async Task<(GroupState, long)> StateAsync() => (await _test.ReadAsync(context => context.FailureGroups.SingleAsync(group => group.Id == id, Ct))) is var group ? (group.State, group.StillFailed) : default;
    }

    [Fact(Timeout = Patience)]
    public async Task After_six_quiet_hours_the_next_failure_begins_a_flare_up_and_days_are_told_apart()
    {
        await FailAsync("""{"message":"No such customer"}""", "u1", "u2");
        _test.Advance(TimeSpan.FromHours(5));
        await FailAsync("""{"message":"No such customer"}""", "u3");
        Assert.Equal(A.Noon, (await OnlyAsync()).BeganAt);

        _test.Advance(TimeSpan.FromHours(25));
        await FailAsync("""{"message":"No such customer"}""", "u4");

        var line = (await Queries.PageAsync(s_sam, new GroupFilter(), null, 10, Ct)).Lines[0];
        Assert.Equal((A.Noon, A.Noon.AddHours(30), A.Noon.AddHours(30)), (line.Group.FirstSeenAt, line.Group.BeganAt, line.Group.LastSeenAt));
        Assert.Equal((1L, 3L, 1L), (line.LastDay, line.DayBefore, line.Hours[^1]));
    }

    [Fact(Timeout = Patience)]
    public async Task What_was_changed_shortly_before_is_told_to_whoever_may_read_the_change_log_and_to_others_only_when()
    {
        var log = _test.Changes;
        await log.WriteAsync(s_sam, new Change(ChangeCatalog.ConnectionChanged, PublicId.Connection(_connection), "long before"));
        _test.Advance(TimeSpan.FromHours(1));
        await log.WriteAsync(s_sam, new Change(ChangeCatalog.ConnectionChanged, PublicId.Connection(_connection), "its own"));
        await log.WriteAsync(s_sam, new Change(ChangeCatalog.ConnectionChanged, PublicId.Connection(_connection + 1), "another's"));
        await log.WriteAsync(Actor.System, new Change(ChangeCatalog.Started, null, "1.2.3"));
        await log.WriteAsync(s_sam, new Change(ChangeCatalog.DeliveryRetried, PublicId.Delivery(1), "no setting"));
        await log.WriteAsync(Actor.System, new Change(ChangeCatalog.ConnectionHeld, PublicId.Connection(_connection), "an effect"));
        _test.Advance(TimeSpan.FromMinutes(10));
        await FailAsync("""{"message":"No such customer"}""", "u1");
        _test.Advance(TimeSpan.FromMinutes(10));
        await log.WriteAsync(s_sam, new Change(ChangeCatalog.ConnectionChanged, PublicId.Connection(_connection), "after"));
        var id = (await OnlyAsync()).Id;

        var told = (await Queries.FindAsync(s_sam, id, Ct))!.Changes;
        Assert.Equal(["1.2.3", "its own"], told.Select(change => change.Line!.ObjectName));
        Assert.False((await Queries.FindAsync(s_sam, id, Ct))!.IsBeforeLog);
        foreach (var blind in new[] { s_sam with { Role = Role.Support }, s_sam with { Connections = [_test.Directory.Find(_connection)!.Name] } })
        {
            var redacted = (await Queries.FindAsync(blind, id, Ct))!.Changes;
            Assert.Equal([A.Noon.AddHours(1), A.Noon.AddHours(1)], redacted.Select(change => change.At));
            Assert.Equal([GroupChangeKind.Start, GroupChangeKind.Setting], redacted.Select(change => change.Kind));
            Assert.All(redacted, change => Assert.Null(change.Line));
        }
    }

    [Fact(Timeout = Patience)]
    public async Task Each_act_is_a_line_of_the_change_log_doing_it_again_is_none_and_limits_are_said_in_words()
    {
        await FailAsync("""{"message":"No such customer"}""", "u1");
        var id = (await OnlyAsync()).Id;
        for (var twice = 0; twice < 2; twice++)
        {
            Assert.True((await Actions.AcknowledgeAsync(s_sam, id)).IsDone);
        }

        await Actions.SnoozeAsync(s_sam, id, A.Noon.AddHours(2));
        await Actions.ResolveAsync(s_sam, id);
        await Actions.IgnoreAsync(s_sam, id);
        await Actions.ReopenAsync(s_sam, id);
        await Actions.NoteAsync(s_sam, id, " Seen ");

        var lines = await _test.ReadAsync(context => context.ChangeLog.Where(line => line.ObjectId == PublicId.Group(id)).OrderBy(line => line.Id).ToListAsync(Ct));
        Assert.Equal(
            ["group.acknowledged", "group.snoozed", "group.resolved", "group.ignored", "group.reopened", "group.noted"], lines.Select(line => line.Action));
        Assert.All(lines, line => Assert.Equal(("Sam", "Content refused (422)"), (line.ActorName, line.ObjectName)));
        Assert.DoesNotContain("Seen", string.Concat(lines.Select(line => line.Fields + line.Reason)), StringComparison.Ordinal);
        Assert.Equal((null, GroupState.Open), ((await OnlyAsync()).Assignee, (await OnlyAsync()).State));

        Assert.Equal("until", (await Actions.SnoozeAsync(s_sam, id, A.Noon)).Field);
        Assert.Equal("until", (await Actions.SnoozeAsync(s_sam, id, A.Noon.AddDays(91))).Field);
        Assert.Equal("text", (await Actions.NoteAsync(s_sam, id, "  ")).Field);
        Assert.Equal("text", (await Actions.NoteAsync(s_sam, id, new string('x', FailureGroups.LongestNote + 1))).Field);
        Assert.Equal("assignee", (await Actions.AcknowledgeAsync(s_sam, id, 99)).Field);
        Assert.False((await Actions.ResolveAsync(s_sam, id + 1)).Found);
        await Assert.ThrowsAsync<ForbiddenException>(() => Actions.NoteAsync(s_sam with { Connections = ["Elsewhere"] }, id, "x"));
        Assert.Null(await Queries.FindAsync(s_sam with { Connections = ["Elsewhere"] }, id, Ct));
        Assert.Empty((await Queries.PageAsync(s_sam with { Connections = ["Elsewhere"] }, new GroupFilter(), null, 10, Ct)).Lines);
    }

    [Fact(Timeout = Patience)]
    public async Task A_cause_with_very_many_messages_gets_no_more_groups_than_it_may_and_no_failure_is_without_one()
    {
        await _test.Writer.WriteAsync(session =>
        {
            for (var i = 0; i < FailureGroups.MostPatterns + 20; i++)
            {
                var word = new string([.. i.ToString(CultureInfo.InvariantCulture).Select(digit => (char)('a' + digit - '0'))]);
                session.Groups.IdOf(session, _connection, FailurePrint.Of(FailureStage.Sending, "unprocessable", 422, word), A.Noon);
            }
        });
        Assert.Equal(FailureGroups.MostPatterns + 1, await _test.ReadAsync(context => context.FailureGroups.CountAsync(Ct)));

        await FailAsync("""{"message":"yet another"}""", "u1", "u2");

        Assert.Equal((2, 2), await _test.ReadAsync(async context =>
            await context.FailureGroups.SingleAsync(group => group.Pattern == FailurePrint.OtherMessages, Ct) is var rest ? ((int)rest.Total, (int)rest.StillFailed) : default));
        await _test.LedgerAddsUpAsync();

        await _test.Writer.WriteAsync(session => session.Execute("""UPDATE "FailureGroups" SET "State"=4,"StateBy"='Sam' WHERE "Pattern"<>'…'"""));
        _test.Advance(TimeSpan.FromMinutes(5));
        await FailAsync("""{"message":"yet another"}""", "u3");   // there is room again, for the same message too
        Assert.Equal(1, (await OfAsync("yet another")).Total);
    }

    [Theory(Timeout = Patience)]
    [InlineData("""UPDATE "FailureGroups" SET "State"=4,"StateBy"='Sam'""", 0)]
    [InlineData("""UPDATE "FailureGroups" SET "State"=5""", 31)]
    public async Task Groups_that_are_over_or_long_quiet_take_the_room_of_no_new_message(string make, int days)
    {
        await _test.Writer.WriteAsync(session =>
        {
            for (var i = 0; i < FailureGroups.MostPatterns; i++)
            {
                session.Groups.IdOf(session, _connection, FailurePrint.Of(FailureStage.Sending, "unprocessable", 422, $"old {i}"), A.Noon);
            }

            session.Execute(make);
        });
        _test.Advance(TimeSpan.FromDays(days));

        await FailAsync("""{"message":"something new"}""", "u1");

        Assert.Equal(1, (await OfAsync("something new")).Total);
    }

    [Fact(Timeout = Patience)]
    public async Task A_group_that_was_made_by_undone_work_is_made_again()
    {
        var print = FailurePrint.Of(FailureStage.Sending, "unprocessable", 422, "No such customer");
        await Assert.ThrowsAsync<InvalidOperationException>(() => _test.Writer.WriteAsync(session =>
        {
            var id = session.Groups.IdOf(session, _connection, print, A.Noon);
            session.Ledger.Groups.Failed(id, A.Noon, joined: true);
            throw new InvalidOperationException();
        }));
        Assert.Equal(0, await _test.ReadAsync(context => context.FailureGroups.CountAsync(Ct)));

        await FailAsync("""{"message":"No such customer"}""", "u1");

        Assert.Equal((1, 1), ((await OnlyAsync()).Total, (await OnlyAsync()).StillFailed));
        await _test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Rows_that_failed_before_there_were_groups_get_theirs_a_few_at_a_time_and_open_nothing_that_is_resolved()
    {
        var ids = await FailAsync("""{"message":"No such customer"}""", [.. Enumerable.Range(0, (2 * GroupUpkeep.Piece) + 30).Select(n => $"u{n}")]);
        await UngroupAsync("""UPDATE "FailureGroups" SET "Total"=0,"StillFailed"=0""");
        var id = (await OnlyAsync()).Id;
        _test.Advance(TimeSpan.FromHours(1));
        await Actions.ResolveAsync(s_sam, id);
        var upkeep = _test.Get<GroupUpkeep>();

        var told = 0;
        using var listening = _test.Get<ChangeFeed>().Subscribe(() => told++);
        _test.Time.Advance(TimeSpan.FromMilliseconds(300));
        told = 0;

        Assert.True(await upkeep.StepAsync(Ct));
        _test.Time.Advance(TimeSpan.FromMilliseconds(300));
        Assert.Equal(1, told);
        Assert.True(await upkeep.StepAsync(Ct));
        _test.Time.Advance(TimeSpan.FromMilliseconds(300));
        Assert.Equal(1, told);   // once a second
        Assert.Equal(30, await UngroupedAsync());
        Assert.True((await Queries.FindAsync(s_sam, id, Ct))!.IsPartial);
        Assert.False(await upkeep.StepAsync(Ct));
        _test.Time.Advance(TimeSpan.FromMilliseconds(300));
        Assert.Equal(2, told);   // and at the end
        Assert.False(await upkeep.StepAsync(Ct));
        Assert.False((await Queries.FindAsync(s_sam, id, Ct))!.IsPartial);

        var group = await OnlyAsync();
        Assert.Equal((ids.Count, ids.Count, GroupState.Resolved, false), ((int)group.Total, (int)group.StillFailed, group.State, group.IsRegressed));
        Assert.Equal(ids.Count, (await Queries.FindAsync(s_sam, id, Ct))!.Line.LastDay);
        await _test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Rows_of_an_earlier_version_that_lie_days_apart_begin_with_the_newest_flare_up_and_nothing_resolves_by_itself_before_they_are_grouped()
    {
        await FailAsync("""{"message":"No such customer"}""", "u1", "u2");
        _test.Advance(TimeSpan.FromDays(2));
        await FailAsync("""{"message":"No such customer"}""", "u3");
        _test.Advance(TimeSpan.FromHours(5));
        await FailAsync("""{"message":"No such customer"}""", "u4");
        _test.Advance(TimeSpan.FromHours(4));
        var last = (await FailAsync("""{"message":"No such customer"}""", "u5"))[0];
        await UngroupAsync("""DELETE FROM "FailureGroups" """);

        Assert.False(await _test.Get<GroupUpkeep>().StepAsync(Ct));

        var group = await OnlyAsync();
        Assert.Equal((A.Noon, A.Noon.AddDays(2), A.Noon.AddDays(2).AddHours(9), 5), (group.FirstSeenAt, group.BeganAt, group.LastSeenAt, (int)group.Total));
        Assert.True((await Queries.FindAsync(s_sam, group.Id, Ct))!.IsBeforeLog);
        await _test.LedgerAddsUpAsync();

        await _test.Writer.WriteAsync(session =>
        {
            session.Execute("""UPDATE "FailureGroups" SET "StillFailed"=0""");
            session.Execute($"""UPDATE "Deliveries" SET "GroupId"=NULL WHERE "Id"={last.ToString(CultureInfo.InvariantCulture)}""");
        });
        _test.Advance(TimeSpan.FromDays(8));
        await CareAsync();
        Assert.Equal(GroupState.Open, (await OnlyAsync()).State);
    }

    [Fact(Timeout = Patience)]
    public async Task A_row_that_cannot_be_grouped_is_unclassified_or_passed_over_and_holds_up_nothing()
    {
        var ids = await FailAsync("""{"message":"No such customer"}""", [.. Enumerable.Range(0, GroupUpkeep.Piece + 10).Select(n => $"u{n}")]);
        var (unreadable, stubborn) = (ids[^2], ids[^1]);
        await UngroupAsync("""DELETE FROM "FailureGroups" """);
        await _test.Writer.WriteAsync(session =>
        {
            session.Execute($"""UPDATE "Deliveries" SET "EndedAt"={long.MaxValue.ToString(CultureInfo.InvariantCulture)} WHERE "Id"={unreadable.ToString(CultureInfo.InvariantCulture)}""");
            session.Execute($"""CREATE TRIGGER "Stubborn" BEFORE UPDATE OF "GroupId" ON "Deliveries" WHEN NEW."Id"={stubborn.ToString(CultureInfo.InvariantCulture)} BEGIN SELECT RAISE(ABORT, 'no'); END""");
        });
        var upkeep = _test.Get<GroupUpkeep>();

        Assert.True(await upkeep.StepAsync(Ct));
        Assert.False(await upkeep.StepAsync(Ct));

        Assert.Equal(1, await UngroupedAsync());
        Assert.Equal([("unclassified", 1L), ("unprocessable", ids.Count - 2L)], await CountsAsync());
        await _test.Writer.WriteAsync(session => session.Execute("""DROP TRIGGER "Stubborn" """));
        Assert.False(await upkeep.StepAsync(Ct));
        Assert.Equal([("unclassified", 1L), ("unprocessable", ids.Count - 1L)], await CountsAsync());
        Assert.Equal(0, await UngroupedAsync());

        async Task<IEnumerable<(string, long)>> CountsAsync() =>
            (await _test.ReadAsync(context => context.FailureGroups.Where(group => group.Total > 0).OrderBy(group => group.Cause).ToListAsync(Ct))).Select(group => (group.Cause, group.StillFailed));
    }

    [Fact(Timeout = Patience)]
    public async Task A_call_that_cannot_be_read_is_in_a_group_of_its_stage()
    {
        await _test.Writer.WriteAsync(session => DeliveryInsert.Write(session, [Unreadable("m-1"), Unreadable("m-2")], 0, 2, 0));

        var group = await OnlyAsync();

        Assert.Equal((FailureStage.Reading, "bad_request", 2, 2), (group.Stage, group.Cause, (int)group.Total, (int)group.StillFailed));
        await _test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Those_with_the_most_deliveries_are_named_first_masked_by_role_and_what_is_nobodys_names_none()
    {
        var ids = await FailAsync("""{"message":"No such customer"}""", "ada@example.test", "bob@example.test", "ada@example.test");
        var id = (await OnlyAsync()).Id;

        var clear = (await Queries.FindAsync(s_sam, id, Ct))!.MostAffected;
        Assert.Equal([(2, "ada@example.test", ids[2]), (1, "bob@example.test", ids[1])], clear.Select(one => (one.Deliveries, one.Newest.Row.UserId!, one.Newest.Row.Id)));
        var masked = (await Queries.FindAsync(s_sam with { Role = Role.Viewer }, id, Ct))!.MostAffected;
        Assert.Equal([2, 1], masked.Select(one => one.Deliveries));
        Assert.Equal(["a•••@e•••.test", "b•••@e•••.test"], masked.Select(one => one.Newest.Row.UserId));   // an id that is no e-mail stays: it is a pseudonym

        await _test.Writer.WriteAsync(session => session.Execute("""UPDATE "Deliveries" SET "UserHash"=NULL"""));
        var nobody = (await Queries.FindAsync(s_sam, id, Ct))!;
        Assert.Equal((0, 0), (nobody.MostAffected.Count, nobody.Line.Customers.Count));
    }

    [Fact(Timeout = Patience)]
    public async Task Pages_follow_each_other_by_their_cursor()
    {
        foreach (var word in new[] { "one", "two", "three" })
        {
            await FailAsync($$"""{"message":"{{word}}"}""", word);
            _test.Advance(TimeSpan.FromMinutes(1));
        }

        var first = await Queries.PageAsync(s_sam, new GroupFilter(ConnectionId: _connection, Cause: "unprocessable"), null, 2, Ct);
        var second = await Queries.PageAsync(s_sam, new GroupFilter(ConnectionId: _connection, Cause: "unprocessable"), GroupCursor.Parse(first.Next!.ToString()), 2, Ct);

        Assert.Equal(["three", "two", "one"], first.Lines.Concat(second.Lines).Select(line => line.Group.Pattern));
        Assert.Null(second.Next);
        Assert.Null(GroupCursor.Parse("x"));
        Assert.Null(GroupCursor.Parse("99999999999999999999-1"));
        Assert.Empty((await Queries.PageAsync(s_sam, new GroupFilter(Cause: "forbidden"), null, 2, Ct)).Lines);
    }

    private DeliveryDraft Unreadable(string messageId) => new(null!, new Delivery
    {
        ConnectionId = _connection,
        Origin = Origin.Receiver,
        State = DeliveryState.Failed,
        Stage = FailureStage.Reading,
        Cause = "bad_request",
        MessageId = messageId,
        ReceivedAt = A.Noon,
        OccurredAt = A.Noon,
        EndedAt = A.Noon,
    });

    private async Task<IReadOnlyList<long>> FailAsync(string answer, params string[] users)
    {
        _stub.Always(422, answer);
        var ids = await _test.ReceiveAsync(_connection, users);
        await _test.UntilAllAsync(ids, row => row.State == DeliveryState.Failed);
        return ids;
    }

    private async Task RetryAsync(long id, int status, string answer)
    {
        var attempts = (await _test.FindAsync(id)).AttemptCount;
        _stub.Always(status, answer);
        await _test.Actions.RetryAsync(Actor.System, id, asThen: true, Ct);
        await _test.UntilAsync(id, row => row.AttemptCount == attempts + 1 && row.State is DeliveryState.Failed or DeliveryState.Accepted);
    }

    /// <summary>Each try as it is due, until the delivery is given up.</summary>
    /// <param name="tries">How many there are once the next one has ended.</param>
    private async Task<Delivery> UntilGivenUpAsync(long id, int tries)
    {
        while (true)
        {
            var row = await _test.UntilAsync(id, row => row.AttemptCount == tries && row.State is DeliveryState.Waiting or DeliveryState.Failed);
            if (row.State == DeliveryState.Failed)
            {
                return row;
            }

            tries++;
            _test.Advance(row.DueAt!.Value - _test.Time.GetUtcNow());
        }
    }

    /// <summary>Records a failure as the dispatcher does, while that one is stopped: decided at one time, written now.</summary>
    private async Task FailByHandAsync(long id, DateTimeOffset at, Func<DeliveryOutcome, DeliveryOutcome>? change = null, bool isClaimed = true)
    {
        if (isClaimed)
        {
            await _test.ClaimAsNobodyAsync(id, at.AddHours(1));
        }

        var row = await _test.FindAsync(id);
        var claimed = new ClaimedDelivery(
            id, _connection, row.RequestId, row.BodyOffset, row.BodyLength, row.Origin, row.Marks, row.EventName, row.MessageId, row.Lane, row.ReceivedAt, row.DueAt!.Value,
            row.AttemptCount, row.ScheduleStep, row.Cause, row.StatusCode, row.RetryBatchId, row.GroupId);
        var outcome = new DeliveryOutcome(claimed, DeliveryState.Failed) { Stage = FailureStage.Sending, Cause = "unprocessable", StatusCode = 422, Pattern = "No such customer", EndedAt = at };
        await new DispatchStore(_test.Writer, _test.Changes).TakeTurnAsync(new DispatchTurn(
            _connection, _test.Time.GetUtcNow(), [change?.Invoke(outcome) ?? outcome], [], null, new ClaimWish(0, 1, at, new Dictionary<long, int>()), null, null));
    }

    /// <summary>As an earlier version leaves it: failed rows, and no groups that are known to the writer.</summary>
    private async Task UngroupAsync(string groups)
    {
        await _test.Writer.WriteAsync(session =>
        {
            session.Execute("""UPDATE "Deliveries" SET "GroupId"=NULL""");
            session.Execute("""DELETE FROM "FailureGroupHours" """);
            session.Execute(groups);
        });
        await Assert.ThrowsAsync<InvalidOperationException>(() => _test.Writer.WriteAsync(_ => throw new InvalidOperationException()));
    }

    private Task<int> UngroupedAsync() => _test.ReadAsync(context => context.Deliveries.CountAsync(row => row.GroupId == null, Ct));

    private Task<FailureGroup> OfAsync(string pattern) => _test.ReadAsync(context => context.FailureGroups.AsNoTracking().SingleAsync(group => group.Pattern == pattern, Ct));

    private Task<FailureGroup> OnlyAsync() => _test.ReadAsync(context => context.FailureGroups.AsNoTracking().SingleAsync(Ct));

    private async Task<IReadOnlyList<long>> FoundAsync(string query) =>
        [.. (await _test.Get<LogReader>().PageAsync(LogAsk.By(Actor.System, LogQuery.Of(query)), LogPlace.Newest, 50, Ct)).Rows.Select(row => row.Row.Id)];

    private Task CareAsync() => new GroupCare(_test.Writer, _test.Get<IDbContextFactory<ConsoleDbContext>>(), _test.Get<ChangeFeed>(), _test.Time, NullLogger<GroupCare>.Instance).CareAsync(Ct);
}
