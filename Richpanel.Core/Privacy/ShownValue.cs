using System.Globalization;
using System.Text.RegularExpressions;
using Richpanel.Core.Json;

namespace Richpanel.Core.Privacy;

/// <summary>A key on the list does not excuse every value: one that does not look as it should is hidden like any other.</summary>
internal static partial class ShownValue
{
    public static JsonTree Of(JsonTree value, ShownAs shown) => value switch
    {
        JsonTree.Text text => new JsonTree.Text(OfText(text.Value, shown)),
        JsonTree.Number number when shown == ShownAs.Id && Mask.Digits(number.Digits) >= Mask.LongId =>
            new JsonTree.Text(Mask.IsLongId(number.Digits) ? Mask.Shortened(number.Digits) : Mask.OfNumber(number.Digits)),
        JsonTree.Number number => IsFit(number.Digits, shown) ? number : PayloadMask.Number(number),
        _ => value,
    };

    public static string OfText(string text, ShownAs shown) => shown switch
    {
        ShownAs.Name => TextMask.Name(text)!,
        ShownAs.Id => TextMask.Id(text)!,
        ShownAs.Word => Word().IsMatch(text) && Mask.Digits(text) < Mask.ManyDigits ? text : Mask.Of(text),
        ShownAs.Release => Release().IsMatch(text) && !Mask.LooksLikePhone(text) && Mask.Digits(text) < 10 ? text : Mask.Of(text),
        ShownAs.Amount => Amount().IsMatch(text) && Mask.Digits(text) <= 9 ? text : Mask.Of(text),
        ShownAs.Number => Mask.Of(text),
        _ => Time().IsMatch(text) || IsUnixTime(text) ? text : Mask.Of(text),
    };

    private static bool IsFit(string digits, ShownAs shown) => shown switch
    {
        ShownAs.Id => true,
        ShownAs.Amount or ShownAs.Number => Mask.Digits(digits) <= 9,
        ShownAs.Time => IsUnixTime(digits),
        _ => Mask.Digits(digits) < Mask.ManyDigits,
    };

    /// <summary>2001 to 2033 in seconds or milliseconds: no phone with its country code falls into it.</summary>
    private static bool IsUnixTime(string digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
        && time is (>= 1_000_000_000 and < 2_000_000_000) or (>= 1_000_000_000_000 and < 2_000_000_000_000);

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_./\-]{0,39}$", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_.+/\-]{0,59}$", RegexOptions.CultureInvariant)]
    private static partial Regex Release();

    [GeneratedRegex(@"^[+-]?[0-9][0-9.,]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Amount();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]{1,9})?)?)?(Z|z|[+-][0-9]{2}:?[0-9]{2})?$", RegexOptions.CultureInvariant)]
    private static partial Regex Time();
}
