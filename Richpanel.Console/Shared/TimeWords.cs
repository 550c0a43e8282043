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

    /// <summary>To the minute: <c>28 Nov 14:00–14:30</c>.</summary>
    public static string Span(DateTimeOffset since, DateTimeOffset until, bool twelve = false) =>
        since.Date == until.AddTicks(-1).Date
            ? $"{Text(since, "d MMM " + Minutes(twelve))}–{Text(until, Minutes(twelve))}"
            : $"{Text(since, "d MMM " + Minutes(twelve))} – {Text(until, "d MMM " + Minutes(twelve))}";

    /// <summary>Beside a bar of this length: day, clock, seconds only as far as they differ from bar to bar.</summary>
    public static string Start(DateTimeOffset local, TimeSpan length, bool twelve = false) =>
        Text(local, length < TimeSpan.FromMinutes(1) ? "d MMM " + Hours(twelve) : length < TimeSpan.FromDays(1) ? "d MMM " + Minutes(twelve) : "d MMM");

    /// <summary>Below a chart: the clock where it shows two days at most, else the day.</summary>
    public static string Tick(DateTimeOffset local, TimeSpan shown, bool twelve = false) => Text(local, shown <= TimeSpan.FromDays(2) ? Minutes(twelve) : "d MMM");

    private static string Hours(bool twelve) => twelve ? "h:mm:ss tt" : "HH:mm:ss";

    private static string Minutes(bool twelve) => twelve ? "h:mm tt" : "HH:mm";

    private static string Text(DateTimeOffset time, string format) => time.ToString(format, CultureInfo.InvariantCulture);
}
