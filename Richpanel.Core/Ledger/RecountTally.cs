using Richpanel.Core.Deliveries;

namespace Richpanel.Core.Ledger;

/// <summary>Counts rows as the counters do, but from nothing, and says where they differ. Pure.</summary>
internal sealed class RecountTally
{
    public Dictionary<RollupLine, long> Slots { get; } = [];

    public Dictionary<RollupLine, long> Hours { get; } = [];

    public Dictionary<LatencyLine, long> SlotLatencies { get; } = [];

    public Dictionary<LatencyLine, long> HourLatencies { get; } = [];

    public long Rows { get; private set; }

    public void Add(LedgerPlace row)
    {
        Rows++;
        var slot = RollupTime.SlotOf(row.ReceivedAt);
        var line = new RollupLine(slot, row.ConnectionId, row.Origin, row.RolledState, row.IsOnRetry, row.StatusCode ?? 0, row.EventName ?? "", row.Cause ?? "");
        Count(Slots, line);
        Count(Hours, line with { Span = RollupTime.HourOf(slot) });
        if (row.LatencyBucket is { } bucket)
        {
            var latency = new LatencyLine(slot, row.ConnectionId, row.Origin, bucket);
            Count(SlotLatencies, latency);
            Count(HourLatencies, latency with { Span = RollupTime.HourOf(slot) });
        }
    }

    /// <summary>One fault for all lines of a connection, origin and state that differ: which event it is can be looked up.</summary>
    /// <param name="since">Start of the hour; null: of the quarter that each line names.</param>
    public static void Compare(List<LedgerFault> faults, LedgerPart part, Dictionary<RollupLine, long> expected, Dictionary<RollupLine, long> found, DateTimeOffset? since) =>
        Compare(faults, part, expected, found, line => (line.Connection, line.Origin, (DeliveryState?)line.State, since ?? StartOf(line.Span)));

    public static void Compare(List<LedgerFault> faults, LedgerPart part, Dictionary<LatencyLine, long> expected, Dictionary<LatencyLine, long> found, DateTimeOffset? since) =>
        Compare(faults, part, expected, found, line => (line.Connection, line.Origin, (DeliveryState?)DeliveryState.Accepted, since ?? StartOf(line.Span)));

    private static void Compare<TLine>(
        List<LedgerFault> faults, LedgerPart part, Dictionary<TLine, long> expected, Dictionary<TLine, long> found,
        Func<TLine, (long Connection, Receiving.Origin Origin, DeliveryState? State, DateTimeOffset Hour)> placeOf)
        where TLine : notnull
    {
        var differing = expected.Keys.Union(found.Keys).Where(line => expected.GetValueOrDefault(line) != found.GetValueOrDefault(line));
        faults.AddRange(differing.GroupBy(placeOf).Select(group => new LedgerFault(
            part, group.Key.Connection, group.Key.Origin, group.Key.State, group.Key.Hour,
            group.Sum(line => expected.GetValueOrDefault(line)), group.Sum(line => found.GetValueOrDefault(line)))));
    }

    private static DateTimeOffset StartOf(int quarter) => DateTimeOffset.UnixEpoch + (RollupTime.Quarter * quarter);

    private static void Count<TLine>(Dictionary<TLine, long> counts, TLine line)
        where TLine : notnull => counts[line] = counts.GetValueOrDefault(line) + 1;
}
