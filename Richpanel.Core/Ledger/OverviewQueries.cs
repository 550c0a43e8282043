using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Ledger;

/// <summary>
/// Reads what the overview says from rollups alone, in one transaction: what it costs grows with the span and the number of
/// connections, never with the log. Every number is what the delivery log finds for the same span.
/// </summary>
public sealed class OverviewQueries(IDbContextFactory<ConsoleDbContext> contexts, ConnectionDirectory directory, TimeProvider time)
{
    private const double Share = .95;

    /// <param name="connections">Those whoever asks may see.</param>
    /// <param name="isAll">They are all there are: then what was refused at the door is told as well.</param>
    public async Task<OverviewFigures> ReadAsync(OverviewRange range, IReadOnlyList<long> connections, bool isAll, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        await context.Database.OpenConnectionAsync(ct);
        var database = (SqliteConnection)context.Database.GetDbConnection();

        // Deferred: a plain one asks for the write lock, which a context for reading is refused.
        await using var transaction = database.BeginTransaction(deferred: true);
        var reading = new Reading(database, transaction, range, ct);
        var held = directory.HeldConnections(time.GetUtcNow());
        var tally = new OverviewTally(range);
        foreach (var connection in connections)
        {
            reading.Lines(connection, tally, held.Contains(connection));
        }

        var requests = reading.Requests(isAll ? [.. connections, 0] : connections);
        var letIn = requests.GetValueOrDefault("");
        IReadOnlyList<RefusalLine> refusals =
            [.. requests.Where(one => one.Key.Length > 0 && one.Value > 0).Select(one => new RefusalLine(one.Key, one.Value)).OrderByDescending(one => one.Count).ThenBy(one => one.Cause, StringComparer.Ordinal)];
        return new OverviewFigures(
            range,
            tally.Totals(reading.P95(range, connections)),
            reading.Totals(range.Before, connections),
            tally.Bars,
            tally.Funnel(letIn, isAll ? refusals.Sum(one => one.Count) : null),
            tally.Causes,
            tally.Events,
            tally.Statuses,
            reading.Oldest(connections))
        {
            Answered = tally.Answered,
            Refusals = isAll ? refusals : [],
        };
    }

    private sealed class Reading(SqliteConnection database, SqliteTransaction transaction, OverviewRange range, CancellationToken ct)
    {
        public void Lines(long connection, OverviewTally tally, bool held)
        {
            using var command = Ask(OverviewSql.Of(range).Lines, connection, range);
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                tally.Add(
                    DateTimeOffset.UnixEpoch + (range.Unit * reader.GetInt32(0)),
                    (Origin)reader.GetInt32(1),
                    (DeliveryState)reader.GetInt32(2),
                    reader.GetBoolean(3),
                    reader.GetInt32(4),
                    reader.GetString(5),
                    reader.GetString(6),
                    reader.GetInt64(7),
                    held);
            }
        }

        public OverviewTotals Totals(OverviewRange of, IReadOnlyList<long> connections)
        {
            var sums = new long[4];
            foreach (var connection in connections)
            {
                using var command = Ask(OverviewSql.Of(of).Sums, connection, of);
                using var reader = command.ExecuteReader();
                reader.Read();
                for (var i = 0; i < sums.Length; i++)
                {
                    sums[i] += reader.GetInt64(i);
                }
            }

            return new OverviewTotals(sums[0], sums[1], sums[2], sums[3], P95(of, connections));
        }

        public TimeSpan? P95(OverviewRange of, IReadOnlyList<long> connections)
        {
            Dictionary<int, long> counts = [];
            foreach (var connection in connections)
            {
                using var command = Ask(OverviewSql.Of(of).Latency, connection, of);
                using var reader = command.ExecuteReader();
                while (reader.Read())
                {
                    counts[reader.GetInt32(0)] = counts.GetValueOrDefault(reader.GetInt32(0)) + reader.GetInt64(1);
                }
            }

            return LatencyBuckets.Percentile(counts, Share);
        }

        /// <summary>By cause of refusal; the empty one: let in.</summary>
        public Dictionary<string, long> Requests(IReadOnlyList<long> connections)
        {
            var counts = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var connection in connections)
            {
                using var command = Ask(OverviewSql.Requests, connection, range, RollupTime.Slot);
                using var reader = command.ExecuteReader();
                while (reader.Read())
                {
                    counts[reader.GetString(0)] = counts.GetValueOrDefault(reader.GetString(0)) + reader.GetInt64(1);
                }
            }

            return counts;
        }

        public OldestWaiting? Oldest(IReadOnlyList<long> connections)
        {
            OldestWaiting? oldest = null;
            using var command = Command(OverviewSql.OldestWaiting);
            var of = command.Parameters.Add("$c", SqliteType.Integer);
            var state = command.Parameters.Add("$s", SqliteType.Integer);
            foreach (var connection in connections)
            {
                foreach (var one in new[] { DeliveryState.Waiting, DeliveryState.Sending })
                {
                    (of.Value, state.Value) = (connection, (int)one);
                    using var reader = command.ExecuteReader();
                    if (reader.Read() && new DateTimeOffset(reader.GetInt64(1), TimeSpan.Zero) is var at && (oldest is null || at < oldest.ReceivedAt))
                    {
                        oldest = new OldestWaiting(reader.GetInt64(0), at);
                    }
                }
            }

            return oldest;
        }

        private SqliteCommand Ask(string sql, long connection, OverviewRange of) => Ask(sql, connection, of, of.Unit);

        private SqliteCommand Ask(string sql, long connection, OverviewRange of, TimeSpan unit)
        {
            var command = Command(sql);
            command.Parameters.AddWithValue("$c", connection);
            command.Parameters.AddWithValue("$a", (of.Since - DateTimeOffset.UnixEpoch).Ticks / unit.Ticks);
            command.Parameters.AddWithValue("$b", (of.Until - DateTimeOffset.UnixEpoch).Ticks / unit.Ticks);
            return command;
        }

        private SqliteCommand Command(string sql)
        {
            ct.ThrowIfCancellationRequested();
            var command = database.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = sql;
            return command;
        }
    }
}
