namespace Richpanel.Console.Shared;

/// <summary>So many at once after a quiet time, and so many a second in the long run.</summary>
internal sealed class BucketRate(TimeProvider time, double perSecond, int burst)
{
    /// <summary>Ticks of the clock for one.</summary>
    public long Interval { get; } = Math.Max(1, (long)(time.TimestampFrequency / perSecond));

    /// <summary>Ticks it takes to fill an empty bucket.</summary>
    public long Window { get; } = Math.Max(1, (long)(time.TimestampFrequency / perSecond)) * burst;

    public long Now => time.GetTimestamp();

    public TimeSpan Time(long ticks) => time.GetElapsedTime(0, ticks);
}

/// <summary>
/// Lets through what its rate allows. All it keeps is the moment at which it is full again, so that taking one is a comparison and a
/// swap: no lock, no timer and nothing for the collector, at the door's pace. The framework's limiters have all three, and read the
/// machine's clock alone, which no test can turn.
/// </summary>
internal sealed class TokenBucket(BucketRate rate)
{
    private long _fullAt;

    /// <summary>Since when it is full; null when it is not.</summary>
    public TimeSpan? FullFor => rate.Now - Volatile.Read(ref _fullAt) is >= 0 and var since ? rate.Time(since) : null;

    /// <summary>How long until one can be taken; zero when it can be now.</summary>
    public TimeSpan Wait => rate.Time(Math.Max(0, Missing(Volatile.Read(ref _fullAt), rate.Now, 1)));

    /// <param name="wait">When it is false: after which it is worth another try.</param>
    public bool TryTake(out TimeSpan wait, int count = 1)
    {
        wait = TimeSpan.Zero;
        while (true)
        {
            var fullAt = Volatile.Read(ref _fullAt);
            var now = rate.Now;
            if (Missing(fullAt, now, count) is > 0 and var missing)
            {
                wait = rate.Time(missing);
                return false;
            }

            if (Interlocked.CompareExchange(ref _fullAt, Math.Max(fullAt, now) + (rate.Interval * count), fullAt) == fullAt)
            {
                return true;
            }
        }
    }

    private long Missing(long fullAt, long now, int count) => Math.Max(fullAt, now) + (rate.Interval * count) - now - rate.Window;
}
