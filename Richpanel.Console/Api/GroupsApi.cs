using System.Text.Json.Serialization;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Groups;
using Richpanel.Core.Retries;

namespace Richpanel.Console.Api;

/// <summary>Who shall look after it.</summary>
/// <param name="Assignee">Public id of a person (<c>per_…</c>); null = whoever asks.</param>
public sealed record AcknowledgeWish(string? Assignee = null);

/// <param name="Into">Public id of the group it shall be part of (<c>grp_…</c>).</param>
public sealed record MergeWish(string? Into = null);

public sealed record SnoozeWish(DateTimeOffset? Until = null);

public sealed record GroupNoteWish(string? Text = null);

/// <param name="LookedAt">Not null when only so many of the newest deliveries were looked at: then there are this many or more.</param>
public sealed record GroupCustomersShape(int Count, int? LookedAt);

/// <param name="Deliveries">How many of the group's are theirs.</param>
/// <param name="Newest">Personal data masked by role.</param>
public sealed record GroupCustomerShape(int Deliveries, DeliveryShape Newest);

public sealed record GroupNoteShape(DateTimeOffset At, string Author, string Text)
{
    public static GroupNoteShape Of(GroupNote note) => new(note.At, note.Author, note.Text);
}

/// <param name="Who">Null, as all but time and kind, for whoever may not read the change log.</param>
public sealed record GroupChangeShape(DateTimeOffset At, GroupChangeKind Kind, string? Who, string? Did, string? ObjectId, string? ObjectName)
{
    public static GroupChangeShape Of(GroupChange change) => new(
        change.At, change.Kind, change.Line?.ActorName, change.Line is { } line ? ChangeWords.Did(line) : null, change.Line?.ObjectId, change.Line?.ObjectName);
}

/// <summary>
/// A failure group. <c>message</c> is what the other side said, with ids, numbers, e-mails, addresses, times and quoted values taken out of
/// it; <c>total</c> counts deliveries that ever failed this way, <c>stillFailed</c> those that are failed now; <c>hours</c> are failures of the last 24 hours, oldest first;
/// <c>query</c> finds its deliveries. <c>mergedInto</c> is the group that it is part of, which has its state and counts it, too; <c>parts</c> says of how many others it was merged. A part has the state of its whole. <c>retry</c> is the newest bulk retry of it, while it is under way and for a day.
/// </summary>
public sealed record GroupShape(
    string Id, string Connection, GroupState State, bool Regressed, DateTimeOffset StateAt, string? StateBy, DateTimeOffset? SnoozedUntil, string? Assignee,
    FailureStage Stage, string Code, CauseShape Cause, int? StatusCode, string? Message, long Total, long StillFailed, GroupCustomersShape Customers,
    DateTimeOffset FirstSeenAt, DateTimeOffset BeganAt, DateTimeOffset LastSeenAt, DateTimeOffset? LastRetriedAt, IReadOnlyList<long> Hours, long LastDay, long DayBefore,
    string Query, GroupNoteShape? LastNote, string? MergedInto, int Parts, RetryShape? Retry)
{
    /// <param name="retry">The newest bulk retry of it, while it is under way and for a day.</param>
    public static GroupShape Of(GroupLine line, ConnectionDirectory directory, RetryView? retry)
    {
        var group = line.Group;
        return new GroupShape(
            PublicId.Group(group.Id), directory.Find(group.ConnectionId)?.Name ?? PublicId.Connection(group.ConnectionId), line.State, group.IsRegressed, group.StateAt, group.StateBy,
            line.State == GroupState.Snoozed ? group.SnoozedUntil : null, group.Assignee, group.Stage, group.Cause, CauseShape.Of(group.Cause)!, group.StatusCode, group.Pattern,
            group.Total, group.StillFailed, new GroupCustomersShape(line.Customers.Count, line.Customers.LookedAt), group.FirstSeenAt, group.BeganAt, group.LastSeenAt,
            group.LastRetriedAt, line.Hours, line.LastDay, line.DayBefore, $"group:{PublicId.Group(group.Id)}", line.Note is { } note ? GroupNoteShape.Of(note) : null,
            group.MergedIntoId is { } into ? PublicId.Group(into) : null, line.Parts.Count, retry is null ? null : RetryShape.Of(retry));
    }

    /// <summary>What people made of it is what they made of its whole; who merged it and when stands in the change log.</summary>
    public GroupShape AsPartOf(FailureGroup? whole) => whole is null ? this : this with
    {
        Regressed = whole.IsRegressed,
        StateAt = whole.StateAt,
        StateBy = whole.StateBy,
        SnoozedUntil = State == GroupState.Snoozed ? whole.SnoozedUntil : null,
        Assignee = whole.Assignee,
    };
}

/// <summary>A group that was merged into another, with its own counts.</summary>
public sealed record GroupPartShape(string Id, FailureStage Stage, string Code, int? StatusCode, string? Message, long Total, long StillFailed, DateTimeOffset LastSeenAt)
{
    public static GroupPartShape Of(FailureGroup part) => new(PublicId.Group(part.Id), part.Stage, part.Cause, part.StatusCode, part.Pattern, part.Total, part.StillFailed, part.LastSeenAt);
}

/// <param name="Rule">By what failures are one group.</param>
/// <param name="Partial">Older failures are still being grouped: the counts are not complete yet.</param>
/// <param name="ChangedBefore">What was changed in the 15 minutes before the present flare-up began.</param>
/// <param name="BeforeChangeLog">It began before the change log does: an empty <c>changedBefore</c> says nothing.</param>
/// <param name="Retries">The last bulk retries and replays that were asked for by this group.</param>
/// <param name="MostAffected">The customers with the most deliveries in it. All of them: <c>GET /deliveries/export?q=group:…</c>.</param>
/// <param name="Parts">Groups that were merged into it.</param>
/// <param name="Samples">The newest deliveries, personal data masked by role.</param>
public sealed record GroupDetailShape(
    GroupShape Group, bool Partial, string Rule, IReadOnlyList<GroupNoteShape> Notes, IReadOnlyList<GroupChangeShape> ChangedBefore, bool BeforeChangeLog, IReadOnlyList<RetryShape> Retries,
    IReadOnlyList<GroupCustomerShape> MostAffected, IReadOnlyList<DeliveryShape> Samples, IReadOnlyList<GroupPartShape> Parts)
{
    public static GroupDetailShape Of(GroupDetail detail, IReadOnlyList<RetryView> retries, RetryView? newest, ConnectionDirectory directory) => new(
        GroupShape.Of(detail.Line, directory, newest).AsPartOf(detail.Whole), detail.IsPartial, FailurePrint.Rule, [.. detail.Notes.Select(GroupNoteShape.Of)], [.. detail.Changes.Select(GroupChangeShape.Of)], detail.IsBeforeLog,
        [.. retries.Select(RetryShape.Of)],
        [.. detail.MostAffected.Select(customer => new GroupCustomerShape(customer.Deliveries, DeliveryShape.Of(customer.Newest.Row, directory)))],
        [.. detail.Samples.Select(row => DeliveryShape.Of(row.Row, directory))], [.. detail.Parts.Select(GroupPartShape.Of)]);
}

/// <param name="NextCursor">Null on the last page.</param>
/// <param name="Partial">Older failures are still being grouped: there is more than this, and the counts are not complete yet.</param>
/// <param name="States">How many groups of the connection, cause and assignee that are asked for are in each state.</param>
public sealed record GroupListShape(
    IReadOnlyList<GroupShape> Items, [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? NextCursor, bool Partial, IReadOnlyDictionary<string, int> States);

/// <param name="Value">As the log's query language writes it.</param>
/// <param name="Label">More for people, such as the title of a cause.</param>
public sealed record FailedValueShape(string Value, string? Label, long Count);

/// <param name="Total">Everything that is failed now, also what has none of these values.</param>
/// <param name="CountedBackTo">Not null when older deliveries were not looked at.</param>
public sealed record FailedByShape(string By, long Total, IReadOnlyList<FailedValueShape> Values, DateTimeOffset? CountedBackTo);

/// <summary>Failure groups, <c>/api/v1/groups</c>.</summary>
internal static class GroupsApi
{
    private const string Attention = "attention";

    public static void MapGroups(this RouteGroupBuilder api)
    {
        var read = api.MapGroup("/groups").WithTags("Failure groups").RequireAuthorization(nameof(Permission.Read));
        read.MapGet("/", ListAsync);
        read.MapGet("/counts", CountsAsync);
        read.MapGet("/{group}", FindAsync);

        var one = api.MapGroup("/groups").WithTags("Failure groups").RequireAuthorization(nameof(Permission.ActOnOne));
        one.MapPost("/{group}/acknowledge", AcknowledgeAsync);
        one.MapPost("/{group}/snooze", (string group, SnoozeWish wish, Acting acting) => wish.Until is { } until
            ? acting.DoAsync(group, (actions, by, id) => actions.SnoozeAsync(by, id, until))
            : Task.FromResult<IResult>(ApiProblems.BadRequest("until: give a time such as 2026-11-24T18:00:00Z.")));
        one.MapPost("/{group}/reopen", (string group, Acting acting) => acting.DoAsync(group, (actions, by, id) => actions.ReopenAsync(by, id)));
        one.MapPost("/{group}/notes", (string group, GroupNoteWish wish, Acting acting) => acting.DoAsync(group, (actions, by, id) => actions.NoteAsync(by, id, wish.Text)));

        var operate = api.MapGroup("/groups").WithTags("Failure groups").RequireAuthorization(nameof(Permission.Operate));
        operate.MapPost("/{group}/resolve", (string group, Acting acting) => acting.DoAsync(group, (actions, by, id) => actions.ResolveAsync(by, id)));
        operate.MapPost("/{group}/merge", MergeAsync);
        operate.MapPost("/{group}/split", (string group, Acting acting) => acting.DoAsync(group, (by, id) => acting.Merges.SplitAsync(by, id)));
        operate.MapPost("/{group}/ignore", (string group, Acting acting) => acting.DoAsync(group, (actions, by, id) => actions.IgnoreAsync(by, id)));
    }

    /// <summary>
    /// <c>state</c> is one of those of a group, or <c>attention</c>: open or acknowledged, as the page shows by itself. <c>assignee</c> is
    /// the id of a person, <c>me</c> or <c>nobody</c>.
    /// </summary>
    private static async Task<IResult> ListAsync(
        string? state, string? connection, string? cause, string? assignee, string? cursor, int? limit, HttpContext http, GroupQueries queries, RetryQueries retries, ConnectionDirectory directory, CancellationToken ct)
    {
        var faults = new List<string>();
        GroupState? wanted = null;
        var needsAttention = string.Equals(state, Attention, StringComparison.OrdinalIgnoreCase);
        if (state is not null && !needsAttention)
        {
            wanted = state.All(char.IsAsciiLetter) && Enum.TryParse<GroupState>(state, ignoreCase: true, out var known) ? known : null;
            if (wanted is null)
            {
                faults.Add($"state: give one of {Attention}, {string.Join(", ", Enum.GetNames<GroupState>().Select(name => name.ToLowerInvariant()))}.");
            }
        }

        var of = connection is null ? null : ApiAccess.Find(http, directory, connection);
        if (connection is not null && of is null)
        {
            faults.Add($"connection: {ApiAccess.NoConnection(connection)}");
        }

        var person = assignee is null ? null : GroupFilter.AssigneeOf(assignee, Caller.Of(http));
        if (assignee is not null && person is null)
        {
            faults.Add($"assignee: give the id of a person, such as per_2, {GroupFilter.NobodyWord}, or, signed in as a person, {GroupFilter.MeWord}.");
        }

        var after = GroupCursor.Parse(cursor);
        if (cursor is not null && after is null)
        {
            faults.Add("cursor: give the nextCursor of the page before, or leave it out.");
        }

        if (faults.Count > 0)
        {
            return ApiProblems.BadRequest(string.Join(" ", faults));
        }

        var filter = new GroupFilter(wanted, needsAttention, of?.Id, cause, person);
        var page = await queries.PageAsync(Caller.Of(http), filter, after, limit ?? 50, ct);
        var counts = await queries.CountAsync(Caller.Of(http), filter, ct);
        var running = await retries.NewestOfGroupsAsync(Caller.Of(http), [.. page.Lines.SelectMany(line => line.Family).Select(PublicId.Group)], ct);
        return TypedResults.Ok(new GroupListShape(
            [.. page.Lines.Select(line => GroupShape.Of(line, directory, RetryQueries.NewestOf(line.Family, running)))], page.Next?.ToString(), page.IsPartial,
            Enum.GetValues<GroupState>().ToDictionary(one => one.ToString().ToLowerInvariant(), counts.GetValueOrDefault)));
    }

    /// <summary>What is failed now, counted by <c>cause</c>, <c>code</c>, <c>event</c> or <c>connection</c>; the 50 most frequent values.</summary>
    private static async Task<IResult> CountsAsync(string? by, string? connection, HttpContext http, GroupQueries queries, ConnectionDirectory directory, CancellationToken ct)
    {
        var key = GroupQueries.Ways.Where(way => LogKeys.Of(way).Word == by).Select(way => (LogKey?)way).FirstOrDefault();
        if (key is not { } way)
        {
            return ApiProblems.BadRequest($"by: give one of {string.Join(", ", GroupQueries.Ways.Select(one => LogKeys.Of(one).Word))}.");
        }

        var of = connection is null ? null : ApiAccess.Find(http, directory, connection);
        if (connection is not null && of is null)
        {
            return ApiProblems.BadRequest($"connection: {ApiAccess.NoConnection(connection)}");
        }

        var failed = await queries.FailedByAsync(Caller.Of(http), way, of?.Id, ct);
        return TypedResults.Ok(new FailedByShape(LogKeys.Of(way).Word, failed.Total, [.. failed.Counts.Values.Select(value => new FailedValueShape(value.Value, value.Label, value.Count))], failed.Counts.CountedBackTo));
    }

    private static async Task<IResult> FindAsync(string group, Acting acting) => await acting.ReadAsync(group) is { } detail ? TypedResults.Ok(detail) : Missing(group);

    private static Task<IResult> AcknowledgeAsync(string group, AcknowledgeWish? wish, Acting acting)
    {
        var person = PublicId.Parse(wish?.Assignee, "per");
        return wish?.Assignee is not null && person is null
            ? Task.FromResult<IResult>(ApiProblems.BadRequest("assignee: give the id of a person, such as per_2, or leave it out."))
            : acting.DoAsync(group, (actions, by, id) => actions.AcknowledgeAsync(by, id, person));
    }

    private static Task<IResult> MergeAsync(string group, MergeWish wish, Acting acting) => PublicId.Parse(wish.Into, "grp") is { } into
        ? acting.DoAsync(group, (by, id) => acting.Merges.MergeAsync(by, id, into))
        : Task.FromResult<IResult>(ApiProblems.BadRequest("into: give the id of the group that it shall be part of, such as grp_2."));

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Missing(string group) =>
        ApiProblems.NotFound($"There is no failure group '{group}' that this token may see. GET /api/v1/groups lists them.");

    /// <summary>Reads a group; or does something to it and answers with what it is then.</summary>
    internal sealed record Acting(HttpContext Http, GroupActions Actions, GroupMerges Merges, GroupQueries Queries, RetryQueries Retries, ConnectionDirectory Directory)
    {
        public static ValueTask<Acting?> BindAsync(HttpContext context) => ValueTask.FromResult<Acting?>(new Acting(
            context, context.RequestServices.GetRequiredService<GroupActions>(), context.RequestServices.GetRequiredService<GroupMerges>(), context.RequestServices.GetRequiredService<GroupQueries>(),
            context.RequestServices.GetRequiredService<RetryQueries>(), context.RequestServices.GetRequiredService<ConnectionDirectory>()));

        public Task<IResult> DoAsync(string group, Func<GroupActions, Actor, long, Task<GroupOutcome>> act) => DoAsync(group, (by, id) => act(Actions, by, id));

        public async Task<IResult> DoAsync(string group, Func<Actor, long, Task<GroupOutcome>> act)
        {
            var by = Caller.Of(Http);
            if (PublicId.Parse(group, "grp") is not { } id || !await Queries.ExistsAsync(by, id, Http.RequestAborted))
            {
                return Missing(group);
            }

            return await act(by, id) switch
            {
                { Found: false } => Missing(group),
                { Fault: { } fault, Field: { } field } => ApiProblems.Invalid([new FieldFault(field, fault)]),
                _ => TypedResults.Ok((await ReadAsync(group))!),
            };
        }

        /// <summary>Null: there is none that the caller may see.</summary>
        public async Task<GroupDetailShape?> ReadAsync(string group)
        {
            var by = Caller.Of(Http);
            if (PublicId.Parse(group, "grp") is not { } id || await Queries.FindAsync(by, id, Http.RequestAborted) is not { } detail)
            {
                return null;
            }

            string[] family = [.. detail.Line.Family.Select(PublicId.Group)];
            var newest = await Retries.NewestOfGroupsAsync(by, family, Http.RequestAborted);
            return GroupDetailShape.Of(detail, await Retries.OfGroupAsync(by, family, Http.RequestAborted), RetryQueries.NewestOf(detail.Line.Family, newest), Directory);
        }
    }
}
