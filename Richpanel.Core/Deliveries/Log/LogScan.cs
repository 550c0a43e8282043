using Microsoft.Data.Sqlite;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>A row, and where its call stands.</summary>
internal sealed record FoundRow(DeliveryRow Row, long RequestId, int BodyOffset, int BodyLength);

/// <summary>What a scan found, in the order it went.</summary>
/// <param name="LookedTo">The last id that was looked at, when the scan stopped before the end without being full; null otherwise.</param>
internal sealed record Scanned(List<FoundRow> Rows, bool IsFull, long? LookedTo);

/// <summary>Goes through the rows that may fit, in the order of ids, so far and no further.</summary>
internal sealed class LogScan
{
    /// <summary>Rows one step looks at, and steps of one question.</summary>
    private const int Step = 5_000;

    private const int MostSteps = 4;

    /// <summary>However many strands there are, each is looked at this far.</summary>
    private const int LeastLookedAt = 500;

    /// <summary>The same for sums: states are of very different size, and one that is cut makes a sum partial.</summary>
    private const int LeastSummed = 4_000;

    /// <summary>Ids follow the time of receipt but for this much: requests that are committed together, small steps of the clock.</summary>
    private static readonly TimeSpan s_disorder = TimeSpan.FromSeconds(5);

    private const string Columns =
        """d."Id",d."ConnectionId",d."Origin",d."State",d."Stage",d."Marks",d."Type",d."EventName",d."MessageId",d."UserId",d."AnonymousId",d."Email",d."OrderId",d."ReceivedAt",d."DueAt",d."AttemptCount",d."Cause",d."StatusCode",d."LastAttemptAt",d."DuplicateOf",d."RequestId",d."BodyOffset",d."BodyLength",d."RetryBatchId",d."GroupId" """;

    private readonly LogDb _db;
    private readonly LogCondition _query;
    private readonly LogStrands _strands;
    private readonly long _first;
    private readonly long _end;

    public LogScan(LogDb db, LogCondition query, SearchKey key, long oldBelow)
    {
        (_db, _query, _strands) = (db, query, LogStrands.Of(db, query, key, oldBelow));
        _first = query.Span.Since is { } since && since - DateTimeOffset.MinValue > s_disorder ? FirstId(db, since - s_disorder) : 0;
        _end = query.Span.Until is { } until && DateTimeOffset.MaxValue - until > s_disorder ? FirstId(db, until + s_disorder) : long.MaxValue;
    }

    /// <summary>Reads up to <paramref name="take"/> rows beyond <paramref name="from"/>, which itself is left out.</summary>
    public Scanned Read(long from, bool up, int take, CancellationToken ct)
    {
        var rows = new List<FoundRow>();
        var left = _strands.Parts.ToList();
        for (var step = 1; ; step++)
        {
            var lookedTo = OneStep(rows, left, from, up, take, ct);
            if (rows.Count >= take)
            {
                return new Scanned(rows.Count == take ? rows : rows[..take], true, null);
            }

            if (lookedTo is not { } at)
            {
                return new Scanned(rows, false, null);
            }

            from = at;
            if (!_strands.AreKeys && !Hop(ref from, up))
            {
                return new Scanned(rows, false, null);
            }

            if (step == MostSteps)
            {
                return new Scanned(rows, false, from);
            }
        }
    }

    /// <summary>Sums over the newest rows that fit, so many looked at. Gives the id below which nothing was looked at; 0 when all was.</summary>
    /// <param name="what">Columns, the last of them a COUNT(*).</param>
    public long Sum(string what, string groupBy, int budget, Action<SqliteDataReader> take, CancellationToken ct, long above = 0)
    {
        var each = Math.Max(LeastSummed, budget / Math.Max(1, _strands.Parts.Count));
        var lookedTo = 0L;
        foreach (var part in _strands.Parts)
        {
            var sql = new LogSql().Add($"SELECT {what} FROM (");
            Strand(sql, part, long.MaxValue, false, above).Add($" LIMIT {each}) d WHERE 1");
            _query.AddTo(sql, LogTable.Deliveries);
            _db.Read(sql.Add(groupBy), row =>
            {
                take(row);
                return 0;
            }, ct);
            lookedTo = Math.Max(lookedTo, _db.Number(Strand(new LogSql().Add("SELECT \"Id\" FROM ("), part, long.MaxValue, false, above).Add($" LIMIT 1 OFFSET {each - 1})")) is { } last && IsBefore(part, last, above) ? last : 0);
        }

        return lookedTo;
    }

    /// <summary>The first row received at this time or later, by halving: ids and times of receipt grow together.</summary>
    public static long FirstId(LogDb db, DateTimeOffset time)
    {
        var low = 1L;
        var high = (db.Number(new LogSql().Add("SELECT MAX(\"Id\") FROM \"Deliveries\"")) ?? 0) + 1;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var sql = new LogSql();
            sql.Add($"SELECT \"Id\",\"ReceivedAt\" FROM \"Deliveries\" WHERE \"Id\" >= {sql.Value(middle)} ORDER BY \"Id\" LIMIT 1");
            var (id, ticks) = db.Read(sql, row => (row.GetInt64(0), row.GetInt64(1)), CancellationToken.None)[0];
            (low, high) = ticks < time.UtcTicks ? (id + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>When the row with this id, or the next older one, was received.</summary>
    public static DateTimeOffset? TimeOf(LogDb db, long id)
    {
        var sql = new LogSql();
        return db.Number(sql.Add($"SELECT \"ReceivedAt\" FROM \"Deliveries\" WHERE \"Id\" <= {sql.Value(id)} ORDER BY \"Id\" DESC LIMIT 1")) is { } ticks ? Time(ticks) : null;
    }

    /// <summary>The rows with these ids, newest first, whatever the query. The plus keeps SQLite from walking an index of the connections.</summary>
    public static List<FoundRow> Named(LogDb db, LogCondition query, IReadOnlyList<long> ids, CancellationToken ct) => ids.Count == 0 ? [] : db.Read(
        new LogSql().Add($"SELECT {Columns} FROM \"Deliveries\" d WHERE d.\"Id\" IN ({LogCondition.Numbers(ids)}) AND +d.\"ConnectionId\" IN ({LogCondition.Numbers(query.Visible)}) ORDER BY d.\"Id\" DESC"), Row, ct);

    private bool IsBefore(LogStrands.Part part, long last, long above) =>
        _db.Number(Strand(new LogSql().Add("SELECT \"Id\" FROM ("), part, last, false, above).Add(" LIMIT 1)")) is not null;

    /// <summary>
    /// One look along every strand. What lies beyond the place where one of them stopped waits for the next: another's rows there would
    /// come before those it has not seen. Null = at the end of all.
    /// </summary>
    private long? OneStep(List<FoundRow> rows, List<LogStrands.Part> left, long from, bool up, int take, CancellationToken ct)
    {
        var budget = Math.Max(LeastLookedAt, Step / Math.Max(1, left.Count));
        var wanted = take - rows.Count;
        var found = new List<FoundRow>();
        var ended = new List<LogStrands.Part>();
        long? lookedTo = null;
        foreach (var part in left)
        {
            // Without an order outside: the inner one is kept as it comes, and the rest is never looked at once enough is found.
            var sql = new LogSql().Add($"SELECT {Columns} FROM (");
            Strand(sql, part, from, up, 0).Add($" LIMIT {budget}) d WHERE 1");
            _query.AddTo(sql, LogTable.Deliveries);
            var fit = _db.Read(sql.Add($" LIMIT {wanted}"), Row, ct);
            found.AddRange(fit);
            if (fit.Count == wanted)
            {
                continue;
            }

            if (_db.Number(Strand(new LogSql().Add("SELECT \"Id\" FROM ("), part, from, up, 0).Add($" LIMIT 1 OFFSET {budget - 1})")) is { } last)
            {
                lookedTo = lookedTo is not { } other ? last : up ? Math.Min(other, last) : Math.Max(other, last);
            }
            else
            {
                ended.Add(part);
            }
        }

        // One that ended keeps its turn while rows of it wait beyond the place where another stopped.
        if (lookedTo is not { } stop || !found.Any(one => up ? one.Row.Id > stop : one.Row.Id < stop))
        {
            left.RemoveAll(ended.Contains);
        }

        var within = found.Where(one => lookedTo is not { } at || (up ? one.Row.Id <= at : one.Row.Id >= at));
        rows.AddRange((up ? within.OrderBy(one => one.Row.Id) : within.OrderByDescending(one => one.Row.Id)).Take(wanted));
        return lookedTo;
    }

    /// <summary>Over hours in which, as the rollups know, nothing fits. False when nothing fits beyond.</summary>
    private bool Hop(ref long from, bool up)
    {
        if (TimeOf(_db, from) is not { } at || new LogRollups(_db, _query).Next(LogRollups.HourOf(at), up) is not { } hour)
        {
            return false;
        }

        if (hour != LogRollups.HourOf(at))
        {
            from = up
                ? Math.Max(from, FirstId(_db, LogRollups.StartOf(hour) - s_disorder) - 1)
                : Math.Min(from, FirstId(_db, LogRollups.StartOf(hour + 1) + s_disorder));
        }

        return true;
    }

    private LogSql Strand(LogSql sql, LogStrands.Part part, long from, bool up, long above)
    {
        sql.Add("SELECT * FROM \"Deliveries\"");
        part.Add(sql);
        var first = up ? Math.Max(_first, from == long.MaxValue ? from : from + 1) : Math.Max(_first, above + 1);
        var end = up ? _end : Math.Min(_end, from);
        return sql.Add($" AND \"Id\" >= {sql.Value(first)} AND \"Id\" < {sql.Value(end)} ORDER BY \"Id\" {(up ? "ASC" : "DESC")}");
    }

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);

    private static FoundRow Row(SqliteDataReader row)
    {
        string? Text(int at) => row.IsDBNull(at) ? null : row.GetString(at);
        DateTimeOffset? When(int at) => row.IsDBNull(at) ? null : Time(row.GetInt64(at));
        return new FoundRow(
            new DeliveryRow(
                row.GetInt64(0), row.GetInt64(1), (Origin)row.GetInt32(2), (DeliveryState)row.GetInt32(3), false, (FailureStage)row.GetInt32(4), (DeliveryMarks)row.GetInt32(5),
                (SegmentCallType)row.GetInt32(6), Text(7), row.GetString(8), Text(9), Text(10), Text(11), Text(12), Time(row.GetInt64(13)), When(14), row.GetInt32(15), Text(16),
                row.IsDBNull(17) ? null : row.GetInt32(17), When(18), row.IsDBNull(19) ? null : row.GetInt64(19))
            {
                RetryBatchId = row.IsDBNull(23) ? null : row.GetInt64(23),
                GroupId = row.IsDBNull(24) ? null : row.GetInt64(24),
            },
            row.GetInt64(20), row.GetInt32(21), row.GetInt32(22));
    }
}
