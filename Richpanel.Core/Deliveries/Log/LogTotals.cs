using System.Globalization;
using Microsoft.Data.Sqlite;
using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Privacy;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>
/// Counts rows, all together or by a value: whole hours from the rollups where these know the query, the rest of the span row by row;
/// everything else among so many of the newest rows.
/// </summary>
internal sealed class LogTotals(LogDb db, LogCondition query, SearchKey search, long oldBelow)
{
    public LogCount Count(CancellationToken ct)
    {
        var rollups = new LogRollups(db, query);
        var of = rollups.Whole();
        if (query.Connections.Count == 0)
        {
            return new LogCount(0, false, of);
        }

        var found = 0L;
        if (query.IsInRollups)
        {
            var (first, end, edges) = Hours(query.Span);
            found = first < end ? rollups.Count(first, end) : 0;
            var cut = false;
            foreach (var edge in edges)
            {
                cut |= Scan(edge).Sum("COUNT(*)", "", LogReader.MostLookedAt, row => found += row.GetInt64(0), ct) > 0;
            }

            return new LogCount(found, cut, of);
        }

        var lookedTo = Scan(query.Span).Sum("COUNT(*)", "", LogReader.MostLookedAt, row => found += row.GetInt64(0), ct);
        return new LogCount(Math.Min(found, LogReader.MostCounted), lookedTo > 0 || found > LogReader.MostCounted, of);
    }

    public LogValueCounts Values(LogKey key, ConnectionDirectory directory, CancellationToken ct)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        void Add(object value, long count, long connection)
        {
            foreach (var word in Words(key, value, connection, directory))
            {
                counts[word] = counts.GetValueOrDefault(word) + count;
            }
        }

        var lookedTo = 0L;
        if (query.IsInRollups && Column(key) is { } column)
        {
            var (first, end, edges) = Hours(query.Span);
            if (first < end)
            {
                var rollups = new LogRollups(db, query);
                foreach (var (value, connection, count) in rollups.By(column, first, end, ct))
                {
                    Add(value, count, connection);
                }

                foreach (var (connection, count) in key == LogKey.State ? rollups.Sending(first, end, ct) : [])
                {
                    // Counted as waiting above, which it is as well; as held, which it is not.
                    counts["sending"] = counts.GetValueOrDefault("sending") + count;
                    counts[LogKeys.Held] = counts.GetValueOrDefault(LogKeys.Held) - (query.Held.Contains(connection) ? count : 0);
                }
            }

            foreach (var edge in edges)
            {
                lookedTo = Math.Max(lookedTo, Group(Scan(edge), key, Add, ct));
            }
        }
        else
        {
            lookedTo = Group(Scan(query.Span), key, Add, ct);
        }

        var shown = counts.Where(one => one.Value > 0 && (query.IsClear || key is not (LogKey.Event or LogKey.Message) || TextMask.Name(one.Key) == one.Key))
            .OrderByDescending(one => one.Value).ThenBy(one => one.Key, StringComparer.Ordinal).Take(LogReader.MostCountedValues)
            .Select(one => new LogCounted(one.Key, one.Value, key == LogKey.Cause ? CauseCatalog.Find(one.Key).Title : null));
        return new LogValueCounts([.. shown], lookedTo > 0 ? LogScan.TimeOf(db, lookedTo) : null, false);
    }

    /// <summary>Whole hours of a span, and what is left at its ends.</summary>
    internal static (int First, int End, IReadOnlyList<LogSpan> Edges) Hours(LogSpan span)
    {
        var first = span.Since is { } since ? LogRollups.HourOf(since.AddTicks(TimeSpan.TicksPerHour - 1)) : 0;
        var end = span.Until is { } until ? LogRollups.HourOf(until) : int.MaxValue;
        if (first >= end)
        {
            return (0, 0, span.Since < span.Until || span.Since is null || span.Until is null ? [span] : []);
        }

        List<LogSpan> edges = [];
        if (span.Since is { } from && LogRollups.StartOf(first) > from)
        {
            edges.Add(new LogSpan(from, LogRollups.StartOf(first)));
        }

        if (span.Until is { } to && LogRollups.StartOf(end) < to)
        {
            edges.Add(new LogSpan(LogRollups.StartOf(end), to));
        }

        return (first, end, edges);
    }

    private LogScan Scan(LogSpan span) => new(db, query.During(span), search, oldBelow);

    private static long Group(LogScan scan, LogKey key, Action<object, long, long> add, CancellationToken ct)
    {
        var column = key switch
        {
            LogKey.State => "\"State\"",
            LogKey.Type => "\"Type\"",
            LogKey.Event => "\"EventName\"",
            LogKey.User => "COALESCE(d.\"UserId\",d.\"AnonymousId\")",
            LogKey.Anonymous => "\"AnonymousId\"",
            LogKey.Email => "\"Email\"",
            LogKey.Order => "\"OrderId\"",
            LogKey.Message => "\"MessageId\"",
            LogKey.Code => "\"StatusCode\"",
            LogKey.Cause => "\"Cause\"",
            LogKey.Connection => "\"ConnectionId\"",
            LogKey.Source => "\"SourceId\"",
            LogKey.Origin => "\"Origin\"",
            LogKey.Tries => "\"AttemptCount\"",
            _ => throw new ArgumentOutOfRangeException(nameof(key), key, "Values of this key are not counted."),
        };
        var named = column.StartsWith('"') ? "d." + column : column;
        return scan.Sum($"{named} AS v, {(key == LogKey.State ? "d.\"ConnectionId\"" : "0")} AS c, COUNT(*)", " GROUP BY v, c", LogReader.MostLookedAt,
            (SqliteDataReader row) => add(row.GetValue(0), row.GetInt64(2), row.GetInt64(1)), ct);
    }

    /// <summary>Column of the rollups; null for a key that they do not know.</summary>
    private static string? Column(LogKey key) => key switch
    {
        LogKey.State => "State",
        LogKey.Event => "EventName",
        LogKey.Cause => "Code",
        LogKey.Connection => "ConnectionId",
        LogKey.Origin => "Origin",
        _ => null,
    };

    /// <summary>The value as the language writes it; several for a waiting row that is held, none for one without a value.</summary>
    private IEnumerable<string> Words(LogKey key, object value, long connection, ConnectionDirectory directory)
    {
        if (value is DBNull or "")
        {
            return key is LogKey.Code or LogKey.Event ? [LogKeys.None] : [];
        }

        return key switch
        {
            LogKey.State => (DeliveryState)(long)value switch
            {
                DeliveryState.Waiting when query.Held.Contains(connection) => ["waiting", LogKeys.Held],
                DeliveryState.Sending => ["waiting", "sending"],
                var state => [state.ToString().ToLowerInvariant()],
            },
            LogKey.Type => [((SegmentCallType)(long)value).ToString().ToLowerInvariant()],
            LogKey.Origin => [((Origin)(long)value).ToString().ToLowerInvariant()],
            LogKey.Connection => directory.Find((long)value) is { } found ? [found.Name] : [],
            LogKey.Source => directory.FindSource((long)value) is { } found ? [found.Name] : [],
            LogKey.Email => [((string)value).Trim().ToLowerInvariant()],
            _ => [Convert.ToString(value, CultureInfo.InvariantCulture)!],
        };
    }
}
