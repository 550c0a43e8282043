using System.Text;
using System.Text.RegularExpressions;

namespace Richpanel.Core.Privacy;

/// <summary>Masks what stands in lists and sentences: e-mails, phones, long numbers, quoted values, words of strangers. Pure.</summary>
public static partial class TextMask
{
    private const int LongestId = 128;

    private const int LongestForeign = 2_000;

    /// <summary><c>j•••@e•••.com</c>: enough to see that two differ, too little to write to.</summary>
    public static string? Email(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return value;
        }

        var text = value.Trim();
        var at = text.LastIndexOf('@');
        if (at <= 0 || at == text.Length - 1 || text.Any(c => char.IsWhiteSpace(c) || char.IsControl(c)))
        {
            return Mask.Of(value);
        }

        var domain = text[(at + 1)..];
        var end = domain.LastIndexOf('.');
        var top = end > 0 && TopDomain().IsMatch(domain[end..]) ? domain[end..] : "";
        return $"{First(text)}{Mask.Dots}@{First(domain)}{Mask.Dots}{top}";
    }

    /// <summary>An id stays, it is a pseudonym; one that is an e-mail, a phone or words is masked, one of many digits alone shortened.</summary>
    public static string? Id(string? value) =>
        string.IsNullOrEmpty(value) ? value
        : Mask.LooksLikeEmail(value) ? Email(value)
        : value.Length <= LongestId && Token().IsMatch(value) && !Mask.LooksLikePhone(value) && !PhoneInId().IsMatch(value) ? (Mask.IsLongId(value) ? Mask.Shortened(value) : value)
        : Mask.Of(value);

    /// <summary>Name of an event or page.</summary>
    public static string? Name(string? value) => value is null ? null : LongNumbers(Emails(value));

    /// <summary>A sentence of ours that may quote what came from outside.</summary>
    public static string? Sentence(string? value) => value is null ? null : Quoted().Replace(LongNumbers(Emails(value)), quoted =>
        quoted.Groups["in"].Value is var inside && (inside.Length == 0 || inside.StartsWith(Mask.Dots, StringComparison.Ordinal) || AllowList.Knows(inside))
            ? quoted.Value
            : $"{quoted.Value[0]}{Mask.Dots}{quoted.Value[^1]}");

    /// <summary>
    /// A text of somebody else, such as the error of an answer: only words that errors are made of are kept, because anything else
    /// may be a name or an address.
    /// </summary>
    public static string? Foreign(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return value;
        }

        var text = value.Length > LongestForeign ? value[..LongestForeign] : value;
        var kept = Word().Replace(LongNumbers(Emails(text)), word => ErrorWords.Knows(word.Value) ? word.Value : Mask.Dots);
        return Runs().Replace(kept, Mask.Dots);
    }

    /// <summary>Response headers, one <c>Name: value</c> a line: names stay, values of those that carry none of a customer's data too.</summary>
    public static string? Headers(string? lines) => lines is null ? null : string.Join('\n', lines.Split('\n').Select(Header));

    /// <summary>Where a request came from: the network, not the machine.</summary>
    public static string? Address(string? address)
    {
        if (address is null)
        {
            return null;
        }

        var end = address.LastIndexOfAny(['.', ':']);
        return end <= 0 || address == "::1" || address.StartsWith("127.", StringComparison.Ordinal) ? address : address[..(end + 1)] + Mask.Dots;
    }

    /// <summary>Personal values of a text a person wrote, each given to <paramref name="instead"/>.</summary>
    public static string Replace(string text, Func<string, string> instead) =>
        PhoneLike().Replace(EmailLike().Replace(text, found => instead(found.Value)), found => Mask.Digits(found.Value) >= Mask.ManyDigits ? instead(found.Value) : found.Value);

    internal static string Emails(string text) => EmailLike().Replace(text, found => Email(found.Value)!);

    internal static string LongNumbers(string text) =>
        PhoneLike().Replace(text, found => Mask.Digits(found.Value) >= Mask.ManyDigits ? Mask.Dots : found.Value);

    private static string Header(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
        {
            return Foreign(line)!;
        }

        var name = line[..colon];
        var value = line[(colon + 1)..].Trim();
        return s_headers.Contains(name) && PlainHeader().IsMatch(value) ? $"{name}: {value}" : $"{PayloadMask.Key(name)}: {Mask.Of(value)}";
    }

    private static readonly System.Collections.Frozen.FrozenSet<string> s_headers = System.Collections.Frozen.FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "Age", "Cache-Control", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Date", "Retry-After", "Transfer-Encoding", "Vary");

    private static string First(string text) => text.EnumerateRunes().FirstOrDefault(Rune.ReplacementChar).ToString();

    [GeneratedRegex(@"^\.[A-Za-z]{2,10}$", RegexOptions.CultureInvariant)]
    private static partial Regex TopDomain();

    [GeneratedRegex(@"^[A-Za-z0-9_.:|~=/\-][A-Za-z0-9_.:|~=/+\-]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Token();

    /// <summary><c>whatsapp:+4915112345678</c>.</summary>
    [GeneratedRegex(@"\+[0-9]{7,}|^(tel|sms|whatsapp|mailto):", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PhoneInId();

    [GeneratedRegex(@"[^\s<>,;()\[\]{}]+(?:[@＠]|%40)[^\s<>""“”„,;()\[\]{}]+(?<![.!?:'])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex EmailLike();

    /// <summary>Digits with what people write between them; whether they are many is counted after.</summary>
    [GeneratedRegex(@"[+＋(]*\d[\d\s().+/\p{Pd}\p{Cf}]{4,}\d", RegexOptions.CultureInvariant)]
    private static partial Regex PhoneLike();

    [GeneratedRegex(@"""(?<in>[^""\r\n]*)""|“(?<in>[^”\r\n]*)”|(?<![\p{L}\p{N}])'(?<in>(?:[^'\r\n]|(?<=\p{L})'(?=\p{L}))*)'(?!\p{L})", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}\p{Pc}\p{So}\p{Cs}\p{Cf}'’•]+", RegexOptions.CultureInvariant)]
    private static partial Regex Word();

    [GeneratedRegex(@"•{3}(?:[^\p{L}\p{N}]{0,3}•{3})+", RegexOptions.CultureInvariant)]
    private static partial Regex Runs();

    [GeneratedRegex(@"^[A-Za-z0-9 ,:;=/.*+\-]{0,120}$", RegexOptions.CultureInvariant)]
    private static partial Regex PlainHeader();
}
