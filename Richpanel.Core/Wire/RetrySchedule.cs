namespace Richpanel.Core.Wire;

/// <summary>When the next try is due. Pure: the chance for the jitter is an argument.</summary>
public static class RetrySchedule
{
    /// <summary>Jitter spreads tries, it does not bend the schedule: at most this share on top.</summary>
    public const double MostJitter = 0.2;

    /// <summary>
    /// The wait before the try after <paramref name="spent"/> spent ones; null when the schedule is used up.
    /// </summary>
    /// <param name="jitter">Share by which a wait may grow, for example 0.2; it never shrinks.</param>
    /// <param name="chance">0 to 1.</param>
    /// <param name="retryAfter">What the other side asked for: never earlier than that.</param>
    public static TimeSpan? WaitBefore(
        int spent, IReadOnlyList<TimeSpan> schedule, double jitter, double chance, TimeSpan? retryAfter = null)
    {
        if (spent >= schedule.Count)
        {
            return null;
        }

        var wait = schedule[Math.Max(spent, 0)] * (1 + (Math.Clamp(jitter, 0, MostJitter) * Math.Clamp(chance, 0, 1)));
        return retryAfter > wait ? retryAfter : wait;
    }
}
