using System.Globalization;
using System.Text.RegularExpressions;
using Richpanel.Core.Json;

namespace Richpanel.Core.Segment;

/// <summary>What a time member said.</summary>
/// <param name="Time">UTC; null when it is missing or cannot be read.</param>
/// <param name="Oddity">What was odd about it.</param>
public readonly record struct TimeReading(DateTimeOffset? Time, TimeOddity Oddity);

public enum TimeOddity
{
    None,
    Missing,

    /// <summary>Neither a date nor a number of seconds or milliseconds.</summary>
    Unreadable,

    /// <summary>A date, a blank and a time of day without a zone, or a date in words: local time to some, taken as UTC. With a T it is UTC to all.</summary>
    NoZone,
}

/// <summary>Reads every spelling of a time that Segment's own libraries accept (segment.md section 5.4).</summary>
public static partial class SegmentTimestamp
{
    /// <summary>Numbers below are seconds, above milliseconds: 31,557,600,000 is one year in milliseconds.</summary>
    private const double FirstMillisecond = 31_557_600_000;

    private const int LongestDate = 100;

    public static TimeReading Read(JsonTree? tree) => tree switch
    {
        null or JsonTree.Null => new TimeReading(null, TimeOddity.Missing),
        JsonTree.Number number => FromNumber(number.Digits),
        JsonTree.Text { Value.Length: 0 } => new TimeReading(null, TimeOddity.Missing),
        JsonTree.Text text => FromText(text.Value.Trim()),
        _ => new TimeReading(null, TimeOddity.Unreadable),
    };

    private static TimeReading FromNumber(string digits) =>
        double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? FromEpoch(Math.Abs(number) < FirstMillisecond ? number * 1000 : number)
            : new TimeReading(null, TimeOddity.Unreadable);

    private static TimeReading FromText(string text)
    {
        var iso = IsoForm().Match(text);
        if (iso.Success)
        {
            return FromIso(iso);
        }

        if (Digits13().Match(text) is { Success: true } milliseconds)
        {
            return FromEpoch(double.Parse(milliseconds.Value, CultureInfo.InvariantCulture));
        }

        if (Digits10().Match(text) is { Success: true } seconds)
        {
            return FromEpoch(double.Parse(seconds.Value, CultureInfo.InvariantCulture) * 1000);
        }

        return text.Length <= LongestDate ? FromWords(text) : new TimeReading(null, TimeOddity.Unreadable);
    }

    /// <summary>
    /// What is left to JavaScript's own parser: "Tue, 24 Nov 2026 10:00:00 GMT", "11/24/2026", and what a Date becomes as text,
    /// "Tue Nov 24 2026 11:00:00 GMT+0100 (CET)". Anything that starts as a date of ours but is not one stays unreadable.
    /// </summary>
    private static TimeReading FromWords(string text)
    {
        var plain = ZoneName().Replace(text, "");

        // Without a year the framework would take this one's, so a year must be there.
        if ((char.IsAsciiDigit(plain.FirstOrDefault()) && !DayOrYear().IsMatch(plain)) || !Year().IsMatch(plain)
            || !DateTimeOffset.TryParse(plain, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return new TimeReading(null, TimeOddity.Unreadable);
        }

        var isOpen = DateTime.TryParse(plain, CultureInfo.InvariantCulture, DateTimeStyles.None, out var read) && read.Kind == DateTimeKind.Unspecified;
        return new TimeReading(time, isOpen ? TimeOddity.NoZone : TimeOddity.None);
    }

    /// <summary>
    /// 05/06/2026: the sixth of May to JavaScript's parser, the fifth of June to half the world. Right for a call's own time, which
    /// Segment's libraries read so; a guess for a date that a shop wrote.
    /// </summary>
    public static bool IsAmbiguous(JsonTree tree) =>
        tree is JsonTree.Text text && Slashes().Match(text.Value.Trim()) is { Success: true } date
        && int.Parse(date.Groups["one"].Value, CultureInfo.InvariantCulture) is var one and <= 12
        && int.Parse(date.Groups["two"].Value, CultureInfo.InvariantCulture) is var two and <= 12 && one != two;

    private static TimeReading FromEpoch(double milliseconds)
    {
        var first = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
        var last = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        return milliseconds >= first && milliseconds <= last
            ? new TimeReading(DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds), TimeOddity.None)
            : new TimeReading(null, TimeOddity.Unreadable);
    }

    private static TimeReading FromIso(Match iso)
    {
        int Part(string name, int otherwise) => iso.Groups[name].Success ? int.Parse(iso.Groups[name].Value, CultureInfo.InvariantCulture) : otherwise;
        int year = Part("year", 0), month = Part("month", 1), day = Part("day", 1);
        int hour = Part("hour", 0), minute = Part("minute", 0), second = Part("second", 0);
        if (year == 0 || month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month) || hour > 24 || minute > 59 || second > 60)
        {
            return new TimeReading(null, TimeOddity.Unreadable);
        }

        // Hour 24 and a leap second are counted on, not refused.
        var inDay = new TimeSpan(0, hour, minute, second) + Fraction(iso.Groups["fraction"].Value);
        var zone = iso.Groups["zone"].Value;
        var ticks = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc).Ticks + inDay.Ticks - Offset(zone).Ticks;
        if (ticks < DateTime.MinValue.Ticks || ticks > DateTime.MaxValue.Ticks)
        {
            return new TimeReading(null, TimeOddity.Unreadable);
        }

        var isOpen = iso.Groups["blank"].Success && zone.Length == 0;
        return new TimeReading(new DateTimeOffset(ticks, TimeSpan.Zero), isOpen ? TimeOddity.NoZone : TimeOddity.None);
    }

    /// <summary>Up to seven digits count (100 ns); what is finer is cut, as a tick is the finest time here.</summary>
    private static TimeSpan Fraction(string digits) =>
        digits.Length == 0 ? TimeSpan.Zero : TimeSpan.FromTicks(long.Parse(digits.PadRight(7, '0').AsSpan(0, 7), CultureInfo.InvariantCulture));

    private static TimeSpan Offset(string zone)
    {
        if (zone.Length < 3)
        {
            return TimeSpan.Zero;
        }

        var digits = zone[1..].Replace(":", "", StringComparison.Ordinal).PadRight(4, '0');
        var offset = new TimeSpan(
            int.Parse(digits.AsSpan(0, 2), CultureInfo.InvariantCulture), int.Parse(digits.AsSpan(2, 2), CultureInfo.InvariantCulture), 0);
        return zone[0] == '-' ? -offset : offset;
    }

    [GeneratedRegex(
        @"^(?<year>[0-9]{4})(?:-?(?<month>[0-9]{2})(?:-?(?<day>[0-9]{2})(?:(?:[Tt]|(?<blank> ))(?<hour>[0-9]{2}):?(?<minute>[0-9]{2})(?::?(?<second>[0-9]{2})(?:[.,](?<fraction>[0-9]+))?)? ?(?<zone>[Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?)?)?)?$",
        RegexOptions.CultureInvariant)]
    private static partial Regex IsoForm();

    /// <summary>The name of a zone in brackets, and the GMT before an offset, say nothing that the offset does not.</summary>
    [GeneratedRegex(@"\s*\([^()]*\)$|(?:GMT|UTC)(?=[+-][0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex ZoneName();

    [GeneratedRegex("^(?<one>[0-9]{1,2})/(?<two>[0-9]{1,2})/[0-9]{4}", RegexOptions.CultureInvariant)]
    private static partial Regex Slashes();

    [GeneratedRegex("^(?:[0-9]{1,2}[ /]|[0-9]{4}/)", RegexOptions.CultureInvariant)]
    private static partial Regex DayOrYear();

    [GeneratedRegex("(?<![0-9:+-])[0-9]{4}(?![0-9:])", RegexOptions.CultureInvariant)]
    private static partial Regex Year();

    [GeneratedRegex(@"(?<![0-9])[0-9]{13}(?![0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Digits13();

    [GeneratedRegex(@"(?<![0-9])[0-9]{10}(?![0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex Digits10();
}
