using System.Text;
using Richpanel.Core.Json;
using Richpanel.Core.Notes;

namespace Richpanel.Core.Privacy;

/// <summary>JSON paths name keys, and a key may be an e-mail: each is shown or hidden as it is in the payload. Pure.</summary>
public static class PathMask
{
    public static string? Path(string? path) => path is null ? null : Words(path);

    /// <summary>Every path in a text; what is no path is masked as a sentence.</summary>
    public static string Words(string text)
    {
        var masked = new StringBuilder();
        var plainFrom = 0;
        for (var at = 0; at < text.Length;)
        {
            if (text[at] != '$' || (at > 0 && (char.IsLetterOrDigit(text[at - 1]) || text[at - 1] == '_')))
            {
                at++;
                continue;
            }

            masked.Append(TextMask.Sentence(text[plainFrom..at])).Append('$');
            at = Steps(text, at + 1, masked);
            plainFrom = at;
        }

        return masked.Append(TextMask.Sentence(text[plainFrom..])).ToString();
    }

    public static Note Of(Note note) => note with { Path = Path(note.Path), Text = NoteText(note) };

    public static Provenance Of(Provenance one) =>
        new(Path(one.Target)!, Path(one.Source), TextMask.Sentence(one.Rule)!);

    /// <summary>The catalogue's own words stay; only what was filled in is masked.</summary>
    private static string NoteText(Note note)
    {
        if (NoteCatalog.All.FirstOrDefault(kind => kind.Code == note.Code) is not { } kind)
        {
            return TextMask.Sentence(note.Text)!;
        }

        var masked = new StringBuilder();
        var (at, text) = (0, note.Text);
        var literals = kind.Text.Split(["{0}", "{1}"], StringSplitOptions.None);
        for (var i = 0; i < literals.Length; i++)
        {
            var next = i == 0 ? 0 : i == literals.Length - 1 ? Math.Max(at, text.Length - literals[i].Length) : text.IndexOf(literals[i], at, StringComparison.Ordinal);
            if (next < at || !text.AsSpan(next).StartsWith(literals[i], StringComparison.Ordinal))
            {
                return Words(text);   // of a version with other words
            }

            masked.Append(Words(text[at..next])).Append(literals[i]);
            at = next + literals[i].Length;
        }

        return at == text.Length ? masked.ToString() : Words(text);
    }

    /// <summary>Reads on over <c>.key</c>, <c>['key']</c> and <c>[0]</c>; gives back where the path ends.</summary>
    private static int Steps(string text, int at, StringBuilder masked)
    {
        while (at < text.Length)
        {
            var end = at + 1;
            if (text[at] == '.' && end < text.Length && IsPlain(text[end]))
            {
                while (end < text.Length && IsPlain(text[end]))
                {
                    end++;
                }

                masked.Append(JsonPath.Member("", PayloadMask.Key(text[(at + 1)..end])));
            }
            else if (text[at] == '[' && end < text.Length && text[end] == '\'' && Quoted(text, end + 1) is { } quoted)
            {
                masked.Append(JsonPath.Member("", PayloadMask.Key(quoted.Key)));
                end = quoted.End;
            }
            else if (text[at] == '[' && text.IndexOf(']', at) is > 0 and var close && close > end && text[end..close].All(char.IsAsciiDigit) && close - end <= 6)
            {
                end = close + 1;
                masked.Append(text, at, end - at);
            }
            else
            {
                break;
            }

            at = end;
        }

        return at;
    }

    private static (string Key, int End)? Quoted(string text, int at)
    {
        var key = new StringBuilder();
        for (; at < text.Length; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length)
            {
                key.Append(text[++at]);
            }
            else if (text[at] == '\'' && at + 1 < text.Length && text[at + 1] == ']')
            {
                return (key.ToString(), at + 2);
            }
            else
            {
                key.Append(text[at]);
            }
        }

        return null;   // cut off: the rest is a sentence
    }

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '$';
}
