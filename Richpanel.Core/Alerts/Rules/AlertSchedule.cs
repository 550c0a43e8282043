namespace Richpanel.Core.Alerts.Rules;

/// <summary>When an alert that did not go out is tried again. Pure.</summary>
public static class AlertSchedule
{
    /// <summary>After this it would tell of another day: it is given up.</summary>
    public static readonly TimeSpan TooOld = TimeSpan.FromHours(12);

    /// <summary>Waits after each try; about 8 hours in all.</summary>
    private static readonly TimeSpan[] s_waits =
    [
        TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.FromHours(4),
    ];

    public static int MostTries => s_waits.Length + 1;

    /// <param name="tries">Made so far, at least one.</param>
    /// <param name="retryAfter">What the other side asked for: never earlier than that.</param>
    /// <returns>Null when it is given up.</returns>
    public static DateTimeOffset? Next(DateTimeOffset madeAt, int tries, TimeSpan? retryAfter, DateTimeOffset now)
    {
        if (tries > s_waits.Length)
        {
            return null;
        }

        var wait = retryAfter > s_waits[tries - 1] ? retryAfter.Value : s_waits[tries - 1];
        return now + wait - madeAt > TooOld ? null : now + wait;
    }
}
