using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Groups;
using Richpanel.Core.Ledger;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;

namespace Richpanel.Tests.Support;

/// <summary>Rollups say exactly what the rows say (promise 2), counted here anew and in another way.</summary>
internal static class RollupCheck
{
    public static async Task AddsUpAsync(ConsoleDbContext context, CancellationToken ct)
    {
        var rows = (await context.Deliveries
            .Select(d => new { d.ConnectionId, d.Origin, d.State, d.ReceivedAt, d.EventName, d.Cause, d.StatusCode, d.AttemptCount, d.EndedAt })
            .ToListAsync(ct))
            .ConvertAll(d => new LedgerPlace(d.ConnectionId, d.Origin, d.ReceivedAt, d.State, d.EventName, d.Cause, d.StatusCode, d.AttemptCount, d.EndedAt));
        await AddsUpAsync(context, rows, ct);
    }

    public static async Task AddsUpAsync(ConsoleDbContext context, IReadOnlyCollection<LedgerPlace> rows, CancellationToken ct)
    {
        Assert.Equal(
            Counted(rows.Select(row => Line(row, RollupTime.Hour))),
            Counted(await context.HourlyRollups.ToListAsync(ct), line => Line(line, line.Hour)));
        Assert.Equal(
            Counted(rows.Select(row => Line(row, RollupTime.Slot))),
            Counted(await context.SlotRollups.ToListAsync(ct), line => Line(line, line.Slot)));
        Assert.Equal(
            Counted(rows.Select(row => Line(row, RollupTime.Quarter))),
            Counted(await context.QuarterRollups.ToListAsync(ct), line => Line(line, line.Quarter)));

        var accepted = rows.Where(row => row is { State: DeliveryState.Accepted, EndedAt: not null }).ToList();
        Assert.Equal(
            Counted(accepted.Select(row => (row.ConnectionId, Span(row, RollupTime.Hour), row.Origin, Bucket(row)))),
            (await context.HourlyLatencies.Where(l => l.Count != 0).ToListAsync(ct)).ToDictionary(l => (l.ConnectionId, l.Hour, l.Origin, l.Bucket), l => l.Count));
        Assert.Equal(
            Counted(accepted.Select(row => (row.ConnectionId, Span(row, RollupTime.Slot), row.Origin, Bucket(row)))),
            (await context.SlotLatencies.Where(l => l.Count != 0).ToListAsync(ct)).ToDictionary(l => (l.ConnectionId, l.Slot, l.Origin, l.Bucket), l => l.Count));
        Assert.Equal(
            Counted(accepted.Select(row => (row.ConnectionId, Span(row, RollupTime.Quarter), row.Origin, Bucket(row)))),
            (await context.QuarterLatencies.Where(l => l.Count != 0).ToListAsync(ct)).ToDictionary(l => (l.ConnectionId, l.Quarter, l.Origin, l.Bucket), l => l.Count));
    }

    /// <summary>Every failed row is in a group, and each group says how many of its rows are failed.</summary>
    public static async Task GroupsAddUpAsync(ConsoleDbContext context, CancellationToken ct)
    {
        Assert.Equal(0, await context.Deliveries.CountAsync(row => row.State == DeliveryState.Failed && row.GroupId == null, ct));
        var failed = await context.Deliveries.Where(row => row.State == DeliveryState.Failed).GroupBy(row => row.GroupId!.Value, (id, rows) => new { id, Count = rows.LongCount() }).ToListAsync(ct);
        var groups = await context.FailureGroups.AsNoTracking().ToListAsync(ct);
        var own = groups.ToDictionary(one => one.Id, one => one.StillFailed - groups.Where(part => part.MergedIntoId == one.Id).Sum(part => part.StillFailed));
        Assert.Equal(failed.ToDictionary(one => one.id, one => one.Count), own.Where(one => one.Value != 0).ToDictionary());
        var owned = await context.GroupOwn.AsNoTracking().ToDictionaryAsync(one => one.GroupId, ct);
        Assert.Equal(groups.Where(one => one.MergedIntoId is not null).Select(one => one.MergedIntoId!.Value).Distinct().Order(), owned.Keys.Order());
        Assert.All(owned, one => Assert.Equal(
            GroupFigures.Together([one.Value.Figures, .. groups.Where(part => part.MergedIntoId == one.Key).Select(part => part.Figures)]) with { BeganAt = default },   // one that came back began anew
            groups.Single(group => group.Id == one.Key).Figures with { BeganAt = default }));
        var members = await context.Deliveries.Where(row => row.GroupId != null).GroupBy(row => row.GroupId!.Value, (id, rows) => new { id, Count = rows.LongCount() }).ToDictionaryAsync(one => one.id, one => one.Count, ct);
        Assert.All(groups, one => Assert.True(one.Total >= members.GetValueOrDefault(one.Id), $"group {one.Id} says {one.Total} of {members.GetValueOrDefault(one.Id)}"));
    }

    /// <summary>Only where requests come by the door.</summary>
    public static async Task RequestsAddUpAsync(ConsoleDbContext context, CancellationToken ct)
    {
        var requests = await context.Requests.Select(r => new { r.ConnectionId, r.ReceivedAt }).ToListAsync(ct);
        var slots = await context.RequestSlots.Where(slot => slot.Count != 0).ToListAsync(ct);
        Assert.Equal(
            Counted(requests.Select(r => (r.ConnectionId, RollupTime.SlotOf(r.ReceivedAt)))),
            slots.Where(slot => slot.Cause.Length == 0).ToDictionary(slot => (slot.ConnectionId, slot.Slot), slot => slot.Count));
        Assert.Equal(
            (await context.RequestCounts.Where(c => c.Count != 0).ToListAsync(ct)).ToDictionary(c => (c.ConnectionId, c.Cause), c => c.Count),
            slots.GroupBy(slot => (slot.ConnectionId, slot.Cause)).ToDictionary(g => g.Key, g => g.Sum(slot => slot.Count)));
    }

    private static (long, int, Origin, DeliveryState, bool, int, string, string) Line(LedgerPlace row, TimeSpan span) => (
        row.ConnectionId, Span(row, span), row.Origin, row.State == DeliveryState.Sending ? DeliveryState.Waiting : row.State,
        row.State == DeliveryState.Accepted && row.AttemptCount > 1, row.StatusCode ?? 0, row.EventName ?? "", row.Cause ?? "");

    private static (long, int, Origin, DeliveryState, bool, int, string, string) Line(Rollup line, int span) =>
        (line.ConnectionId, span, line.Origin, line.State, line.OnRetry, line.StatusCode, line.EventName, line.Code);

    private static int Span(LedgerPlace row, TimeSpan span) => (int)((row.ReceivedAt - DateTimeOffset.UnixEpoch).Ticks / span.Ticks);

    private static int Bucket(LedgerPlace row) => LatencyBuckets.Of(row.EndedAt!.Value - row.ReceivedAt);

    private static Dictionary<TKey, long> Counted<TKey>(IEnumerable<TKey> keys)
        where TKey : notnull => keys.GroupBy(key => key).ToDictionary(g => g.Key, g => g.LongCount());

    private static Dictionary<TKey, long> Counted<TRow, TKey>(IEnumerable<TRow> rows, Func<TRow, TKey> keyOf)
        where TRow : Rollup
        where TKey : notnull => rows.Where(row => row.Count != 0).ToDictionary(keyOf, row => row.Count);
}
