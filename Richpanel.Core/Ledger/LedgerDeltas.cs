using Richpanel.Core.Deliveries;
using Richpanel.Core.Groups;
using Richpanel.Core.Receiving;
using Richpanel.Core.Retries;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Ledger;

/// <summary>
/// Collects what one transaction changes and writes it as few additions at its end, so that ledger and rollups always agree
/// with the rows (promise 2). What a piece of work says is only staged until that work is known to stand, so that it vanishes
/// with the rows of a work that is undone alone.
/// </summary>
public sealed class LedgerDeltas
{
    private readonly Dictionary<(long Connection, Origin Origin, DeliveryState State), long> _ledger = [];
    private readonly Dictionary<RollupKey, long> _slots = [];
    private readonly Dictionary<LatencyKey, long> _latencies = [];
    private readonly Dictionary<(long Batch, DeliveryState State, string Cause), long> _retries = [];
    private readonly Dictionary<(long Connection, string Cause), long> _requests = [];
    private readonly Dictionary<(long Connection, int Slot, string Cause), long> _requestSlots = [];

    private readonly List<(LedgerPlace Place, bool Created, long By)> _stagedPlaces = [];
    private readonly List<(long Connection, string Cause, DateTimeOffset At, long By)> _stagedRequests = [];
    private readonly List<long> _stagedTakeovers = [];

    /// <summary>Failure groups, whose counts move in the same transaction.</summary>
    public GroupDeltas Groups { get; } = new();

    /// <summary>How many pieces of work were undone, with whatever rows they had made.</summary>
    internal int Undone { get; private set; }

    public void Created(LedgerPlace place) => _stagedPlaces.Add((place, true, 1));

    public void Moved(LedgerPlace from, LedgerPlace to)
    {
        if (from != to)
        {
            // What is sent anew by other means keeps the outcome it had in the bulk retry before: that one's report stands. What still
            // waited has none, and ends there as taken over, so that the report adds up and comes to its end.
            var moves = from.RetryBatchId != to.RetryBatchId;
            var leaves = moves && from.RolledState != DeliveryState.Waiting;
            if (moves && !leaves && from.RetryBatchId is { } before)
            {
                _stagedTakeovers.Add(before);
            }

            _stagedPlaces.Add((leaves ? @from with { RetryBatchId = null } : from, false, -1));
            _stagedPlaces.Add((to, false, 1));
        }
    }

    /// <summary>Counts requests; an empty cause means let in.</summary>
    /// <param name="at">When they came; refused ones to the second.</param>
    public void Requests(long connectionId, string cause, long count, DateTimeOffset at) => _stagedRequests.Add((connectionId, cause, at, count));

    /// <summary>The work that spoke stands: what it said counts.</summary>
    internal void Keep()
    {
        foreach (var (place, created, by) in _stagedPlaces)
        {
            if (created)
            {
                Add(_ledger, (place.ConnectionId, place.Origin, default), by);
            }

            Count(place, by);
        }

        foreach (var batch in _stagedTakeovers)
        {
            Add(_retries, (batch, DeliveryState.Canceled, RetryCount.TakenOver), 1);
        }

        foreach (var (connection, cause, at, by) in _stagedRequests)
        {
            Add(_requests, (connection, cause), by);
            Add(_requestSlots, (connection, RollupTime.SlotOf(at), cause), by);
        }

        Groups.Keep();
        Unstage();
    }

    /// <summary>The work that spoke was undone.</summary>
    internal void Drop()
    {
        Undone++;
        Groups.Drop();
        Unstage();
    }

    internal void Clear()
    {
        Drop();
        Groups.Clear();
        _ledger.Clear();
        _slots.Clear();
        _latencies.Clear();
        _retries.Clear();
        _requests.Clear();
        _requestSlots.Clear();
    }

    /// <summary>Hours and quarters are summed up from the slots here, once per commit.</summary>
    internal void Flush(WriteSession session)
    {
        Write(session, _ledger, LedgerSql.AddToLedger, LedgerSql.LedgerParameters, key => [key.Connection, (int)key.Origin, (int)key.State]);
        Write(session, Coarser(_slots, key => key with { Span = RollupTime.QuarterOf(key.Span) }), LedgerSql.AddToQuarters, LedgerSql.RollupParameters, Values);
        Write(session, Coarser(_slots, key => key with { Span = RollupTime.HourOf(key.Span) }), LedgerSql.AddToHours, LedgerSql.RollupParameters, Values);
        Write(session, _slots, LedgerSql.AddToSlots, LedgerSql.RollupParameters, Values);
        Write(session, Coarser(_latencies, key => key with { Span = RollupTime.QuarterOf(key.Span) }), LedgerSql.AddToQuarterLatencies, LedgerSql.LatencyParameters, Values);
        Write(session, Coarser(_latencies, key => key with { Span = RollupTime.HourOf(key.Span) }), LedgerSql.AddToHourLatencies, LedgerSql.LatencyParameters, Values);
        Write(session, _latencies, LedgerSql.AddToSlotLatencies, LedgerSql.LatencyParameters, Values);
        Write(session, _retries, LedgerSql.AddToRetries, LedgerSql.RetryParameters, key => [key.Batch, (int)key.State, key.Cause]);
        Write(session, _requests, LedgerSql.AddToRequests, LedgerSql.RequestParameters, key => [key.Connection, key.Cause]);
        Write(session, _requestSlots, LedgerSql.AddToRequestSlots, LedgerSql.RequestSlotParameters, key => [key.Connection, key.Slot, key.Cause]);
        Groups.Flush(session);
    }

    private static object[] Values(RollupKey key) =>
        [key.Connection, key.Span, (int)key.Origin, (int)key.State, key.OnRetry, key.Status, key.Event, key.Code];

    private static object[] Values(LatencyKey key) => [key.Connection, key.Span, (int)key.Origin, key.Bucket];

    private static Dictionary<TKey, long> Coarser<TKey>(Dictionary<TKey, long> slots, Func<TKey, TKey> coarser)
        where TKey : notnull
    {
        Dictionary<TKey, long> sums = new(slots.Count);
        foreach (var (key, by) in slots)
        {
            Add(sums, coarser(key), by);
        }

        return sums;
    }

    private static void Write<TKey>(
        WriteSession session, Dictionary<TKey, long> deltas, string sql, string[] parameters, Func<TKey, object[]> values)
        where TKey : notnull
    {
        foreach (var (key, count) in deltas)
        {
            if (count == 0)
            {
                continue;
            }

            var command = session.Command(sql, parameters);
            var row = values(key);
            for (var i = 0; i < row.Length; i++)
            {
                command.Parameters[i].Value = row[i];
            }

            command.Parameters[row.Length].Value = count;
            command.ExecuteNonQuery();
        }

        deltas.Clear();
    }

    private void Unstage()
    {
        _stagedPlaces.Clear();
        _stagedRequests.Clear();
        _stagedTakeovers.Clear();
    }

    private void Count(LedgerPlace place, long by)
    {
        if (place is { State: DeliveryState.Failed, GroupId: { } group })
        {
            Groups.Count(group, by);
        }

        Add(_ledger, (place.ConnectionId, place.Origin, place.State), by);
        if (place.RetryBatchId is { } batch)
        {
            Add(_retries, (batch, place.RolledState, place.Cause ?? ""), by);
        }

        var slot = RollupTime.SlotOf(place.ReceivedAt);
        Add(
            _slots,
            new(place.ConnectionId, slot, place.Origin, place.RolledState, place.IsOnRetry, place.StatusCode ?? 0, place.EventName ?? "", place.Cause ?? ""),
            by);
        if (place.LatencyBucket is { } bucket)
        {
            Add(_latencies, new(place.ConnectionId, slot, place.Origin, bucket), by);
        }
    }

    private static void Add<TKey>(Dictionary<TKey, long> deltas, TKey key, long by)
        where TKey : notnull =>
        deltas[key] = deltas.GetValueOrDefault(key) + by;

    /// <summary>Span: a slot, an hour or a quarter.</summary>
    private readonly record struct RollupKey(
        long Connection, int Span, Origin Origin, DeliveryState State, bool OnRetry, int Status, string Event, string Code);

    private readonly record struct LatencyKey(long Connection, int Span, Origin Origin, int Bucket);
}
