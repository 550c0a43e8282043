using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Json;
using Richpanel.Core.Privacy;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Retries;

/// <summary>How far a bulk retry or replay is. <see cref="Left"/>, <see cref="Skipped"/> and the others add up to <see cref="Planned"/>.</summary>
/// <param name="Planned">What was counted.</param>
/// <param name="Left">Not sent yet.</param>
/// <param name="Skipped">Left alone because they changed after the plan.</param>
/// <param name="Waiting">On their way, those included that wait for another try.</param>
/// <param name="Failed">Failed again.</param>
/// <param name="Other">Canceled, skipped by the mapping, or settled since.</param>
public sealed record RetryProgress(long Planned, long Left, long Skipped, long Accepted, long Waiting, long Failed, long Other);

/// <summary>So many ended or wait in one state with one cause.</summary>
/// <param name="Cause">Cause code; empty without one.</param>
public sealed record RetryResult(DeliveryState State, string Cause, long Count)
{
    /// <summary>They waited for another try when a later bulk retry sent them, whose report counts what becomes of them.</summary>
    public bool IsTakenOver => Cause == RetryCount.TakenOver;
}

/// <summary>A bulk retry or replay with what was planned and what came of it.</summary>
/// <param name="Results">By state and cause, most first.</param>
/// <param name="SkipReasons">Why some were left alone after the plan.</param>
/// <param name="StoppedConnections">Those of it that are stopped now, or do not answer, so that the rest of theirs waits.</param>
/// <param name="RecoveringConnections">Those of it that first send what has waited since a stop; the rest of theirs waits, too.</param>
/// <param name="GoesOn">Something that is left has a connection to go to now, so that it can be told how long it takes.</param>
public sealed record RetryView(
    RetryBatch Batch,
    RetryPlan Plan,
    RetryProgress Progress,
    IReadOnlyList<RetryResult> Results,
    IReadOnlyList<RetryShare> SkipReasons,
    IReadOnlyList<Connection> StoppedConnections,
    IReadOnlyList<Connection> RecoveringConnections,
    bool GoesOn);

/// <summary>One delivery that was left alone.</summary>
public sealed record RetrySkip(long DeliveryId, string Reason);

/// <summary>A delivery of a plan, as it was sent and as it would be sent now.</summary>
/// <param name="Changes">Null: there is nothing to compare, because it was never sent or would not be sent now.</param>
/// <param name="WasSent">Something of it was sent and kept.</param>
public sealed record RetrySample(DeliveryRow Row, bool WasSent, IReadOnlyList<JsonChange>? Changes);

/// <summary>Reads bulk retries and replays. What it costs does not grow with their deliveries.</summary>
public sealed class RetryQueries(IDbContextFactory<ConsoleDbContext> contexts, ConnectionDirectory directory, DeliveryQueries deliveries, TimeProvider time)
{
    public const int MostListed = 100;
    public const int MostSkips = 200;
    public const int MostOfGroup = 5;

    /// <summary>How long the outcome of one that has ended stays beside its group in the list, and on the overview.</summary>
    public static readonly TimeSpan ShownAfterwards = TimeSpan.FromDays(1);

    /// <summary>Newest first, at most <see cref="MostListed"/>, those that were started; plans are seen by their own address only.</summary>
    public async Task<IReadOnlyList<RetryView>> ListAsync(Actor by, RetryKind? kind, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await StartedAsync(context, by, context.RetryBatches.Where(batch => kind == null || batch.Kind == kind), _ => true, MostListed, ct);
    }

    /// <summary>Those that are under way, or ended within <see cref="ShownAfterwards"/>, newest first.</summary>
    public async Task<IReadOnlyList<RetryView>> RecentAsync(Actor by, int most, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var since = time.GetUtcNow() - ShownAfterwards;
        return await StartedAsync(context, by, context.RetryBatches.Where(batch => batch.EndedAt == null || batch.EndedAt >= since), _ => true, Math.Clamp(most, 1, MostListed), ct);
    }

    /// <summary>Bulk retries and replays that were asked for by one of these failure groups (<c>group:</c>), newest first, the last <see cref="MostOfGroup"/>.</summary>
    /// <param name="groups">Public ids: a group, and what was merged into it.</param>
    public async Task<IReadOnlyList<RetryView>> OfGroupAsync(Actor by, IReadOnlyCollection<string> groups, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var wanted = groups.ToList();
        return await StartedAsync(context, by, context.RetryBatches.Where(batch => batch.Scope!.Contains(GroupWord) && wanted.Any(group => batch.Scope!.Contains(group))), batch => GroupsOf(batch).Any(groups.Contains), MostOfGroup, ct);
    }

    /// <summary>Of each of these groups the newest bulk retry or replay that was asked for by it, if it is under way or ended within <see cref="ShownAfterwards"/>.</summary>
    /// <param name="groups">Public ids.</param>
    public async Task<IReadOnlyDictionary<string, RetryView>> NewestOfGroupsAsync(Actor by, IReadOnlyCollection<string> groups, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var since = time.GetUtcNow() - ShownAfterwards;
        var views = await StartedAsync(
            context, by, context.RetryBatches.Where(batch => batch.Scope!.Contains(GroupWord) && (batch.EndedAt == null || batch.EndedAt >= since)), batch => GroupsOf(batch).Any(groups.Contains), MostListed, ct);
        return views.SelectMany(view => GroupsOf(view.Batch).Intersect(groups).Select(group => (group, view))).DistinctBy(one => one.group).ToDictionary(one => one.group, one => one.view, StringComparer.Ordinal);
    }

    /// <param name="family">Keys of a group and of what was merged into it.</param>
    /// <param name="newest">By public id.</param>
    public static RetryView? NewestOf(IReadOnlyList<long> family, IReadOnlyDictionary<string, RetryView> newest) =>
        family.Select(id => newest.GetValueOrDefault(PublicId.Group(id))).OfType<RetryView>().MaxBy(view => view.Batch.Id);

    private static string GroupWord => LogKeys.Of(LogKey.Group).Word + ":";

    private static IEnumerable<string> GroupsOf(RetryBatch batch) =>
        batch.Scope!.Split(' ').Where(term => term.StartsWith(GroupWord, StringComparison.Ordinal)).SelectMany(term => term[GroupWord.Length..].Split(','));

    private async Task<IReadOnlyList<RetryView>> StartedAsync(
        ConsoleDbContext context, Actor by, IQueryable<RetryBatch> batches, Func<RetryBatch, bool> fits, int most, CancellationToken ct)
    {
        List<RetryBatch> visible = [];
        await foreach (var batch in batches.Where(batch => batch.StartedAt != null).OrderByDescending(batch => batch.Id).AsAsyncEnumerable().WithCancellation(ct))
        {
            if (fits(batch) && RetryBatches.MayTouch(by, batch, directory))
            {
                visible.Add(batch);
            }

            if (visible.Count == most)
            {
                break;   // whoever sees few of them is not kept from these by newer ones of others
            }
        }

        var ids = visible.ConvertAll(batch => batch.Id);
        var counts = (await context.RetryCounts.Where(count => ids.Contains(count.BatchId) && count.Count != 0).ToListAsync(ct)).ToLookup(count => count.BatchId);
        List<RetryView> views = [];
        foreach (var view in visible.Select(batch => ViewOf(batch, [.. counts[batch.Id]])))
        {
            views.Add(view with { GoesOn = await GoesOnAsync(context, view, ct) });
        }

        return views;
    }

    /// <summary>Null: there is none that this actor may see.</summary>
    public async Task<RetryView?> FindAsync(Actor by, long id, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        await using var context = await contexts.CreateDbContextAsync(ct);

        // One read transaction: the row and its counts of the same commit, so that they add up.
        await context.Database.OpenConnectionAsync(ct);
        await using var moment = ((Microsoft.Data.Sqlite.SqliteConnection)context.Database.GetDbConnection()).BeginTransaction(deferred: true);
        await context.Database.UseTransactionAsync(moment, ct);
        var batch = await context.RetryBatches.SingleOrDefaultAsync(batch => batch.Id == id, ct);
        if (batch is null || !RetryBatches.MayTouch(by, batch, directory))
        {
            return null;
        }

        var view = ViewOf(batch, await context.RetryCounts.Where(count => count.BatchId == id && count.Count != 0).ToListAsync(ct));
        return view with { GoesOn = await GoesOnAsync(context, view, ct) };
    }

    /// <summary>Which were left alone after the plan, at most <see cref="MostSkips"/>; null: there is no such batch for this actor.</summary>
    public async Task<IReadOnlyList<RetrySkip>?> SkipsAsync(Actor by, long id, CancellationToken ct)
    {
        if (await FindAsync(by, id, ct) is null)
        {
            return null;
        }

        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.RetryItems.Where(item => item.BatchId == id && item.State == RetryItemState.Skipped)
            .OrderBy(item => item.DeliveryId).Take(MostSkips).Select(item => new RetrySkip(item.DeliveryId, item.Reason ?? "")).ToListAsync(ct);
    }

    /// <summary>A few deliveries of a plan, as sent and as they would be sent now, as the actor may see them.</summary>
    public async Task<IReadOnlyList<RetrySample>> SamplesAsync(Actor by, RetryPlan plan, CancellationToken ct)
    {
        by.Demand(Permission.Read);
        var samples = new List<RetrySample>();
        foreach (var id in plan.Samples)
        {
            if (await deliveries.FindAsync(Sight.Of(by), id, ct) is { } detail && directory.Find(detail.Row.ConnectionId) is { } connection && by.MayTouch(connection))
            {
                var kept = detail.Attempts.LastOrDefault(attempt => attempt.Sent is not null)?.Sent;
                samples.Add(new RetrySample(detail.Row, kept is not null, kept is null ? null : detail.Calls.Between(kept.Id, null)));
            }
        }

        return samples;
    }

    /// <summary>Asked only where some connections are stopped: then of each of the others, whether anything of it is left.</summary>
    private static async Task<bool> GoesOnAsync(ConsoleDbContext context, RetryView view, CancellationToken ct)
    {
        if (view.Batch.HasEnded || view.Batch.Left == 0)
        {
            return false;
        }

        var waiting = view.StoppedConnections.Concat(view.RecoveringConnections).Select(connection => connection.Id).ToHashSet();
        if (waiting.Count == 0)
        {
            return true;
        }

        foreach (var connection in view.Batch.ConnectionIds.Where(id => !waiting.Contains(id)).ToList())
        {
            if (await context.RetryItems.AnyAsync(item => item.BatchId == view.Batch.Id && item.ConnectionId == connection && item.State == RetryItemState.Planned, ct))
            {
                return true;
            }
        }

        return false;
    }

    private RetryView ViewOf(RetryBatch batch, List<RetryCount> counts)
    {
        long Of(DeliveryState state) => counts.Where(count => count.State == state).Sum(count => count.Count);
        var other = counts.Where(count => count.State is not (0 or DeliveryState.Accepted or DeliveryState.Waiting or DeliveryState.Failed)).Sum(count => count.Count);
        var now = time.GetUtcNow();
        List<Connection> open = batch.HasEnded || !batch.Sends ? [] : [.. batch.ConnectionIds.Select(directory.Find).OfType<Connection>().Where(connection => connection.DeletedAt is null)];
        var stopped = open.Where(connection => connection.IsStopped(now) || connection.PostponedUntil > now || connection.BreakerSince is not null).ToList();
        var recovering = open.Where(connection => connection.RecoveryBefore is not null).Except(stopped).ToList();
        return new RetryView(
            batch,
            RetryPlan.Read(batch.Plan),
            new RetryProgress(batch.Planned, batch.Left, batch.Skipped, Of(DeliveryState.Accepted), Of(DeliveryState.Waiting), Of(DeliveryState.Failed), other),
            [.. counts.Where(count => count.State != 0).OrderByDescending(count => count.Count).ThenBy(count => count.Cause, StringComparer.Ordinal).Select(count => new RetryResult(count.State, count.Cause, count.Count))],
            [.. counts.Where(count => count.State == 0).OrderByDescending(count => count.Count).Select(count => new RetryShare(count.Cause, count.Count))],
            stopped,
            recovering,
            GoesOn: false);
    }
}
