using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>Rows over time, in bars that begin on round times of the asker's clock.</summary>
internal sealed class LogBars(LogDb db, LogCondition query, SearchKey search, long oldBelow)
{
    /// <summary>Rows looked at where rollups do not know the answer.</summary>
    private const int MostLookedAt = 40_000;

    private static readonly TimeSpan s_longest = TimeSpan.FromDays(30);

    private static readonly TimeSpan[] s_buckets =
    [
        TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1), TimeSpan.FromHours(3), TimeSpan.FromHours(6), TimeSpan.FromHours(12), TimeSpan.FromDays(1), TimeSpan.FromDays(7), TimeSpan.FromDays(28), TimeSpan.FromDays(364),
    ];

    public LogHistogram Read(DateTimeOffset now, TimeZoneInfo zone, int mostBars, CancellationToken ct)
    {
        var until = query.Span.Until ?? now;
        var since = query.Span.Since ?? Oldest(until);
        var isEmpty = since >= until;
        if (isEmpty)
        {
            since = until - TimeSpan.FromMinutes(1);
        }

        var bucket = s_buckets.Cast<TimeSpan?>().FirstOrDefault(one => (until - since) / one!.Value <= mostBars - 1) ?? (until - since) / (mostBars - 1);
        var offset = zone.GetUtcOffset(since) is var there && there.Ticks % TimeSpan.TicksPerHour == 0 ? there : TimeSpan.Zero;
        var start = new DateTimeOffset(((since.UtcTicks + offset.Ticks) / bucket.Ticks * bucket.Ticks) - offset.Ticks, TimeSpan.Zero);
        var count = (int)((until - start - TimeSpan.FromTicks(1)) / bucket) + 1;
        var bars = Enumerable.Range(0, count).Select(n => new LogBar(start + (n * bucket), 0, 0, 0, 0, 0, 0)).ToArray();

        void Add(DateTimeOffset at, DeliveryState state, bool onRetry, long rows)
        {
            var n = (int)Math.Clamp((at - start) / bucket, 0, count - 1);
            bars[n] = With(bars[n], state, onRetry, rows);
        }

        if (isEmpty)
        {
            return new LogHistogram(start, start + (count * bucket), bucket, bars, null);
        }

        if (bucket >= TimeSpan.FromHours(1) && query.IsInRollups)
        {
            var end = LogRollups.HourOf(until.AddTicks(TimeSpan.TicksPerHour - 1));
            foreach (var (at, state, onRetry, rows) in new LogRollups(db, query).ByTime(LogRollups.HourOf(start), end, [.. bars.Select(bar => bar.Start)], ct))
            {
                Add(at, state, onRetry, rows);
            }

            return new LogHistogram(start, start + (count * bucket), bucket, bars, null);
        }

        var scan = new LogScan(db, query.During(new LogSpan(since, until)), search, oldBelow);
        var lookedTo = scan.Sum($"(d.\"ReceivedAt\" - {start.UtcTicks}) / {bucket.Ticks} AS b, d.\"State\" AS s, d.\"AttemptCount\" > 1 AS r, COUNT(*)", " GROUP BY b, s, r", MostLookedAt,
            row => Add(start + (row.GetInt64(0) * bucket), (DeliveryState)row.GetInt32(1), row.GetBoolean(2), row.GetInt64(3)), ct);
        return new LogHistogram(start, start + (count * bucket), bucket, bars, lookedTo > 0 ? LogScan.TimeOf(db, lookedTo) : null);
    }

    private DateTimeOffset Oldest(DateTimeOffset until)
    {
        var oldest = new LogRollups(db, query).Next(LogRollups.HourOf(until - s_longest), up: true) is { } hour ? LogRollups.StartOf(hour) : until - TimeSpan.FromHours(1);
        return oldest < until ? oldest : until - TimeSpan.FromHours(1);
    }

    private static LogBar With(LogBar bar, DeliveryState state, bool onRetry, long rows) => state switch
    {
        DeliveryState.Accepted when onRetry => bar with { OnRetry = bar.OnRetry + rows },
        DeliveryState.Accepted => bar with { FirstTry = bar.FirstTry + rows },
        DeliveryState.Waiting or DeliveryState.Sending => bar with { Waiting = bar.Waiting + rows },
        DeliveryState.Failed => bar with { Failed = bar.Failed + rows },
        DeliveryState.Skipped => bar with { Skipped = bar.Skipped + rows },
        DeliveryState.Canceled or DeliveryState.Settled => bar with { Canceled = bar.Canceled + rows },
        _ => bar,
    };
}
