using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Ledger;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Health;

/// <summary>Failures of a connection by when they failed, however long before they were received.</summary>
/// <param name="Since">The beginning of the hour before the one under way.</param>
/// <param name="Causes">The most frequent first.</param>
public sealed record LateFailures(DateTimeOffset Since, IReadOnlyList<LateCause> Causes)
{
    public long Count => Causes.Sum(one => one.Count);
}

/// <param name="Cause">Code of the cause catalogue.</param>
/// <param name="GroupId">The failure group with most of them.</param>
public sealed record LateCause(string Cause, long Count, long GroupId);

/// <summary>
/// Reads what failed in the hour under way and the one before, as failure groups count it: a delivery that fails twice counts twice.
/// A few rows, whatever the size of the log.
/// </summary>
public sealed class FailureHours(IDbContextFactory<ConsoleDbContext> contexts)
{
    /// <summary>Deliveries of a group among which one that is still failed is looked for.</summary>
    private const int MostLooked = 100;

    public async Task<LateFailures> ReadAsync(long connection, DateTimeOffset now, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        var from = FromOf(now);
        var causes = await context.GroupHours.Where(hour => hour.Hour >= from)
            .Join(context.FailureGroups.Where(group => group.ConnectionId == connection), hour => hour.GroupId, group => group.Id, (hour, group) => new { group.Cause, group.Id, hour.Count })
            .GroupBy(one => new { one.Cause, one.Id }).Select(group => new { group.Key.Cause, group.Key.Id, Count = group.Sum(one => one.Count) }).ToListAsync(ct);
        return new LateFailures(
            DateTimeOffset.UnixEpoch + (RollupTime.Hour * from),
            [.. causes.GroupBy(group => group.Cause).Select(cause => new LateCause(cause.Key, cause.Sum(group => group.Count), cause.OrderByDescending(group => group.Count).ThenBy(group => group.Id).First().Id))
                .OrderByDescending(cause => cause.Count).ThenBy(cause => cause.Cause, StringComparer.Ordinal)]);
    }

    /// <summary>Of each of these failure groups the newest delivery that is failed; else, where all were sent again, the newest; by group.</summary>
    public async Task<IReadOnlyDictionary<long, long>> SamplesAsync(IReadOnlyCollection<long> groups, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        Dictionary<long, long> samples = [];
        foreach (var group in groups)   // few, and each is one step along an index
        {
            var rows = await context.Deliveries.Where(row => row.GroupId == group).OrderByDescending(row => row.Id).Take(MostLooked).Select(row => new { row.Id, row.State }).ToListAsync(ct);
            if ((rows.Find(row => row.State == DeliveryState.Failed) ?? rows.FirstOrDefault()) is { } newest)
            {
                samples[group] = newest.Id;
            }
        }

        return samples;
    }

    /// <summary>Of these connections those of which too much failed before it was sent.</summary>
    public async Task<IReadOnlyDictionary<long, FailingUnsent>> UnsentAsync(IReadOnlyCollection<long> connections, DateTimeOffset now, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        var from = FromOf(now);
        var failed = await context.GroupHours.Where(hour => hour.Hour >= from)
            .Join(
                context.FailureGroups.Where(group => connections.Contains(group.ConnectionId) && (group.Stage == FailureStage.Reading || group.Stage == FailureStage.Mapping)),
                hour => hour.GroupId, group => group.Id, (hour, group) => new { group.ConnectionId, group.Cause, hour.Count })
            .GroupBy(one => new { one.ConnectionId, one.Cause }).Select(of => new { of.Key.ConnectionId, of.Key.Cause, Count = of.Sum(one => one.Count) }).ToListAsync(ct);
        Dictionary<long, FailingUnsent> failing = [];
        foreach (var of in failed.GroupBy(one => one.ConnectionId).Where(of => of.Sum(one => one.Count) >= FailingUnsent.Fewest))
        {
            var created = await context.HourlyRollups.Where(line => line.ConnectionId == of.Key && line.Hour >= from).SumAsync(line => line.Count, ct);
            if (FailingUnsent.Of([.. of.Select(one => (one.Cause, one.Count))], created) is { } too)
            {
                failing[of.Key] = too;
            }
        }

        return failing;
    }

    private static int FromOf(DateTimeOffset now) => RollupTime.HourOf(RollupTime.SlotOf(now)) - 1;
}
