using System.Globalization;
using System.Text.RegularExpressions;
using Richpanel.Core.Json;

namespace Richpanel.Core.Mapping;

/// <summary>An order's own dates, in the spellings shops send: ISO 8601, Unix seconds or milliseconds, as number or text.</summary>
internal static partial class Moments
{
    /// <summary>Numbers below this are seconds, others milliseconds: the border Segment's own libraries use (segment.md 5.4).</summary>
    private const decimal FirstMillisecond = 31_557_600_000;

    /// <summary>The moment, in UTC; a date without a zone is read as UTC. Null when the value is none.</summary>
    public static DateTimeOffset? Read(JsonTree value)
    {
        if (Numbers.ReadDecimal(value) is { } number)
        {
            return FromNumber(number);
        }

        return value is JsonTree.Text text
            && IsoStart().IsMatch(text.Value)
            && DateTimeOffset.TryParse(
                text.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var read)
            ? read
            : null;
    }

    public static JsonTree.Number Milliseconds(DateTimeOffset moment) =>
        new(moment.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));

    private static DateTimeOffset? FromNumber(decimal number)
    {
        var milliseconds = Math.Abs(number) < FirstMillisecond ? number * 1000 : number;
        return milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds)
            : null;
    }

    [GeneratedRegex(@"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}", RegexOptions.CultureInvariant)]
    private static partial Regex IsoStart();
}
