using System.Globalization;
using System.Text.RegularExpressions;

namespace Richpanel.Core.Deliveries.Query;

/// <summary>
/// Times as the query language writes them: back from now (<c>30s 15m 2h 7d 4w</c>), <c>now</c>, <c>today</c>, <c>yesterday</c>, a day, or a
/// day and a time of day, in the asker's zone unless it says <c>Z</c> or an offset.
/// </summary>
public static partial class LogTime
{
    public const string Remedy = "Give a time back from now such as 15m, 2h or 7d, a word such as today, or a time such as 2026-11-24T10:00.";

    private static readonly string[] s_local = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd' 'HH:mm", "yyyy-MM-dd' 'HH:mm:ss"];

    private static readonly string[] s_zoned = [.. s_local.Take(3).Select(format => format + "zzz")];

    public static bool IsTime(string text) => Read(text, DateTimeOffset.UnixEpoch.AddYears(50), TimeZoneInfo.Utc) is not null;

    /// <summary>The first moment of it; null when it is no time.</summary>
    public static DateTimeOffset? Start(string text, DateTimeOffset now, TimeZoneInfo zone) => Read(text, now, zone)?.Start;

    /// <summary>The first moment after it: of a day, the next midnight; of a moment, that moment. Null when it is no time.</summary>
    public static DateTimeOffset? End(string text, DateTimeOffset now, TimeZoneInfo zone) => Read(text, now, zone)?.End;

    /// <summary>A pasted interval <c>start/end</c> (ISO 8601) as the two terms it means; null when it is none.</summary>
    public static (LogTerm Since, LogTerm Until)? Interval(string? text)
    {
        var parts = text?.Trim().Split('/') ?? [];
        return parts.Length == 2 && IsTime(parts[0].Trim()) && IsTime(parts[1].Trim())
            ? (new LogTerm(LogKey.Since, parts[0].Trim()), new LogTerm(LogKey.Until, parts[1].Trim()))
            : null;
    }

    /// <summary>A moment as a term holds it: UTC, to the second where that is exact.</summary>
    public static string Write(DateTimeOffset time) => time.UtcDateTime.ToString(
        time.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    private static (DateTimeOffset Start, DateTimeOffset End)? Read(string text, DateTimeOffset now, TimeZoneInfo zone)
    {
        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        switch (text.ToLowerInvariant())
        {
            case "now":
                return (now, now);
            case "today":
                return Day(today, zone);
            case "yesterday":
                return Day(today.AddDays(-1), zone);
        }

        if (Back().Match(text) is { Success: true } back)
        {
            var count = int.Parse(back.Groups["n"].ValueSpan, CultureInfo.InvariantCulture);
            var span = TimeSpan.FromSeconds((double)count * char.ToLowerInvariant(back.Groups["unit"].Value[0]) switch { 's' => 1, 'm' => 60, 'h' => 3_600, 'd' => 86_400, _ => 604_800 });
            var at = now - DateTimeOffset.UnixEpoch > span ? now - span : DateTimeOffset.UnixEpoch;
            return (at, at);
        }

        if (DateTime.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            return IsKept(day) ? Day(day, zone) : null;
        }

        var upper = text.ToUpperInvariant();
        if (DateTime.TryParseExact(upper, s_local, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            return IsKept(local) ? (InZone(local, zone), InZone(local, zone)) : null;
        }

        var zoned = upper.EndsWith('Z') ? upper[..^1] + "+00:00" : upper;
        return DateTimeOffset.TryParseExact(zoned, s_zoned, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment) && IsKept(moment.UtcDateTime) ? (moment, moment) : null;
    }

    private static bool IsKept(DateTime time) => time.Year is >= 1970 and < 9000;

    private static (DateTimeOffset Start, DateTimeOffset End) Day(DateTime day, TimeZoneInfo zone) => (InZone(day, zone), InZone(day.AddDays(1), zone));

    /// <summary>A time of day that a change to summer time leaves out is taken as an hour later, as clocks show it.</summary>
    private static DateTimeOffset InZone(DateTime local, TimeZoneInfo zone)
    {
        var there = DateTime.SpecifyKind(zone.IsInvalidTime(local) ? local.AddHours(1) : local, DateTimeKind.Unspecified);
        return new DateTimeOffset(there, zone.GetUtcOffset(there)).ToUniversalTime();
    }

    [GeneratedRegex("^(?<n>[0-9]{1,6})(?<unit>[smhdw])$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Back();
}
