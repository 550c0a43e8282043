namespace Richpanel.Core.Ledger;

/// <summary>
/// Fixed steps of end-to-end latency, four to each doubling, so that histograms of any hours and connections can be added up. Each
/// step holds what is longer than the one before and at most its own end; a percentile is right to within a fifth. Pure.
/// </summary>
public static class LatencyBuckets
{
    private const int PerDoubling = 4;

    /// <summary>Its end is 41 days; whatever is longer falls into it too.</summary>
    public const int Last = 127;

    /// <summary>The migration that counted older rows does the same in SQL; the two must never differ.</summary>
    public static int Of(TimeSpan latency)
    {
        var milliseconds = latency.Ticks / TimeSpan.TicksPerMillisecond;
        return milliseconds <= 1 ? 0 : Math.Min(Last, (int)Math.Ceiling(PerDoubling * Math.Log2(milliseconds)));
    }

    /// <summary>The longest latency of a step.</summary>
    public static TimeSpan EndOf(int bucket) => TimeSpan.FromMilliseconds(Math.Pow(2, (double)bucket / PerDoubling));

    /// <summary>How long the given share took at most; null when nothing was counted.</summary>
    /// <param name="counts">By bucket.</param>
    /// <param name="share">0.95 for P95.</param>
    public static TimeSpan? Percentile(IReadOnlyDictionary<int, long> counts, double share)
    {
        var rank = counts.Values.Sum() * share;
        if (rank <= 0)
        {
            return null;
        }

        var passed = 0L;
        foreach (var (bucket, count) in counts.Where(one => one.Value > 0).OrderBy(one => one.Key))
        {
            if (passed + count >= rank)
            {
                var start = bucket == 0 ? TimeSpan.Zero : EndOf(bucket - 1);
                return start + ((EndOf(bucket) - start) * ((rank - passed) / count));
            }

            passed += count;
        }

        return null;
    }
}
