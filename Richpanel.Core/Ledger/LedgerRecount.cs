using Microsoft.Data.Sqlite;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Ledger;

/// <param name="Hours">Hours of receipt counted so far.</param>
/// <param name="AllHours">Of how many.</param>
public sealed record RecountProgress(int Hours, int AllHours, long Rows);

/// <param name="Rows">Deliveries counted.</param>
/// <param name="Faults">At most 1,000.</param>
public sealed record RecountResult(long Rows, int Hours, IReadOnlyList<LedgerFault> Faults);

/// <summary>
/// Counts all deliveries anew and compares them with every counter. A delivery's time of receipt never changes, so the log falls apart
/// into hours that can be counted one by one: rows and counters of an hour are read in one snapshot, within which they must agree to the
/// row, and no snapshot is held longer than its hour takes. Only reads, so the writer never waits for it.
/// </summary>
public sealed class LedgerRecount(SqliteStore store, DoorLoad door, TimeProvider time)
{
    private const int MostFaults = 1_000;

    /// <summary>Ids looked at in one snapshot, to learn which hour is where: the time of receipt has no index of its own.</summary>
    private const int Piece = 50_000;

    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    /// <exception cref="OperationCanceledException"/>
    /// <exception cref="SqliteException">The database does not answer.</exception>
    public async Task<RecountResult> RunAsync(IProgress<RecountProgress>? progress, CancellationToken ct)
    {
        await Task.Yield();
        using var connection = store.OpenReader();
        using var stopping = ct.Register(() => SQLitePCL.raw.sqlite3_interrupt(connection.Handle));
        var hours = new HourPlaces();
        HashSet<int> done = [];
        List<LedgerFault> faults = [];
        long rows = 0;
        while (true)
        {
            await FindPlacesAsync(connection, hours, ct);
            if (Next(hours, done) is not { } hour)
            {
                break;
            }

            await RestInRushAsync(ct);
            rows += Snapshot(connection, snapshot => CountHour(connection, snapshot, hour, hours, faults));
            done.Add(hour);
            progress?.Report(new RecountProgress(done.Count, hours.Known.Count, rows));
        }

        foreach (var id in Snapshot(connection, snapshot => Ids(connection, snapshot, RecountSql.Connections)))
        {
            await RestInRushAsync(ct);
            Snapshot(connection, snapshot => CompareQuarters(connection, snapshot, id, faults));
        }

        foreach (var id in Snapshot(connection, snapshot => Ids(connection, snapshot, RecountSql.Groups)))
        {
            await RestInRushAsync(ct);
            Snapshot(connection, snapshot => CountGroup(connection, snapshot, id, faults));
        }

        faults.AddRange(Snapshot(connection, snapshot => LedgerSums.RequestFaults(connection, snapshot)));
        return new RecountResult(rows, done.Count, [.. faults.Take(MostFaults)]);
    }

    private static int? Next(HourPlaces hours, HashSet<int> done)
    {
        foreach (var hour in hours.Known.Keys)
        {
            if (!done.Contains(hour))
            {
                return hour;
            }
        }

        return null;
    }

    /// <summary>Whoever sends comes first: in a rush the count waits.</summary>
    private async Task RestInRushAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        while (door.IsRush)
        {
            await Task.Delay(s_rest, time, ct);
        }
    }

    /// <summary>Learns of rows that came since the last look, and at first of all; hours that only counters know of are looked at, too.</summary>
    private async Task FindPlacesAsync(SqliteConnection connection, HourPlaces hours, CancellationToken ct)
    {
        if (hours.Last == 0)
        {
            foreach (var hour in Snapshot(connection, snapshot => Hours(connection, snapshot)))
            {
                hours.Known.TryAdd(hour, HourPlaces.Nowhere);
            }
        }

        while (Snapshot(connection, snapshot => (long)Command(connection, snapshot, RecountSql.LastId).ExecuteScalar()!) is var last && last > hours.Last)
        {
            await RestInRushAsync(ct);
            Snapshot(connection, snapshot =>
            {
                using var find = Command(connection, snapshot, RecountSql.Places, ("$a", hours.Last), ("$b", hours.Last + Piece), ("$epoch", DateTimeOffset.UnixEpoch.UtcTicks), ("$hour", RollupTime.Hour.Ticks));
                using var reader = find.ExecuteReader();
                while (reader.Read())
                {
                    hours.Add(reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2));
                }

                return 0;
            });
            hours.Last = Math.Min(last, hours.Last + Piece);
        }
    }

    private static long CountHour(SqliteConnection connection, SqliteTransaction snapshot, int hour, HourPlaces hours, List<LedgerFault> faults)
    {
        var since = DateTimeOffset.UnixEpoch + (RollupTime.Hour * hour);
        var (first, last) = hours.Known[hour];
        var tally = new RecountTally();
        using (var read = Command(
            connection, snapshot, RecountSql.Rows, ("$since", since.UtcTicks), ("$until", (since + RollupTime.Hour).UtcTicks), ("$a", first), ("$b", last), ("$last", hours.Last)))
        {
            using var reader = read.ExecuteReader();
            while (reader.Read())
            {
                tally.Add(RecountSql.Place(reader));
            }
        }

        RecountTally.Compare(faults, LedgerPart.Slots, tally.Slots, Rollups(connection, snapshot, RecountSql.Slots, ("$h", hour)), since);
        RecountTally.Compare(faults, LedgerPart.Hours, tally.Hours, Rollups(connection, snapshot, RecountSql.Hours, ("$h", hour)), since);
        RecountTally.Compare(faults, LedgerPart.Latencies, tally.SlotLatencies, Latencies(connection, snapshot, RecountSql.SlotLatencies, ("$h", hour)), since);
        RecountTally.Compare(faults, LedgerPart.Latencies, tally.HourLatencies, Latencies(connection, snapshot, RecountSql.HourLatencies, ("$h", hour)), since);
        return tally.Rows;
    }

    private static int CompareQuarters(SqliteConnection connection, SqliteTransaction snapshot, long id, List<LedgerFault> faults)
    {
        RecountTally.Compare(faults, LedgerPart.Quarters, Rollups(connection, snapshot, RecountSql.HoursByQuarter, ("$c", id)), Rollups(connection, snapshot, RecountSql.Quarters, ("$c", id)), null);
        RecountTally.Compare(faults, LedgerPart.Quarters, Latencies(connection, snapshot, RecountSql.LatenciesByQuarter, ("$c", id)), Latencies(connection, snapshot, RecountSql.QuarterLatencies, ("$c", id)), null);
        return 0;
    }

    private static int CountGroup(SqliteConnection connection, SqliteTransaction snapshot, long id, List<LedgerFault> faults)
    {
        using var reader = Command(connection, snapshot, RecountSql.Group, ("$g", id)).ExecuteReader();
        if (reader.Read() && reader.GetInt64(1) is var found && reader.GetInt64(2) is var expected && found != expected)
        {
            faults.Add(new LedgerFault(LedgerPart.Groups, reader.GetInt64(0), null, DeliveryState.Failed, null, expected, found, id));
        }

        return 0;
    }

    private static List<long> Ids(SqliteConnection connection, SqliteTransaction snapshot, string sql)
    {
        using var reader = Command(connection, snapshot, sql).ExecuteReader();
        List<long> found = [];
        while (reader.Read())
        {
            found.Add(reader.GetInt64(0));
        }

        return found;
    }

    private static List<int> Hours(SqliteConnection connection, SqliteTransaction snapshot)
    {
        using var reader = Command(connection, snapshot, RecountSql.CountedHours).ExecuteReader();
        List<int> found = [];
        while (reader.Read())
        {
            found.Add(reader.GetInt32(0));
        }

        return found;
    }

    private static Dictionary<RollupLine, long> Rollups(SqliteConnection connection, SqliteTransaction snapshot, string sql, (string, object) of)
    {
        using var reader = Command(connection, snapshot, sql, of).ExecuteReader();
        Dictionary<RollupLine, long> found = [];
        while (reader.Read())
        {
            found[RecountSql.Line(reader)] = reader.GetInt64(8);
        }

        return found;
    }

    private static Dictionary<LatencyLine, long> Latencies(SqliteConnection connection, SqliteTransaction snapshot, string sql, (string, object) of)
    {
        using var reader = Command(connection, snapshot, sql, of).ExecuteReader();
        Dictionary<LatencyLine, long> found = [];
        while (reader.Read())
        {
            found[RecountSql.Latency(reader)] = reader.GetInt64(4);
        }

        return found;
    }

    private static T Snapshot<T>(SqliteConnection connection, Func<SqliteTransaction, T> read)
    {
        using var snapshot = connection.BeginTransaction(deferred: true);
        return read(snapshot);
    }

    private static SqliteCommand Command(SqliteConnection connection, SqliteTransaction snapshot, string sql, params ReadOnlySpan<(string Name, object Value)> values)
    {
        var command = connection.CreateCommand();
        (command.Transaction, command.CommandText) = (snapshot, sql);
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }

    /// <summary>Between which ids the rows of each hour are. Ids follow the time of receipt, but for a clock that was set back.</summary>
    private sealed class HourPlaces
    {
        public static readonly (long First, long Last) Nowhere = (long.MaxValue, 0);

        public SortedDictionary<int, (long First, long Last)> Known { get; } = [];

        /// <summary>Rows with a higher id have not been looked at.</summary>
        public long Last { get; set; }

        public void Add(int hour, long first, long last)
        {
            var known = Known.GetValueOrDefault(hour, Nowhere);
            Known[hour] = (Math.Min(known.First, first), Math.Max(known.Last, last));
        }
    }
}
