using System.Globalization;

namespace Richpanel.Console.Shared;

/// <summary>Times as words. Pure.</summary>
public static class TimeWords
{
    /// <summary>Exact to the second, in the zone the time is given in; the year only when it is not this one.</summary>
    public static string Exact(DateTimeOffset local, DateTimeOffset localNow, bool twelve = false) =>
        local.ToString((local.Year == localNow.Year ? "d MMM " : "d MMM yyyy ") + Hours(twelve), CultureInfo.InvariantCulture);

    /// <summary>Only the clock when it is today, else day and clock.</summary>
    public static string Clock(DateTimeOffset local, DateTimeOffset localNow, bool twelve = false) =>
        local.Date == localNow.Date ? local.ToString(Hours(twelve), CultureInfo.InvariantCulture) : Exact(local, localNow, twelve);

    /// <summary><c>3 min ago</c>, <c>in 28 s</c>, <c>now</c>.</summary>
    public static string Relative(DateTimeOffset at, DateTimeOffset now)
    {
        var distance = at - now;
        var words = Length(distance.Duration());
        return distance.Duration() < TimeSpan.FromSeconds(1) ? "now" : distance > TimeSpan.Zero ? $"in {words}" : $"{words} ago";
    }

    /// <summary>The largest unit that fits, for example <c>3 min</c>.</summary>
    public static string Length(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => $"{span.TotalMilliseconds:0} ms",
        { TotalMinutes: < 1 } => $"{(int)span.TotalSeconds} s",
        { TotalHours: < 1 } => $"{(int)span.TotalMinutes} min",
        { TotalDays: < 1 } => $"{(int)span.TotalHours} h",
        _ => $"{(int)span.TotalDays} d",
    };

    public static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Hours(bool twelve) => twelve ? "h:mm:ss tt" : "HH:mm:ss";
}
