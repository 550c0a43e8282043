using System.Globalization;
using System.Text.RegularExpressions;

namespace Richpanel.Core.Privacy;

/// <summary>What stands where something is hidden, and what a value looks like. Never a part of the value itself.</summary>
internal static partial class Mask
{
    public const string Dots = "•••";

    /// <summary>From here on digits may be a phone, a card or a customer's number.</summary>
    public const int ManyDigits = 7;

    /// <summary>The kind of a hidden text, with its length where that helps: <c>••• e-mail</c>, <c>••• text of 12 characters</c>.</summary>
    /// <summary>From here on an id of digits alone is as often a phone with its country code.</summary>
    public const int LongId = 10;

    public static string Of(string value) => value.Length == 0 ? "" : $"{Dots} {Kind(value)}";

    public static string OfNumber(string digits) => string.Create(CultureInfo.InvariantCulture, $"{Dots} number of {Digits(digits)} digits");

    public static string OfUnreadable(int bytes) => string.Create(CultureInfo.InvariantCulture, $"{Dots} {bytes:N0} bytes that are no readable JSON");

    /// <summary>The first and the last two: enough to see that two differ, too little to call.</summary>
    public static string Shortened(string digits) => $"{digits[..2]}{Dots}{digits[^2..]}";

    public static bool IsLongId(string text) => text.Length >= LongId && text.All(char.IsAsciiDigit);

    public static int Digits(string text) => text.Count(char.IsDigit);

    public static bool LooksLikeEmail(string text) => Email().IsMatch(text);

    /// <summary>Written as one: with plus, leading zero, blanks, brackets or dashes. Digits alone are more often an id.</summary>
    public static bool LooksLikePhone(string text) =>
        Digits(text) is >= ManyDigits and <= 20 && Phone().IsMatch(text)
        && (!text.All(char.IsDigit) || (text[0] == '0' && text.Length >= 9));

    private static string Kind(string value)
    {
        var words = value.Trim();
        return LooksLikeEmail(words) && !words.Any(char.IsWhiteSpace) ? "e-mail"
            : Date().IsMatch(words) ? "date"
            : Address().IsMatch(words) ? "IP address"
            : LooksLikePhone(words) || (words.Length > 0 && words.All(char.IsDigit) && words.Length >= ManyDigits) ? "phone or long number"
            : Url().IsMatch(words) ? Counted("URL", value)
            : words is ['{', .., '}'] or ['[', .., ']'] ? Counted("JSON in text", value)
            : Counted("text", value);
    }

    private static string Counted(string kind, string value) =>
        string.Create(CultureInfo.InvariantCulture, $"{kind} of {value.Length:N0} character{(value.Length == 1 ? "" : "s")}");

    [GeneratedRegex(@"\S(?:[@＠]|%40)\S", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Email();

    [GeneratedRegex(@"^[\d\s().+＋/\p{Pd}\p{Cf}]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Phone();

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}([T ][\d:.]+(Z|[+-][\d:]+)?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Date();

    [GeneratedRegex(@"^([0-9]{1,3}\.){3}[0-9]{1,3}$|^[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){2,7}$", RegexOptions.CultureInvariant)]
    private static partial Regex Address();

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9+.\-]*://", RegexOptions.CultureInvariant)]
    private static partial Regex Url();
}
