using System.Diagnostics;

namespace Richpanel.Core.Storage;

/// <summary>How many a second, over windows of a tenth of one. Any thread may add or ask.</summary>
public sealed class RecentRate
{
    private static readonly long s_window = Stopwatch.Frequency / 10;

    private long _windowStart = Stopwatch.GetTimestamp();
    private long _count;
    private long _rate;

    public void Add(int count)
    {
        Interlocked.Add(ref _count, count);
        var start = Interlocked.Read(ref _windowStart);
        var now = Stopwatch.GetTimestamp();

        // Whoever first sees that the window is over closes it.
        if (now - start >= s_window && Interlocked.CompareExchange(ref _windowStart, now, start) == start)
        {
            Interlocked.Exchange(ref _rate, Interlocked.Exchange(ref _count, 0) * Stopwatch.Frequency / (now - start));
        }
    }

    /// <summary>Nothing for two windows means zero, whatever the last one said.</summary>
    public int Now() =>
        Stopwatch.GetTimestamp() - Interlocked.Read(ref _windowStart) > 2 * s_window ? 0 : (int)Math.Min(int.MaxValue, Interlocked.Read(ref _rate));
}
