using System.Text;
using System.Text.Json;

namespace Richpanel.Core.Erasure;

/// <summary>
/// Finds a customer's names in text of any kind, and writes over them in place, so that everything around keeps its place. An e-mail is
/// found whatever its case and however JSON or an address spells it; an id only as a whole word, and only when it is long enough that
/// nothing else is called so by chance. Pure.
/// </summary>
internal sealed class CustomerNames
{
    /// <summary>Shorter ids are common numbers and words.</summary>
    public const int LeastId = 8;

    private readonly List<byte[]> _emails = [];
    private readonly List<byte[]> _ids = [];

    /// <param name="leastId">Shorter ids are not looked for.</param>
    public CustomerNames(IEnumerable<CustomerKey> keys, int leastId = LeastId)
    {
        foreach (var key in keys)
        {
            if (key.Kind == CustomerKeyKind.Email || key.Value.Contains('@', StringComparison.Ordinal))
            {
                _emails.AddRange(Spellings(key.Value.Trim().ToLowerInvariant()));
            }
            else if (key.Value.Length >= leastId)
            {
                _ids.AddRange(Spellings(key.Value));
            }
        }
    }

    public bool IsEmpty => _emails.Count == 0 && _ids.Count == 0;

    /// <summary>E-mails in lower case, to look for in columns.</summary>
    public static IReadOnlyList<string> EmailsOf(IEnumerable<CustomerKey> keys) =>
        [.. keys.Where(key => key.Kind == CustomerKeyKind.Email).Select(key => key.Value.Trim().ToLowerInvariant()).Distinct(StringComparer.Ordinal)];

    public bool StandIn(string? text) => text is not null && StandIn(Encoding.UTF8.GetBytes(text));

    public bool StandIn(ReadOnlySpan<byte> text)
    {
        foreach (var id in _ids)
        {
            if (NextWord(text, id, 0) >= 0)
            {
                return true;
            }
        }

        if (_emails.Count > 0)
        {
            ReadOnlySpan<byte> lower = Lower(text);
            foreach (var email in _emails)
            {
                if (lower.IndexOf(email) >= 0)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Null when none stands in it.</summary>
    public string? Blanked(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        return Blank(bytes) ? Encoding.UTF8.GetString(bytes) : null;
    }

    /// <summary>Writes over each of them; how long the text is stays the same. False when none stood in it.</summary>
    public bool Blank(Span<byte> text)
    {
        var found = false;
        foreach (var id in _ids)
        {
            // A number stays one: the JSON around it must be readable.
            var filler = id.AsSpan().ContainsAnyExceptInRange((byte)'0', (byte)'9') ? (byte)'x' : (byte)'9';
            for (var at = NextWord(text, id, 0); at >= 0; at = NextWord(text, id, at + id.Length))
            {
                text.Slice(at, id.Length).Fill(filler);
                found = true;
            }
        }

        if (_emails.Count == 0)
        {
            return found;
        }

        ReadOnlySpan<byte> lower = Lower(text);
        foreach (var email in _emails)
        {
            for (int from = 0, next; (next = lower[from..].IndexOf(email)) >= 0; from += next + email.Length)
            {
                text.Slice(from + next, email.Length).Fill((byte)'x');
                found = true;
            }
        }

        return found;
    }

    /// <summary>Writes over all of one call of a batch: a null stands there, and blanks.</summary>
    public static void BlankWhole(Span<byte> call)
    {
        call.Fill((byte)' ');
        if (call.Length >= 4)
        {
            "null"u8.CopyTo(call);
        }
        else if (call.Length > 0)
        {
            call[0] = (byte)'0';
        }
    }

    /// <summary>As it is, as JSON escapes it, and as an address does.</summary>
    private static IEnumerable<byte[]> Spellings(string value)
    {
        var plain = value;
        var json = JsonEncodedText.Encode(value).ToString().ToLowerInvariant();
        var address = Uri.EscapeDataString(value);
        var lower = value.Any(char.IsUpper) ? address : address.ToLowerInvariant();
        var half = value.Replace("@", "\\u0040", StringComparison.Ordinal);
        return new[] { plain, value.Any(char.IsUpper) ? JsonEncodedText.Encode(value).ToString() : json, address, lower, half }
            .Distinct(StringComparer.Ordinal).Select(Encoding.UTF8.GetBytes);
    }

    private static int NextWord(ReadOnlySpan<byte> text, byte[] word, int from)
    {
        while (from < text.Length && text[from..].IndexOf(word) is >= 0 and var next)
        {
            var at = from + next;
            if (!IsInWord(text, at - 1) && !IsInWord(text, at + word.Length))
            {
                return at;
            }

            from = at + 1;
        }

        return -1;
    }

    private static bool IsInWord(ReadOnlySpan<byte> text, int at) =>
        at >= 0 && at < text.Length && (char.IsAsciiLetterOrDigit((char)text[at]) || text[at] is (byte)'_' or (byte)'-' or >= 0x80);

    /// <summary>ASCII letters alone: an e-mail's own are compared as they are otherwise.</summary>
    private static byte[] Lower(ReadOnlySpan<byte> text)
    {
        var lower = text.ToArray();
        for (var i = 0; i < lower.Length; i++)
        {
            if (lower[i] is >= (byte)'A' and <= (byte)'Z')
            {
                lower[i] |= 0x20;
            }
        }

        return lower;
    }
}
