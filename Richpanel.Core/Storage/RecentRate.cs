using System.Diagnostics;

namespace Richpanel.Core.Storage;

/// <summary>How many a second, over windows of a tenth of one. Written by one thread, read by any.</summary>
internal sealed class RecentRate
{
    private static readonly long s_window = Stopwatch.Frequency / 10;

    private long _windowStart = Stopwatch.GetTimestamp();
    private int _count;
    private volatile int _rate;

    public void Add(int count)
    {
        var elapsed = Stopwatch.GetTimestamp() - Interlocked.Read(ref _windowStart);
        _count += count;
        if (elapsed >= s_window)
        {
            _rate = (int)(_count * Stopwatch.Frequency / elapsed);
            _count = 0;
            Interlocked.Exchange(ref _windowStart, Stopwatch.GetTimestamp());
        }
    }

    /// <summary>Nothing for two windows means zero, whatever the last one said.</summary>
    public int Now() => Stopwatch.GetTimestamp() - Interlocked.Read(ref _windowStart) > 2 * s_window ? 0 : _rate;
}
