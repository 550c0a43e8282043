using Richpanel.Core.Connections;

namespace Richpanel.Console.Connections;

/// <summary>One try on the axis.</summary>
/// <param name="Number">1 for the first, which goes out at once.</param>
/// <param name="Wait">Before it, without jitter.</param>
/// <param name="Earliest">After the first try, if chance lengthened no wait.</param>
/// <param name="Latest">If it lengthened each as far as it may.</param>
/// <param name="From">Place of <paramref name="Earliest"/> on the axis, 0 to 1.</param>
/// <param name="To">Place of <paramref name="Latest"/>.</param>
public sealed record DrawnTry(int Number, TimeSpan Wait, TimeSpan Earliest, TimeSpan Latest, double From, double To)
{
    /// <summary>How far jitter spreads this try of events that failed at one moment.</summary>
    public TimeSpan Spread => Latest - Earliest;
}

/// <summary>
/// A retry schedule on an axis of time. The axis is logarithmic, because the waits are: seconds and hours must both be seen. What the
/// tries themselves take is not in it. Pure.
/// </summary>
/// <param name="Ticks">Times written below the axis, with their place, 0 to 1.</param>
public sealed record ScheduleDrawing(IReadOnlyList<DrawnTry> Tries, IReadOnlyList<(double At, string Word)> Ticks)
{
    /// <summary>Two words below the axis stay apart.</summary>
    private const double LeastGap = .09;

    private static readonly TimeSpan[] s_ticks =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1),
        TimeSpan.FromHours(3), TimeSpan.FromHours(6), TimeSpan.FromHours(12), TimeSpan.FromDays(1), TimeSpan.FromDays(3), TimeSpan.FromDays(7), TimeSpan.FromDays(30), TimeSpan.FromDays(90), TimeSpan.FromDays(365),
    ];

    /// <summary>From the first try to the last one, without and with all jitter.</summary>
    public TimeSpan Span => Tries[^1].Earliest;

    public TimeSpan LongestSpan => Tries[^1].Latest;

    /// <param name="waits">After the first try.</param>
    /// <param name="jitter">Share by which each may grow.</param>
    public static ScheduleDrawing Of(IReadOnlyList<TimeSpan> waits, double jitter)
    {
        var sum = TimeSpan.Zero;
        var end = waits.Aggregate(TimeSpan.Zero, (all, wait) => all + wait) * (1 + jitter);
        double At(TimeSpan time) => end == TimeSpan.Zero ? 0 : Math.Log(1 + time.TotalSeconds) / Math.Log(1 + end.TotalSeconds);
        List<DrawnTry> tries = [new DrawnTry(1, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero, 0, 0)];
        foreach (var wait in waits)
        {
            sum += wait;
            tries.Add(new DrawnTry(tries.Count + 1, wait, sum, sum * (1 + jitter), At(sum), At(sum * (1 + jitter))));
        }

        List<(double At, string Word)> ticks = [(0, "0")];
        foreach (var tick in s_ticks.Where(tick => tick < end && At(tick) - ticks[^1].At >= LeastGap && 1 - At(tick) >= LeastGap))
        {
            ticks.Add((At(tick), RetryWaits.Words(tick)));
        }

        return new ScheduleDrawing(tries, ticks);
    }
}

/// <summary>What a schedule means for many events at once. Pure.</summary>
/// <param name="Events">Queued at one moment.</param>
/// <param name="PerMinute">Calls a minute that the other side takes.</param>
/// <param name="Concurrency">Requests in flight.</param>
public sealed record ScheduleLoad(ScheduleDrawing Drawing, int Events, int PerMinute, int Concurrency, TimeSpan Timeout)
{
    /// <summary>To send each once at that rate.</summary>
    public TimeSpan Once => TimeSpan.FromMinutes((double)Events / PerMinute);

    /// <summary>To try each once while nothing answers: every request waits for its time-out.</summary>
    public TimeSpan OnceUnanswered => Timeout * Math.Ceiling((double)Events / Concurrency);

    /// <summary>Retries that jitter does not spread as far as the rate asks for.</summary>
    public IReadOnlyList<DrawnTry> Crowded => [.. Drawing.Tries.Skip(1).Where(one => one.Spread < Once)];

    /// <summary>Calls a minute that a retry asks for, if all failed at one moment; null when they all come at once.</summary>
    public double? RateOf(DrawnTry one) => one.Spread == TimeSpan.Zero ? null : Events / one.Spread.TotalMinutes;
}
