using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>
/// The only place of the log that reads ledger and hourly rollups: what they know of a query, and their sums. One connection after
/// another, because that and the hour are how they are kept.
/// </summary>
internal sealed class LogRollups(LogDb db, LogCondition query)
{
    private const int Purged = (int)DeliveryState.Purged;

    public static string CauseColumn(LogTable table) => table == LogTable.Rollups ? "Code" : "Cause";

    /// <summary>Sending is a moment of Waiting, not told apart there; what is held is only what waits and is not being sent.</summary>
    public static bool Knows(LogTerm term) =>
        term.Key is LogKey.Event or LogKey.Cause or LogKey.Connection or LogKey.Origin || (term.Key == LogKey.State && !term.Values.Any(value => value.Text is "sending" or LogKeys.Held));

    public static int HourOf(DateTimeOffset time) => (int)Math.Clamp((time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerHour, 0, int.MaxValue);

    public static DateTimeOffset StartOf(int hour) => DateTimeOffset.UnixEpoch.AddHours(hour);

    /// <summary>Rows in the whole log that the asker may see.</summary>
    public long Whole() => db.Number(new LogSql().Add(
        $"""SELECT SUM("Count") FROM "Ledger" WHERE "State" NOT IN (0,{Purged}) AND "ConnectionId" IN ({LogCondition.Numbers(query.Visible)})""")) ?? 0;

    /// <summary>Rows that fit, received in hours from <paramref name="first"/> to before <paramref name="end"/>.</summary>
    public long Count(int first, int end) => first == 0 && end == int.MaxValue && query.Terms.All(IsInLedger) ? InLedger() : query.Connections.Sum(connection => db.Number(From("SUM(d.\"Count\")", connection, first, end)) ?? 0);

    /// <summary>Rows that fit by a column of the rollups, unordered.</summary>
    public IEnumerable<(object Value, long Connection, long Count)> By(string column, int first, int end, CancellationToken ct) => query.Connections.SelectMany(connection =>
        db.Read(From($"d.\"{column}\", SUM(d.\"Count\") AS n", connection, first, end).Add($" GROUP BY d.\"{column}\" HAVING n > 0"), row => (row.GetValue(0), connection, row.GetInt64(1)), ct));

    /// <summary>Of the waiting rows of those hours the ones that are being sent just now, by connection: few, and found along their own index.</summary>
    public IEnumerable<(long Connection, long Count)> Sending(int first, int end, CancellationToken ct) => query.Connections.SelectMany(connection =>
    {
        var sql = new LogSql().Add(
            $"""SELECT COUNT(*) FROM "Deliveries" d WHERE d."State" = {(int)DeliveryState.Sending} AND d."ConnectionId" = {connection} AND d."ReceivedAt" >= {StartOf(first).UtcTicks} AND d."ReceivedAt" < {(end == int.MaxValue ? DateTimeOffset.MaxValue : StartOf(end)).UtcTicks}""");
        query.AddTo(sql, LogTable.Deliveries);
        return db.Read(sql, row => (connection, row.GetInt64(0)), ct);
    });

    /// <summary>Rows that fit by hour and what became of them.</summary>
    public IEnumerable<(int Hour, DeliveryState State, bool OnRetry, long Count)> ByHour(int first, int end, CancellationToken ct) => query.Connections.SelectMany(connection =>
        db.Read(From("d.\"Hour\", d.\"State\", d.\"OnRetry\", SUM(d.\"Count\")", connection, first, end).Add(" GROUP BY d.\"Hour\", d.\"State\", d.\"OnRetry\""),
            row => (row.GetInt32(0), (DeliveryState)row.GetInt32(1), row.GetBoolean(2), row.GetInt64(3)), ct));

    /// <summary>The next hour, going down or up from this one, that holds a row which may fit; null when there is none.</summary>
    public int? Next(int from, bool up)
    {
        var hours = query.Connections.Select(connection => db.Number(From("d.\"Hour\"", connection, up ? from : 0, up ? int.MaxValue : from + 1)
            .Add($" AND d.\"Count\" > 0 ORDER BY d.\"Hour\" {(up ? "ASC" : "DESC")} LIMIT 1"))).OfType<long>().ToList();
        return hours.Count == 0 ? null : (int)(up ? hours.Min() : hours.Max());
    }

    private LogSql From(string what, long connection, int first, int end)
    {
        var sql = new LogSql().Add($"SELECT {what} FROM \"HourlyRollups\" d WHERE d.\"ConnectionId\" = {connection} AND d.\"Hour\" >= {first} AND d.\"Hour\" < {end} AND d.\"State\" <> {Purged}");
        query.AddTo(sql, LogTable.Rollups);
        return sql;
    }

    private static bool IsInLedger(LogTerm term) => term.Key is LogKey.State or LogKey.Connection or LogKey.Origin;

    private long InLedger()
    {
        var sql = new LogSql().Add($"SELECT SUM(d.\"Count\") FROM \"Ledger\" d WHERE d.\"State\" NOT IN (0,{Purged}) AND d.\"ConnectionId\" IN ({LogCondition.Numbers(query.Connections)})");
        query.AddTo(sql, LogTable.Rollups);
        return db.Number(sql) ?? 0;
    }
}
