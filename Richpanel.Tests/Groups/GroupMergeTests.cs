using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Groups;
using Richpanel.Core.Retries;
using Richpanel.Core.Storage;
using Richpanel.Tests.Deliveries;

namespace Richpanel.Tests.Groups;

/// <summary>Failure groups that a person merges and splits, and what then counts where.</summary>
public sealed class GroupMergeTests : IAsyncLifetime
{
    private const int Patience = 60_000;

    private static readonly Actor s_sam = new(ActorKind.Person, 7, "Sam", Role.Operator);

    private RichpanelStub _stub = null!;
    private DispatcherUnderTest _test = null!;
    private long _connection;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private GroupActions Actions => _test.Get<GroupActions>();

    private GroupMerges Merges => _test.Get<GroupMerges>();

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
    public async Task Two_groups_that_are_one_thing_are_listed_counted_found_and_noted_as_one()
    {
        var first = await FailAsync("one", "u1", "u2");
        _test.Advance(TimeSpan.FromMinutes(10));
        var second = await FailAsync("two", "u2", "u3", "u4");
        var (one, two) = (await OfAsync("one"), await OfAsync("two"));
        await Actions.NoteAsync(s_sam, one.Id, "Asked Richpanel");

        Assert.Equal(GroupOutcome.Done, await Merges.MergeAsync(s_sam, one.Id, two.Id));

        var line = Assert.Single((await Queries.PageAsync(s_sam, new GroupFilter(), null, 10, Ct)).Lines);
        Assert.Equal((two.Id, 5L, 5L, 4, 5L, 1, "Asked Richpanel"), (line.Group.Id, line.Group.Total, line.Group.StillFailed, line.Customers.Count, line.LastDay, line.Parts.Count, line.Note!.Text));
        Assert.Equal((one.FirstSeenAt, one.BeganAt, two.LastSeenAt), (line.Group.FirstSeenAt, line.Group.BeganAt, line.Group.LastSeenAt));
        Assert.Equal(1, (await Queries.CountAsync(s_sam, new GroupFilter(), Ct)).Values.Sum());
        var detail = (await Queries.FindAsync(s_sam, two.Id, Ct))!;
        Assert.Equal(("one", 2L, "Asked Richpanel", 2), (Assert.Single(detail.Parts).Pattern, detail.Parts[0].StillFailed, Assert.Single(detail.Notes).Text, detail.MostAffected[0].Deliveries));
        Assert.Equal(two.Id, (await Queries.FindAsync(s_sam, one.Id, Ct))!.Whole!.Id);
        Assert.Equal(two.Id, (await Queries.OfDeliveryAsync(s_sam, first[0], Ct))!.Id);
        Assert.Equal([.. first, .. second], (await FoundAsync($"group:{PublicId.Group(two.Id)} state:failed")).Order());
        Assert.Equal(first, (await FoundAsync($"group:{PublicId.Group(one.Id)}")).Order());   // a part of it can still be looked at by itself
        Assert.Matches($"^group\\.merged Sam .*mergedInto.*{PublicId.Group(two.Id)}", await LastLineAsync());
        await _test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task What_fails_in_a_part_counts_for_the_whole_and_opens_it_again()
    {
        await FailAsync("one", "u1");
        await FailAsync("two", "u2");
        var (one, two) = (await OfAsync("one"), await OfAsync("two"));
        await Merges.MergeAsync(s_sam, one.Id, two.Id);
        await Actions.ResolveAsync(s_sam, two.Id);
        _test.Advance(TimeSpan.FromMinutes(1));

        var id = (await FailAsync("one", "u3"))[0];

        two = await OfAsync("two");
        Assert.Equal((GroupState.Open, true, 3L, 3L), (two.State, two.IsRegressed, two.Total, two.StillFailed));
        Assert.Equal((GroupState.Open, false, 2L, 2L), ((await OfAsync("one")).State, (await OfAsync("one")).IsRegressed, (await OfAsync("one")).Total, (await OfAsync("one")).StillFailed));
        _stub.Always(200);
        _test.Advance(TimeSpan.FromMinutes(1));
        await _test.Actions.RetryAsync(Actor.System, id, asThen: true, Ct);
        await _test.UntilAsync(id, row => row.State == DeliveryState.Accepted);
        two = await OfAsync("two");
        Assert.Equal((2L, _test.Time.GetUtcNow()), (two.StillFailed, two.LastRetriedAt!.Value));
        await _test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_whole_resolves_by_itself_only_when_its_parts_came_through_too()
    {
        var first = (await FailAsync("one", "u1"))[0];
        var second = (await FailAsync("two", "u2"))[0];
        var (one, two) = (await OfAsync("one"), await OfAsync("two"));
        await Merges.MergeAsync(s_sam, one.Id, two.Id);
        _stub.Always(200);
        _test.Advance(TimeSpan.FromMinutes(1));
        await AcceptAsync(second);
        await CareAsync();
        Assert.Equal(GroupState.Open, (await OfAsync("two")).State);

        await AcceptAsync(first);
        await CareAsync();

        Assert.Equal(GroupState.Resolved, (await OfAsync("two")).State);
        Assert.Equal(GroupState.Open, (await OfAsync("one")).State);   // it has no state while it is a part

        async Task AcceptAsync(long id)
        {
            await _test.Actions.RetryAsync(Actor.System, id, asThen: true, Ct);
            await _test.UntilAsync(id, row => row.State == DeliveryState.Accepted);
        }
    }

    [Fact(Timeout = Patience)]
    public async Task A_part_that_is_split_off_takes_its_counts_and_times_with_it()
    {
        await FailAsync("one", "u1", "u2");
        _test.Advance(TimeSpan.FromHours(3));
        await FailAsync("two", "u3");
        var (one, two) = (await OfAsync("one"), await OfAsync("two"));
        await Merges.MergeAsync(s_sam, two.Id, one.Id);
        await Actions.AcknowledgeAsync(s_sam, one.Id);

        Assert.Equal(GroupOutcome.Done, await Merges.SplitAsync(s_sam, two.Id));
        Assert.Equal(GroupOutcome.Done, await Merges.SplitAsync(s_sam, two.Id));   // once more does no harm

        var (left, split) = (await OfAsync("one"), await OfAsync("two"));
        Assert.Equal((2L, 2L, A.Noon, A.Noon, GroupState.Acknowledged), (left.Total, left.StillFailed, left.FirstSeenAt, left.LastSeenAt, left.State));
        Assert.Equal((1L, 1L, two.LastSeenAt, GroupState.Open, null, null), (split.Total, split.StillFailed, split.LastSeenAt, split.State, split.MergedIntoId, split.StateBy));
        Assert.Equal(2, (await Queries.PageAsync(s_sam, new GroupFilter(), null, 10, Ct)).Lines.Count);
        Assert.Matches($"^group\\.split Sam .*mergedInto.*{PublicId.Group(one.Id)}", await LastLineAsync());
        await _test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_whole_that_is_merged_brings_its_parts_and_each_can_be_split_off_again()
    {
        await FailAsync("one", "u1");
        await FailAsync("two", "u2");
        await FailAsync("three", "u3");
        var (one, two, three) = (await OfAsync("one"), await OfAsync("two"), await OfAsync("three"));
        await Merges.MergeAsync(s_sam, one.Id, two.Id);

        await Merges.MergeAsync(s_sam, two.Id, three.Id);

        Assert.Equal([1L, 1L, 3L], new[] { await OfAsync("one"), await OfAsync("two"), await OfAsync("three") }.Select(group => group.Total));
        Assert.Equal([three.Id, three.Id, null], new[] { await OfAsync("one"), await OfAsync("two"), await OfAsync("three") }.Select(group => group.MergedIntoId));
        await _test.LedgerAddsUpAsync();
        await Merges.SplitAsync(s_sam, one.Id);
        Assert.Equal([1L, 1L, 2L], new[] { await OfAsync("one"), await OfAsync("two"), await OfAsync("three") }.Select(group => group.Total));
        await _test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task What_cannot_be_merged_is_told_and_a_part_has_no_state_of_its_own()
    {
        await FailAsync("one", "u1");
        await FailAsync("two", "u2");
        await FailAsync("three", "u3");
        var (one, two, three) = (await OfAsync("one"), await OfAsync("two"), await OfAsync("three"));
        var elsewhere = await _test.Writer.WriteAsync(session => session.Groups.IdOf(session, _connection + 99, FailurePrint.Of(FailureStage.Sending, "unprocessable", 422, "x"), A.Noon));
        await Merges.MergeAsync(s_sam, one.Id, two.Id);
        await Actions.ResolveAsync(s_sam, three.Id);
        var before = await LastLineAsync();

        Assert.Equal(GroupOutcome.Missing, await Merges.MergeAsync(s_sam, 999, two.Id));
        Assert.Contains("itself", await FaultAsync(two.Id, two.Id), StringComparison.Ordinal);
        Assert.Contains("This connection has no such failure group", await FaultAsync(two.Id, 999), StringComparison.Ordinal);
        Assert.Contains("This connection has no such failure group", await FaultAsync(two.Id, elsewhere), StringComparison.Ordinal);
        Assert.Contains("is part of " + PublicId.Group(two.Id), await FaultAsync(three.Id, one.Id), StringComparison.Ordinal);
        Assert.Contains("Split it off first", await FaultAsync(one.Id, three.Id), StringComparison.Ordinal);
        Assert.Contains("is resolved. Open it again first.", await FaultAsync(two.Id, three.Id), StringComparison.Ordinal);
        Assert.Null(await FaultAsync(one.Id, two.Id));   // it is so already
        Assert.Contains("It is part of " + PublicId.Group(two.Id), (await Actions.ResolveAsync(s_sam, one.Id)).Fault, StringComparison.Ordinal);
        Assert.Equal(before, await LastLineAsync());
        Assert.Empty(await Queries.MergeTargetsAsync(s_sam, one.Id, Ct));
        Assert.Empty(await Queries.MergeTargetsAsync(s_sam, two.Id, Ct));   // the other is resolved

        async Task<string?> FaultAsync(long id, long into) => (await Merges.MergeAsync(s_sam, id, into)).Fault;
    }

    [Fact(Timeout = Patience)]
    public async Task A_filter_by_cause_finds_what_has_a_part_of_that_cause()
    {
        await FailAsync("one", "u1");
        _stub.Always(403, """{"message":"no"}""");
        var ids = await _test.ReceiveAsync(_connection, "u2");
        await _test.UntilAllAsync(ids, row => row.Cause is not null);
        await _test.Writer.WriteAsync(session => session.Groups.IdOf(session, _connection, FailurePrint.Of(FailureStage.Sending, "forbidden", 403, "no"), A.Noon));
        var part = await _test.ReadAsync(context => context.FailureGroups.SingleAsync(group => group.Cause == "forbidden", Ct));
        var whole = await OfAsync("one");
        Assert.Equal(whole.Id, Assert.Single(await Queries.MergeTargetsAsync(s_sam, part.Id, Ct)).Id);

        await Merges.MergeAsync(s_sam, part.Id, whole.Id);

        Assert.Equal(whole.Id, Assert.Single((await Queries.PageAsync(s_sam, new GroupFilter(Cause: "forbidden"), null, 10, Ct)).Lines).Group.Id);
    }

    [Fact(Timeout = Patience)]
    public async Task What_is_failed_is_counted_by_event_cause_code_and_connection()
    {
        await FailAsync("one", "u1", "u2");

        Assert.Equal([("unprocessable", 2L)], await CountsAsync(LogKey.Cause, _connection));
        Assert.Equal([("422", 2L)], await CountsAsync(LogKey.Code, null));
        Assert.Empty(await CountsAsync(LogKey.Event, _connection + 99));

        async Task<IEnumerable<(string, long)>> CountsAsync(LogKey key, long? connection) =>
            (await Queries.FailedByAsync(s_sam, key, connection, Ct)).Counts.Values.Select(value => (value.Value, value.Count));
    }

    [Fact(Timeout = Patience)]
    public async Task A_whole_gets_back_exactly_what_it_was_when_its_parts_leave_it()
    {
        _test.Advance(TimeSpan.FromMinutes(40));
        await FailAsync("one", "u1");
        var before = (await OfAsync("one")).Figures;
        _test.Advance(TimeSpan.FromMinutes(140));
        var other = (await FailAsync("two", "u2", "u3"))[0];
        _stub.Always(200);
        _test.Advance(TimeSpan.FromMinutes(1));
        await _test.Actions.RetryAsync(Actor.System, other, asThen: true, Ct);
        await _test.UntilAsync(other, row => row.State == DeliveryState.Accepted);
        var (one, two) = (await OfAsync("one"), await OfAsync("two"));
        await Merges.MergeAsync(s_sam, two.Id, one.Id);
        Assert.Equal(two.LastRetriedAt, (await OfAsync("one")).LastRetriedAt);

        await Merges.SplitAsync(s_sam, two.Id);

        Assert.Equal((before, two.Figures), ((await OfAsync("one")).Figures, (await OfAsync("two")).Figures));
        Assert.Equal(0, await _test.ReadAsync(context => context.GroupOwn.CountAsync(Ct)));
    }

    [Fact(Timeout = Patience)]
    public async Task What_fails_and_is_retried_while_merged_counts_where_it_belongs_after_the_split()
    {
        await FailAsync("one", "u1");
        await FailAsync("two", "u2");
        var (one, two) = (await OfAsync("one"), await OfAsync("two"));
        await Merges.MergeAsync(s_sam, two.Id, one.Id);
        _test.Advance(TimeSpan.FromMinutes(7));
        await FailAsync("one", "u3");
        _test.Advance(TimeSpan.FromMinutes(7));
        var last = (await FailAsync("two", "u4"))[0];
        _stub.Always(200);
        _test.Advance(TimeSpan.FromMinutes(1));
        await _test.Actions.RetryAsync(Actor.System, last, asThen: true, Ct);
        await _test.UntilAsync(last, row => row.State == DeliveryState.Accepted);
        Assert.Equal((4L, 3L), ((await OfAsync("one")).Total, (await OfAsync("one")).StillFailed));

        await Merges.SplitAsync(s_sam, two.Id);

        (one, two) = (await OfAsync("one"), await OfAsync("two"));
        Assert.Equal((2L, 2L, A.Noon.AddMinutes(7), null), (one.Total, one.StillFailed, one.LastSeenAt, one.LastRetriedAt));
        Assert.Equal((2L, 1L, A.Noon.AddMinutes(14), (DateTimeOffset?)A.Noon.AddMinutes(15)), (two.Total, two.StillFailed, two.LastSeenAt, two.LastRetriedAt));
        await _test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_flare_up_that_was_resolved_before_it_came_back_began_anew_whatever_is_merged_or_split()
    {
        await FailAsync("one", "u1");
        await FailAsync("two", "u2");
        await FailAsync("three", "u3");
        var (one, two, three) = (await OfAsync("one"), await OfAsync("two"), await OfAsync("three"));
        await Merges.MergeAsync(s_sam, two.Id, one.Id);
        _test.Advance(TimeSpan.FromMinutes(90));
        await Actions.ResolveAsync(s_sam, one.Id);
        _test.Advance(TimeSpan.FromMinutes(30));
        await FailAsync("one", "u4");
        Assert.Equal(A.Noon.AddHours(2), (await OfAsync("one")).BeganAt);

        await Merges.SplitAsync(s_sam, two.Id);
        Assert.Equal(A.Noon.AddHours(2), (await OfAsync("one")).BeganAt);

        await Merges.MergeAsync(s_sam, one.Id, three.Id);
        Assert.Equal(A.Noon, (await OfAsync("three")).BeganAt);   // that one was never resolved
        Assert.Contains("is part of this one. Split it off first.", (await Merges.MergeAsync(s_sam, three.Id, one.Id)).Fault, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task A_delivery_that_fails_in_the_other_way_of_one_thing_is_counted_once()
    {
        var id = (await FailAsync("one", "u1"))[0];
        await FailAsync("two", "u2");
        var (one, two) = (await OfAsync("one"), await OfAsync("two"));
        await Merges.MergeAsync(s_sam, one.Id, two.Id);
        _stub.Always(422, """{"message":"two"}""");
        await _test.Actions.RetryAsync(Actor.System, id, asThen: true, Ct);
        await _test.UntilAsync(id, row => row.AttemptCount == 2 && row.State == DeliveryState.Failed);

        Assert.Equal((2L, 2L), ((await OfAsync("two")).Total, (await OfAsync("two")).StillFailed));
        Assert.Equal((0L, 0L), ((await OfAsync("one")).Total, (await OfAsync("one")).StillFailed));
        await _test.LedgerAddsUpAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task A_retry_of_a_part_is_a_retry_of_the_whole()
    {
        await FailAsync("one", "u1");
        await FailAsync("two", "u2");
        var (one, two) = (await OfAsync("one"), await OfAsync("two"));
        _stub.Always(200);
        var batch = (await _test.Get<RetryPlanner>().PlanAsync(s_sam, new RetryAsk(RetryKind.Retry) { Query = LogQuery.Of($"group:{PublicId.Group(one.Id)} state:failed") }, Ct)).Batch!;
        await _test.Get<RetryBatches>().StartAsync(s_sam, batch.Id, new RetryStart());
        await Merges.MergeAsync(s_sam, one.Id, two.Id);

        var line = Assert.Single((await Queries.PageAsync(s_sam, new GroupFilter(), null, 10, Ct)).Lines);

        var newest = await _test.Get<RetryQueries>().NewestOfGroupsAsync(s_sam, [.. line.Family.Select(PublicId.Group)], Ct);
        Assert.Equal(batch.Id, RetryQueries.NewestOf(line.Family, newest)!.Batch.Id);
    }

    [Fact(Timeout = Patience)]
    public async Task Fifty_parts_are_merged_and_read_as_one_and_no_more()
    {
        var ids = await _test.Writer.WriteAsync(session => Enumerable.Range(0, FailureGroups.MostParts + 2).Select(n =>
        {
            var id = session.Groups.IdOf(session, _connection, FailurePrint.Of(FailureStage.Sending, "unprocessable", 422, $"word {(char)('a' + (n % 26))}{(char)('a' + (n / 26))}"), A.Noon);
            session.Ledger.Groups.Failed(id, A.Noon, joined: true);
            return id;
        }).ToList());
        foreach (var id in ids.Skip(1).SkipLast(1))
        {
            Assert.Equal(GroupOutcome.Done, await Merges.MergeAsync(s_sam, id, ids[0]));
        }

        Assert.Contains("at most 50 others", (await Merges.MergeAsync(s_sam, ids[^1], ids[0])).Fault, StringComparison.Ordinal);
        var detail = (await Queries.FindAsync(s_sam, ids[0], Ct))!;
        Assert.Equal((FailureGroups.MostParts, FailureGroups.MostParts + 1L, FailureGroups.MostParts + 1L), (detail.Parts.Count, detail.Line.Group.Total, detail.Line.LastDay));
        Assert.Empty(detail.Samples);
        await Actions.ResolveAsync(s_sam, ids[0]);
        await _test.Writer.WriteAsync(session => session.Ledger.Groups.Failed(ids[7], A.Noon.AddSeconds(1), joined: true));
        Assert.True((await Queries.FindAsync(s_sam, ids[0], Ct))!.Line.Group.IsRegressed);
    }

    [Fact]
    public void Flare_ups_of_several_groups_are_one_where_no_quiet_time_lies_between_them()
    {
        static GroupFigures Of(double began, double last) => new(1, 1, A.Noon.AddHours(began), A.Noon.AddHours(began), A.Noon.AddHours(last), null);

        Assert.Equal(A.Noon, GroupFigures.Together([Of(0, 1), Of(5, 6), Of(11, 12)]).BeganAt);
        Assert.Equal(A.Noon.AddHours(11), GroupFigures.Together([Of(0, 1), Of(11, 12)]).BeganAt);
        Assert.Equal(A.Noon.AddHours(-3), GroupFigures.Together([Of(0, 12), Of(-3, 1)]).BeganAt);
    }

    private async Task<IReadOnlyList<long>> FailAsync(string says, params string[] users)
    {
        _stub.Always(422, $$"""{"message":"{{says}}"}""");
        var ids = await _test.ReceiveAsync(_connection, users);
        await _test.UntilAllAsync(ids, row => row.State == DeliveryState.Failed);
        return ids;
    }

    private Task<FailureGroup> OfAsync(string pattern) => _test.ReadAsync(context => context.FailureGroups.AsNoTracking().SingleAsync(group => group.Pattern == pattern, Ct));

    private async Task<IReadOnlyList<long>> FoundAsync(string query) =>
        [.. (await _test.Get<LogReader>().PageAsync(LogAsk.By(s_sam, LogQuery.Of(query)), LogPlace.Newest, 100, Ct)).Rows.Select(row => row.Row.Id)];

    private async Task<string> LastLineAsync()
    {
        var line = (await _test.Get<ChangeQueries>().PageAsync(new ChangeFilter(), null, 1, Ct)).Items[0];
        return $"{line.Action} {line.ActorName} {line.Fields}";
    }

    private Task CareAsync() => new GroupCare(_test.Writer, _test.Get<IDbContextFactory<ConsoleDbContext>>(), _test.Get<ChangeFeed>(), _test.Time, NullLogger<GroupCare>.Instance).CareAsync(Ct);
}
