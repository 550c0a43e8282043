using System.Text.RegularExpressions;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Privacy;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Groups;

/// <summary>
/// A message without what differs from customer to customer: e-mails, addresses, ids, numbers, times and quoted values each become a
/// word in angle brackets. Of JSON the names of members stay: they say what is wrong. Pure; doing it twice changes nothing.
/// </summary>
public static partial class MessagePattern
{
    /// <summary>Characters of a pattern.</summary>
    public const int Longest = 200;

    /// <summary>Characters of a message that are looked at.</summary>
    private const int MostRead = 1_000;

    /// <summary>What one round leaves, another may find: a quote whose neighbour is gone.</summary>
    private const int MostRounds = 4;

    /// <summary>Of an answer: its message where it is JSON. Null for an answer that was a success, for none, and for an empty one.</summary>
    public static string? OfAnswer(int? status, byte[]? body) => status is null or (>= 200 and < 300) ? null : Of(LogReasons.Message(body));

    /// <summary>Null for null and for blanks.</summary>
    public static string? Of(string? message)
    {
        if (string.IsNullOrWhiteSpace(message))
        {
            return null;
        }

        var text = Lengths.Cut(message, MostRead)!;
        for (var round = 0; round < MostRounds; round++)
        {
            var next = Once(text);
            if (next == text)
            {
                break;
            }

            text = next;
        }

        return text.Length == 0 ? null : text;
    }

    private static string Once(string message)
    {
        var text = Blanks().Replace(message, " ").Trim();
        text = Address().Replace(text, "<address>");
        text = Email().Replace(text, "<e-mail>");
        text = text is ['{' or '[', ..] ? Member().Replace(text, "${name}:") : text;
        text = Quoted().Replace(text, "<value>");
        text = Time().Replace(text, "<time>");
        text = Uuid().Replace(text, "<id>");
        text = WithDigit().Replace(text, token => Number().IsMatch(token.ValueSpan) ? "<number>" : "<id>");
        text = Long().Replace(text, "<id>");
        text = Lists().Replace(text, "${one}");
        return Lengths.Cut(text, Longest)!.TrimEnd();
    }

    /// <summary>For whoever may not see personal data: the words in brackets stay, of the rest only what errors are made of.</summary>
    public static string? Masked(string? pattern) => pattern is null or FailurePrint.OtherMessages
        ? pattern
        : string.Concat(Placeholder().Split(pattern).Select(part => Placeholder().IsMatch(part) ? part : Foreign(part)));

    private static string Foreign(string part) => part.Any(char.IsLetterOrDigit) ? TextMask.Foreign(part)! : part;

    [GeneratedRegex(@"[\s\p{Cc}\p{Cf}]+", RegexOptions.CultureInvariant)]
    private static partial Regex Blanks();

    [GeneratedRegex(@"\b[a-z][a-z0-9+.\-]{1,20}://[^\s""'<>]+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Address();

    /// <summary>Also as it stands in an address (%40, and that encoded again), and with the signs that East Asian keyboards write.</summary>
    [GeneratedRegex(@"(?<![^\s<>,;:()\[\]{}""'=@＠﹫])[^\s<>,;:()\[\]{}""'=@＠﹫]+?(([@＠﹫]|%(25)*40)[^\s<>,;:()\[\]{}""'=@＠﹫]+)+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Email();

    /// <summary>A short name of a member; what is no name, or a long one, is a value like any other.</summary>
    [GeneratedRegex(@"(?<=[{,]\s*)""(?<name>[\p{L}_][\p{L}\p{N}_.\-]{0,39})""\s*:", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Member();

    [GeneratedRegex(@"""[^""]*""|“[^”]*”|«[^»]*»|`[^`]*`|(?<![\p{L}\p{N}>])'[^']*'(?![\p{L}<])", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\b\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?( ?(Z|UTC|[+\-]\d{2}:?\d{2}))?)?\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Time();

    [GeneratedRegex(@"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Uuid();

    /// <summary>A word with a digit in it, with what numbers and ids are joined by.</summary>
    [GeneratedRegex(@"(?<![\p{L}\p{M}\p{N}_#])[+\-]?[\p{L}\p{M}\p{N}_#]*\p{N}[\p{L}\p{M}\p{N}_]*([.,:/\-]+[\p{L}\p{M}\p{N}_]*\p{N}[\p{L}\p{M}\p{N}_]*)*%?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex WithDigit();

    [GeneratedRegex(@"^[+\-]?\p{N}+([.,:/\-]+\p{N}+)*%?$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Number();

    /// <summary>No word of any language errors are written in: a token.</summary>
    [GeneratedRegex(@"[A-Za-z_\-]{32,}", RegexOptions.CultureInvariant)]
    private static partial Regex Long();

    /// <summary>However many there are of a kind, it is the same mistake.</summary>
    [GeneratedRegex(@"(?<one><[a-z\-]+>)([\s,;|/]+\k<one>)+", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Lists();

    [GeneratedRegex("(<(?:address|e-mail|value|time|id|number)>)", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}
