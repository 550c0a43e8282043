using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Ledger;

/// <summary>The last 24 hours of a connection, by hour of receipt, without what the lab sent, and when anything was last accepted.</summary>
/// <param name="Accepted">24 hours, the one under way last.</param>
/// <param name="Failed">As <paramref name="Accepted"/>.</param>
/// <param name="LastAcceptedAt">The latest among the newest 200 accepted ones; null when there is none.</param>
public sealed record ConnectionDay(IReadOnlyList<long> Accepted, IReadOnlyList<long> Failed, DateTimeOffset? LastAcceptedAt)
{
    public const int Hours = 24;

    public long AllAccepted => Accepted.Sum();

    public long AllFailed => Failed.Sum();
}

/// <summary>Reads what a list of connections says of each: rollups of a day and one look into an index, whatever the size of the log.</summary>
public sealed class ConnectionActivity(IDbContextFactory<ConsoleDbContext> contexts, TimeProvider time)
{
    /// <summary>2 is <see cref="Receiving.Origin.Lab"/>.</summary>
    public const string Day =
        """SELECT "Hour","State",SUM("Count") FROM "HourlyRollups" WHERE "ConnectionId"=$c AND "Hour">=$a AND "Hour"<$b AND "Origin"<>2 AND "State" IN (3,4) GROUP BY 1,2""";

    /// <summary>A late retry of an old one is found as long as it is among the newest 200.</summary>
    public const string LastAccepted =
        """SELECT MAX("EndedAt") FROM (SELECT "EndedAt" FROM "Deliveries" WHERE "ConnectionId"=$c AND "State"=3 ORDER BY "Id" DESC LIMIT 200)""";

    public async Task<IReadOnlyDictionary<long, ConnectionDay>> ReadAsync(IReadOnlyList<long> connections, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        await context.Database.OpenConnectionAsync(ct);
        var database = (SqliteConnection)context.Database.GetDbConnection();
        await using var transaction = database.BeginTransaction(deferred: true);
        var end = (int)((time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / RollupTime.Hour.Ticks) + 1;
        Dictionary<long, ConnectionDay> days = [];
        foreach (var connection in connections)
        {
            ct.ThrowIfCancellationRequested();
            long[] accepted = new long[ConnectionDay.Hours], failed = new long[ConnectionDay.Hours];
            using (var day = Command(Day, connection))
            {
                day.Parameters.AddWithValue("$a", end - ConnectionDay.Hours);
                day.Parameters.AddWithValue("$b", end);
                using var reader = day.ExecuteReader();
                while (reader.Read())
                {
                    var counts = (DeliveryState)reader.GetInt32(1) == DeliveryState.Accepted ? accepted : failed;
                    counts[reader.GetInt32(0) - (end - ConnectionDay.Hours)] += reader.GetInt64(2);
                }
            }

            using var last = Command(LastAccepted, connection);
            days[connection] = new ConnectionDay(accepted, failed, last.ExecuteScalar() is long ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null);
        }

        return days;

        SqliteCommand Command(string sql, long connection)
        {
            var command = database.CreateCommand();
            (command.Transaction, command.CommandText) = (transaction, sql);
            command.Parameters.AddWithValue("$c", connection);
            return command;
        }
    }
}
