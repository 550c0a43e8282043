using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Ledger;

/// <summary>One delivery as the ledger sees it.</summary>
public readonly record struct LedgerPlace(
    long ConnectionId, Origin Origin, DateTimeOffset ReceivedAt, DeliveryState State, string? EventName, string? Cause);

/// <summary>
/// Collects what one transaction changes and writes it as few additions at its end, so that ledger and rollups always agree
/// with the rows (promise 2). What a piece of work says is only staged until that work is known to stand, so that it vanishes
/// with the rows of a work that is undone alone.
/// </summary>
public sealed class LedgerDeltas
{
    private const string AddToLedger =
        """INSERT INTO "Ledger" ("ConnectionId","Origin","State","Count") VALUES ($c,$o,$s,$n) ON CONFLICT DO UPDATE SET "Count" = "Count" + excluded."Count" """;

    private const string AddToRollup =
        """INSERT INTO "HourlyRollups" ("ConnectionId","Hour","Origin","State","EventName","Code","Count") VALUES ($c,$h,$o,$s,$e,$k,$n) ON CONFLICT DO UPDATE SET "Count" = "Count" + excluded."Count" """;

    private const string AddToRequests =
        """INSERT INTO "RequestCounts" ("ConnectionId","Cause","Count") VALUES ($c,$k,$n) ON CONFLICT DO UPDATE SET "Count" = "Count" + excluded."Count" """;

    private readonly Dictionary<(long Connection, Origin Origin, DeliveryState State), long> _ledger = [];
    private readonly Dictionary<(long Connection, int Hour, Origin Origin, DeliveryState State, string Event, string Code), long> _rollups = [];
    private readonly Dictionary<(long Connection, string Cause), long> _requests = [];

    private readonly List<(LedgerPlace Place, bool Created, long By)> _stagedPlaces = [];
    private readonly List<(long Connection, string Cause, long By)> _stagedRequests = [];

    public void Created(LedgerPlace place) => _stagedPlaces.Add((place, true, 1));

    public void Moved(LedgerPlace from, LedgerPlace to)
    {
        if (from != to)
        {
            _stagedPlaces.Add((from, false, -1));
            _stagedPlaces.Add((to, false, 1));
        }
    }

    /// <summary>Counts requests; an empty cause means let in.</summary>
    public void Requests(long connectionId, string cause, long count) => _stagedRequests.Add((connectionId, cause, count));

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

        foreach (var (connection, cause, by) in _stagedRequests)
        {
            Add(_requests, (connection, cause), by);
        }

        Drop();
    }

    /// <summary>The work that spoke was undone.</summary>
    internal void Drop()
    {
        _stagedPlaces.Clear();
        _stagedRequests.Clear();
    }

    internal void Clear()
    {
        Drop();
        _ledger.Clear();
        _rollups.Clear();
        _requests.Clear();
    }

    internal void Flush(WriteSession session)
    {
        Write(session, _ledger, AddToLedger, ["$c", "$o", "$s", "$n"], key => [key.Connection, (int)key.Origin, (int)key.State]);
        Write(session, _rollups, AddToRollup, ["$c", "$h", "$o", "$s", "$e", "$k", "$n"],
            key => [key.Connection, key.Hour, (int)key.Origin, (int)key.State, key.Event, key.Code]);
        Write(session, _requests, AddToRequests, ["$c", "$k", "$n"], key => [key.Connection, key.Cause]);
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

    private void Count(LedgerPlace place, long by)
    {
        Add(_ledger, (place.ConnectionId, place.Origin, place.State), by);
        var hour = (int)(place.ReceivedAt.ToUnixTimeSeconds() / 3600);
        Add(_rollups, (place.ConnectionId, hour, place.Origin, place.State, place.EventName ?? "", place.Cause ?? ""), by);
    }

    private static void Add<TKey>(Dictionary<TKey, long> deltas, TKey key, long by)
        where TKey : notnull =>
        deltas[key] = deltas.GetValueOrDefault(key) + by;
}
