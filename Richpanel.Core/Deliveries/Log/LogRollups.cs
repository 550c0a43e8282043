using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Ledger;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>
/// The only place of the log that reads ledger and rollups: what they know of a query, and their sums. One connection after
/// another, because that and the hour are how they are kept.
/// </summary>
internal sealed class LogRollups(LogDb db, LogCondition query)
{
    private const int Purged = (int)DeliveryState.Purged;
    private const int HoursPerQuarter = (int)RollupSpan.Quarter;

    /// <summary>What a line of a table of rollups counts; as a number its hours.</summary>
    private enum RollupSpan
    {
        Hour = 1,
        Quarter = 6,
    }

    /// <summary>A part of the time in one table of rollups, in its own unit, up to before <paramref name="To"/>.</summary>
    private sealed record Piece(RollupSpan Span, int From, int To, IReadOnlyList<int>? Without = null)
    {
        public string Table => Span == RollupSpan.Hour ? "HourlyRollups" : "QuarterRollups";

        public string Column => Span.ToString();
    }

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
    public long Count(int first, int end) => first == 0 && end == int.MaxValue && query.Terms.All(IsInLedger)
        ? InLedger()
        : query.Connections.Sum(connection => Pieces(first, end).Sum(piece => db.Number(From("SUM(d.\"Count\")", connection, piece)) ?? 0));

    /// <summary>Rows that fit by a column of the rollups, unordered; a value may come more than once.</summary>
    public IEnumerable<(object Value, long Connection, long Count)> By(string column, int first, int end, CancellationToken ct) =>
        from connection in query.Connections
        from piece in Pieces(first, end)
        from row in db.Read(From($"d.\"{column}\", SUM(d.\"Count\") AS n", connection, piece).Add($" GROUP BY d.\"{column}\" HAVING n > 0"), row => (row.GetValue(0), connection, row.GetInt64(1)), ct)
        select row;

    /// <summary>Of the waiting rows of those hours the ones that are being sent just now, by connection: few, and found along their own index.</summary>
    public IEnumerable<(long Connection, long Count)> Sending(int first, int end, CancellationToken ct) => query.Connections.SelectMany(connection =>
    {
        var sql = new LogSql().Add(
            $"""SELECT COUNT(*) FROM "Deliveries" d WHERE d."State" = {(int)DeliveryState.Sending} AND d."ConnectionId" = {connection} AND d."ReceivedAt" >= {StartOf(first).UtcTicks} AND d."ReceivedAt" < {(end == int.MaxValue ? DateTimeOffset.MaxValue : StartOf(end)).UtcTicks}""");
        query.AddTo(sql, LogTable.Deliveries);
        return db.Read(sql, row => (connection, row.GetInt64(0)), ct);
    });

    /// <summary>
    /// Rows that fit by the time they were received and what became of them. Quarters of a day are read whole where no bar begins within them,
    /// the others hour by hour.
    /// </summary>
    /// <param name="bars">When each bar begins, ascending; a quarter of a day apart or more, or only hours are read.</param>
    public IEnumerable<(DateTimeOffset Since, DeliveryState State, bool OnRetry, long Count)> ByTime(int first, int end, IReadOnlyList<DateTimeOffset> bars, CancellationToken ct)
    {
        var pieces = bars.Count > 1 && bars[1] - bars[0] < RollupTime.Quarter ? [new Piece(RollupSpan.Hour, first, end)] : Pieces(first, end, [.. bars.Where(IsWithinQuarter).Select(bar => HourOf(bar) / HoursPerQuarter)]);
        return from connection in query.Connections
               from piece in pieces
               from row in db.Read(
                   From($"d.\"{piece.Column}\", d.\"State\", d.\"OnRetry\", SUM(d.\"Count\")", connection, piece).Add($" GROUP BY d.\"{piece.Column}\", d.\"State\", d.\"OnRetry\""),
                   row => (StartOf(row.GetInt32(0) * (int)piece.Span), (DeliveryState)row.GetInt32(1), row.GetBoolean(2), row.GetInt64(3)), ct)
               select row;
    }

    /// <summary>The next hour, going down or up from this one, that holds a row which may fit; null when there is none.</summary>
    public int? Next(int from, bool up)
    {
        var hours = query.Connections.Select(connection => Next(connection, from, up)).OfType<int>().ToList();
        return hours.Count == 0 ? null : up ? hours.Min() : hours.Max();
    }

    /// <summary>In the rest of its quarter of a day, or else in the next quarter that holds any: a rare value is found without a look at every hour.</summary>
    private int? Next(long connection, int from, bool up)
    {
        var quarter = from / HoursPerQuarter;
        var rest = up ? new Piece(RollupSpan.Hour, from, HourAfter(quarter)) : new Piece(RollupSpan.Hour, quarter * HoursPerQuarter, from + 1);
        if (Nearest(connection, rest, up) is { } near)
        {
            return near;
        }

        var further = up ? new Piece(RollupSpan.Quarter, quarter + 1, int.MaxValue) : new Piece(RollupSpan.Quarter, 0, quarter);
        return Nearest(connection, further, up) is { } next ? Nearest(connection, new Piece(RollupSpan.Hour, next * HoursPerQuarter, HourAfter(next)), up) : null;
    }

    private int? Nearest(long connection, Piece piece, bool up) =>
        (int?)db.Number(From($"d.\"{piece.Column}\"", connection, piece).Add($" AND d.\"Count\" > 0 ORDER BY d.\"{piece.Column}\" {(up ? "ASC" : "DESC")} LIMIT 1"));

    /// <summary>Whole quarters of a day, and the hours before, after and in those left out: a month has six times as many lines by the hour.</summary>
    private static List<Piece> Pieces(int first, int end, IReadOnlyList<int>? split = null)
    {
        var (from, to) = ((first + HoursPerQuarter - 1) / HoursPerQuarter, end / HoursPerQuarter);
        if (from >= to)
        {
            return [new Piece(RollupSpan.Hour, first, end)];
        }

        List<Piece> pieces = [new(RollupSpan.Quarter, from, end == int.MaxValue ? int.MaxValue : to, split)];
        if (first < from * HoursPerQuarter)
        {
            pieces.Add(new Piece(RollupSpan.Hour, first, from * HoursPerQuarter));
        }

        if (end != int.MaxValue && to * HoursPerQuarter < end)
        {
            pieces.Add(new Piece(RollupSpan.Hour, to * HoursPerQuarter, end));
        }

        pieces.AddRange((split ?? []).Where(quarter => quarter >= from && quarter < to).Distinct().Select(quarter => new Piece(RollupSpan.Hour, quarter * HoursPerQuarter, HourAfter(quarter))));
        return pieces;
    }

    private static int HourAfter(int quarter) => (quarter + 1) * HoursPerQuarter;

    private static bool IsWithinQuarter(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks % RollupTime.Quarter.Ticks != 0;

    private LogSql From(string what, long connection, Piece piece)
    {
        var sql = new LogSql().Add(
            $"SELECT {what} FROM \"{piece.Table}\" d WHERE d.\"ConnectionId\" = {connection} AND d.\"{piece.Column}\" >= {piece.From} AND d.\"{piece.Column}\" < {piece.To} AND d.\"State\" <> {Purged}");
        if (piece.Without is { Count: > 0 } without)
        {
            sql.Add($" AND d.\"{piece.Column}\" NOT IN ({LogCondition.Numbers(without.Select(one => (long)one))})");
        }

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
