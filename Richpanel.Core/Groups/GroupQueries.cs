using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Ledger;
using Richpanel.Core.Privacy;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Groups;

/// <summary>Reads failure groups, only of connections the actor may touch. What a page costs does not grow with the log.</summary>
public sealed class GroupQueries(IDbContextFactory<ConsoleDbContext> contexts, ConnectionDirectory directory, ChangeQueries changeLog, LogReader log, TimeProvider time)
{
    public const int MostListed = 100;

    /// <summary>What failed deliveries can be counted by, beside their groups.</summary>
    public static IReadOnlyList<LogKey> Ways { get; } = [LogKey.Cause, LogKey.Code, LogKey.Event, LogKey.Connection];

    private const int SamplesShown = 5;

    private const int CustomersShown = 8;

    /// <summary>Deliveries in which customers are counted: of one group, and of each of a list.</summary>
    private const int MostCounted = 10_000;

    private const int MostCountedInList = 1_000;

    private const int MostChangesLookedAt = 500;

    /// <summary>Lines of the change log that can be why something fails: settings, a new version, another database.</summary>
    private static readonly string[] s_families = ["connection.", "secret.", "source.", "webhook-secret.", "sandbox.scenario-", "product.started", "backup.restored"];

    /// <summary>Of those families what follows from failures, only looks, or takes away what is used no more.</summary>
    private static readonly ChangeAction[] s_noCause =
    [
        ChangeCatalog.ConnectionHeld, ChangeCatalog.ConnectionProbed, ChangeCatalog.BreakerOpened, ChangeCatalog.BreakerClosed, ChangeCatalog.CaughtUp,
        ChangeCatalog.SecretAccepted, ChangeCatalog.SecretForgotten, ChangeCatalog.WebhookSecretForgotten, ChangeCatalog.WriteKeyShown,
    ];

    private static readonly string[] s_mayBeWhy =
        [.. ChangeCatalog.All.Where(action => s_families.Any(family => action.Code.StartsWith(family, StringComparison.Ordinal))).Except(s_noCause).Select(action => action.Code)];

    /// <summary>The one that failed last first.</summary>
    /// <param name="after">Null = from the beginning.</param>
    public async Task<GroupList> PageAsync(Actor by, GroupFilter filter, GroupCursor? after, int limit, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        var take = Math.Clamp(limit, 1, MostListed);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var groups = Narrow(context, Whole(context, by), filter);
        if (after is { LastSeenAt: var at, Id: var id })
        {
            groups = groups.Where(group => group.LastSeenAt < at || (group.LastSeenAt == at && group.Id < id));
        }

        var found = await groups.OrderByDescending(group => group.LastSeenAt).ThenByDescending(group => group.Id).Take(take + 1).ToListAsync(ct);
        var shown = found.Count > take ? found[..take] : found;
        return new GroupList(await LinesAsync(context, by, shown, MostCountedInList, ct), found.Count > take ? new GroupCursor(shown[^1].LastSeenAt, shown[^1].Id) : null, await IsPartialAsync(context, ct));
    }

    /// <summary>How many groups there are in each state, the filter's own state left out.</summary>
    public async Task<IReadOnlyDictionary<GroupState, int>> CountAsync(Actor by, GroupFilter filter, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var now = time.GetUtcNow();
        return await Narrow(context, Whole(context, by), filter with { State = null, NeedsAttention = false })
            .GroupBy(group => group.State == GroupState.Snoozed && group.SnoozedUntil <= now ? GroupState.Open : group.State)
            .Select(state => new { state.Key, Count = state.Count() }).ToDictionaryAsync(state => state.Key, state => state.Count, ct);
    }

    /// <summary>False: there is none, or it is not for this actor.</summary>
    public async Task<bool> ExistsAsync(Actor by, long id, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await Visible(context, by).AnyAsync(group => group.Id == id, ct);
    }

    /// <summary>Null: there is none, or it is not for this actor.</summary>
    public async Task<GroupDetail?> FindAsync(Actor by, long id, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        await using var context = await contexts.CreateDbContextAsync(ct);
        if (await Visible(context, by).SingleOrDefaultAsync(group => group.Id == id, ct) is not { } group)
        {
            return null;
        }

        var line = (await LinesAsync(context, by, [group], MostCounted, ct))[0];
        var parts = await Visible(context, by).Where(part => part.MergedIntoId == id).OrderByDescending(part => part.LastSeenAt).ThenByDescending(part => part.Id).ToListAsync(ct);
        var whole = group.MergedIntoId is { } merged ? await Visible(context, by).SingleAsync(one => one.Id == merged, ct) : null;
        line = whole is null ? line : line with { State = whole.StateNow(time.GetUtcNow()) };   // a part has none of its own
        var family = line.Family;
        var notes = await context.GroupNotes.AsNoTracking().Where(note => family.Contains(note.GroupId)).OrderBy(note => note.Id).ToListAsync(ct);
        notes.ForEach(note => Mask(note, by));
        var ask = LogAsk.By(by, LogQuery.All.With(new LogTerm(LogKey.Group, PublicId.Group(id)))) with { Among = [group.ConnectionId] };
        var samples = await log.PageAsync(ask, LogPlace.Newest, SamplesShown, ct);
        var first = await context.ChangeLog.OrderBy(entry => entry.Id).Select(entry => (DateTimeOffset?)entry.At).FirstOrDefaultAsync(ct);
        return new GroupDetail(
            line, notes, await ChangesAsync(by, group, ct), first is null || group.BeganAt < first, await MostAffectedAsync(context, ask, family, ct), samples.Rows,
            await IsPartialAsync(context, ct), [.. parts.Select(part => Show(part, by))], whole is null ? null : Show(whole, by));
    }

    /// <summary>Groups that this one may be merged into, the one that failed last first, at most <see cref="MostListed"/>; none when it is part of another.</summary>
    public async Task<IReadOnlyList<FailureGroup>> MergeTargetsAsync(Actor by, long id, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var found = await Whole(context, by).Where(group => group.Id == id)
            .Join(Whole(context, by), group => group.ConnectionId, other => other.ConnectionId, (_, other) => other)
            .Where(other => other.Id != id && other.State != GroupState.Resolved)
            .OrderByDescending(other => other.LastSeenAt).ThenByDescending(other => other.Id).Take(MostListed).ToListAsync(ct);
        return [.. found.Select(group => Show(group, by))];
    }

    /// <summary>Of these groups those that the actor may see, also such as were merged.</summary>
    public async Task<IReadOnlyList<FailureGroup>> NamedAsync(Actor by, IReadOnlyCollection<long> ids, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        await using var context = await contexts.CreateDbContextAsync(ct);
        return [.. (await Visible(context, by).Where(group => ids.Contains(group.Id)).ToListAsync(ct)).Select(group => Show(group, by))];
    }

    /// <summary>The group of a delivery's last failure, or the one that was merged into; null when it never failed, or is not for this actor.</summary>
    public async Task<FailureGroup?> OfDeliveryAsync(Actor by, long deliveryId, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.Deliveries.Where(delivery => delivery.Id == deliveryId)
            .Join(context.FailureGroups, delivery => delivery.GroupId, group => (long?)group.Id, (_, group) => group.MergedIntoId ?? group.Id)
            .Join(Visible(context, by), id => id, group => group.Id, (_, group) => group).SingleOrDefaultAsync(ct);
    }

    /// <summary>What is failed now, counted by cause, code, event or connection.</summary>
    /// <param name="connection">Only of this one; null = of all that the actor may touch.</param>
    public async Task<FailedBy> FailedByAsync(Actor by, LogKey key, long? connection, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        var visible = directory.AllConnections.Where(one => by.MayTouch(one) && (connection is null || one.Id == connection)).Select(one => one.Id);
        var ask = LogAsk.By(by, LogQuery.All.With(new LogTerm(LogKey.State, "failed")));
        ask = by.Connections is null && connection is null ? ask : ask with { Among = [.. visible] };
        return new FailedBy(await log.ValuesAsync(ask, key, ct), (await log.CountAsync(ask, ct))?.Found ?? 0);
    }

    /// <summary>Codes of causes that there are groups of.</summary>
    public async Task<IReadOnlySet<string>> CausesAsync(Actor by, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        await using var context = await contexts.CreateDbContextAsync(ct);
        return (await Visible(context, by).Select(group => group.Cause).Distinct().ToListAsync(ct)).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>One look at an index that is empty but after an upgrade.</summary>
    private static async Task<bool> IsPartialAsync(ConsoleDbContext context, CancellationToken ct) =>
        await context.Database.SqlQueryRaw<long>(GroupSql.IsPartial).SingleAsync(ct) == 1;

    private IQueryable<FailureGroup> Visible(ConsoleDbContext context, Actor by)
    {
        var groups = context.FailureGroups.AsNoTracking();
        if (by.Connections is null)
        {
            return groups;
        }

        var visible = directory.AllConnections.Where(by.MayTouch).Select(connection => connection.Id).ToList();
        return groups.Where(group => visible.Contains(group.ConnectionId));
    }

    /// <summary>Without those that are part of another.</summary>
    private IQueryable<FailureGroup> Whole(ConsoleDbContext context, Actor by) => Visible(context, by).Where(group => group.MergedIntoId == null);

    /// <summary>Its message as this actor may read it.</summary>
    private static FailureGroup Show(FailureGroup group, Actor by)
    {
        group.Pattern = Sight.Of(by).IsClear ? group.Pattern : MessagePattern.Masked(group.Pattern);
        return group;
    }

    private IQueryable<FailureGroup> Narrow(ConsoleDbContext context, IQueryable<FailureGroup> groups, GroupFilter filter)
    {
        var now = time.GetUtcNow();
        groups = filter.ConnectionId is { } connection ? groups.Where(group => group.ConnectionId == connection) : groups;
        groups = filter.Cause is { } cause ? groups.Where(group => group.Cause == cause || context.FailureGroups.Any(part => part.MergedIntoId == group.Id && part.Cause == cause)) : groups;
        groups = filter.Assignee switch
        {
            null => groups,
            GroupFilter.Nobody => groups.Where(group => group.Assignee == null || (group.State == GroupState.Snoozed && group.SnoozedUntil <= now)),
            { } person => groups.Where(group => group.AssigneeId == person),
        };
        if (filter.NeedsAttention)
        {
            groups = groups.Where(group => group.State == GroupState.Open || group.State == GroupState.Acknowledged || (group.State == GroupState.Snoozed && group.SnoozedUntil <= now));
        }

        return filter.State switch
        {
            null => groups,
            GroupState.Open => groups.Where(group => group.State == GroupState.Open || (group.State == GroupState.Snoozed && group.SnoozedUntil <= now)),
            GroupState.Snoozed => groups.Where(group => group.State == GroupState.Snoozed && group.SnoozedUntil > now),
            { } state => groups.Where(group => group.State == state),
        };
    }

    private async Task<IReadOnlyList<GroupLine>> LinesAsync(ConsoleDbContext context, Actor by, IReadOnlyList<FailureGroup> groups, int mostCounted, CancellationToken ct)
    {
        var ids = groups.Select(group => group.Id).ToList();
        var parts = await context.FailureGroups.Where(part => part.MergedIntoId != null && ids.Contains(part.MergedIntoId.Value)).OrderBy(part => part.Id).Select(part => new { part.Id, part.Cause, Whole = part.MergedIntoId!.Value }).ToListAsync(ct);
        var wholes = parts.ToDictionary(part => part.Id, part => part.Whole);
        var families = parts.ToLookup(part => part.Whole, part => new GroupPart(part.Id, part.Cause));
        ids.AddRange(wholes.Keys);
        var end = RollupTime.HourOf(RollupTime.SlotOf(time.GetUtcNow())) + 1;
        var (start, before) = (end - GroupLine.HoursShown, end - (2 * GroupLine.HoursShown));
        var hours = (await context.GroupHours.Where(hour => ids.Contains(hour.GroupId) && hour.Hour >= before && hour.Hour < end).ToListAsync(ct)).ToLookup(hour => wholes.GetValueOrDefault(hour.GroupId, hour.GroupId));
        var newest = context.GroupNotes.Where(note => ids.Contains(note.GroupId)).GroupBy(note => note.GroupId).Select(notes => notes.Max(note => note.Id));
        var notes = (await context.GroupNotes.AsNoTracking().Where(note => newest.Contains(note.Id)).OrderBy(note => note.Id).ToListAsync(ct)).ToLookup(note => wholes.GetValueOrDefault(note.GroupId, note.GroupId));
        var now = time.GetUtcNow();
        List<GroupLine> lines = [];
        foreach (var group in groups)
        {
            var spark = new long[GroupLine.HoursShown];
            foreach (var hour in hours[group.Id].Where(hour => hour.Hour >= start))
            {
                spark[hour.Hour - start] += hour.Count;
            }

            group.EndSnooze(now);
            var own = families[group.Id].ToList();
            lines.Add(new GroupLine(
                Show(group, by), group.State, spark, hours[group.Id].Where(hour => hour.Hour < start).Sum(hour => hour.Count),
                await CustomersAsync(context, [group.Id, .. own.Select(part => part.Id)], mostCounted, ct), notes[group.Id].LastOrDefault() is { } note ? Mask(note, by) : null, own));
        }

        return lines;
    }

    /// <summary>People write e-mails and phones into notes; whoever may not see those reads the rest.</summary>
    private static GroupNote Mask(GroupNote note, Actor by)
    {
        note.Text = Sight.Of(by).IsClear ? note.Text : TextMask.Name(note.Text)!;
        return note;
    }

    /// <summary>Along the group's index alone, which holds the customer's hash.</summary>
    private static async Task<GroupCustomers> CustomersAsync(ConsoleDbContext context, IReadOnlyList<long> family, int most, CancellationToken ct)
    {
        var rows = await Newest(context, family, most)
            .GroupBy(delivery => delivery.UserHash).Select(customer => new { customer.Key, Count = customer.Count() }).ToListAsync(ct);
        return new GroupCustomers(rows.Count(row => row.Key is not null), rows.Sum(row => row.Count) >= most ? most : null);
    }

    /// <summary>The newest deliveries of these groups: of each along its index, and of those the newest.</summary>
    private static IQueryable<OfCustomer> Newest(ConsoleDbContext context, IReadOnlyList<long> family, int most)
    {
        var each = family
            .Select(group => context.Deliveries.Where(delivery => delivery.GroupId == group).OrderByDescending(delivery => delivery.Id).Take(most)
                .Select(delivery => new OfCustomer { Id = delivery.Id, UserHash = delivery.UserHash }))
            .Aggregate((left, right) => left.Concat(right));
        return family.Count == 1 ? each : each.OrderByDescending(delivery => delivery.Id).Take(most);
    }

    /// <summary>Who they are stands in their newest deliveries.</summary>
    private async Task<IReadOnlyList<GroupCustomer>> MostAffectedAsync(ConsoleDbContext context, LogAsk ask, IReadOnlyList<long> family, CancellationToken ct)
    {
        var most = await Newest(context, family, MostCounted)
            .Where(delivery => delivery.UserHash != null).GroupBy(delivery => delivery.UserHash)
            .Select(customer => new { Count = customer.Count(), Newest = customer.Max(delivery => delivery.Id) })
            .OrderByDescending(customer => customer.Count).ThenByDescending(customer => customer.Newest).Take(CustomersShown).ToListAsync(ct);
        var rows = (await log.RowsAsync(ask, [.. most.Select(customer => customer.Newest)], ct)).ToDictionary(row => row.Row.Id);
        return [.. most.Where(customer => rows.ContainsKey(customer.Newest)).Select(customer => new GroupCustomer(customer.Count, rows[customer.Newest]))];
    }

    private async Task<IReadOnlyList<GroupChange>> ChangesAsync(Actor by, FailureGroup group, CancellationToken ct)
    {
        var page = await changeLog.PageAsync(
            new ChangeFilter { Since = group.BeganAt - FailureGroups.ChangesBefore, Until = group.BeganAt.AddTicks(1), Actions = s_mayBeWhy }, null, MostChangesLookedAt, ct);
        var mayRead = by.May(Permission.ReadChangeLog) && by.Connections is null;
        return [.. page.Items.Where(line => MayBeWhy(line, group)).Select(line => new GroupChange(line.At, GroupChange.KindOf(line.Action), mayRead ? line : null))];
    }

    /// <summary>Of this connection or its sources, or of the whole product.</summary>
    private bool MayBeWhy(ChangeEntry line, FailureGroup group) =>
        PublicId.Parse(line.ObjectId, "con") is { } connection ? connection == group.ConnectionId
            : PublicId.Parse(line.ObjectId, "src") is { } source ? directory.FindSource(source)?.ConnectionId == group.ConnectionId
            : !line.Action.StartsWith("sandbox.", StringComparison.Ordinal) || directory.Find(group.ConnectionId)?.IsSandbox == true;

    /// <summary>All that the group's index holds of a delivery.</summary>
    private sealed class OfCustomer
    {
        public long Id { get; init; }

        public long? UserHash { get; init; }
    }
}
