using System.Text;

namespace Richpanel.Console.Receiver;

/// <summary>
/// Overwrites write keys and secrets in bytes that may be anything: JSON, broken JSON, a form, JSON inside a string. The name is found in any
/// case and with letters written as <c>\u0077</c> or <c>%77</c>; its value ends where what opened it closes. In doubt too much is
/// overwritten. Pure.
/// </summary>
internal static class KeyMask
{
    private const string WriteKey = "writekey";

    /// <summary>
    /// Ends of names: <c>apiSecret</c> and <c>webhook_secret</c> are found by theirs. They are words of sentences, too, so a colon or
    /// an equals sign must follow.
    /// </summary>
    private static readonly string[] s_secrets = ["secret", "secretkey", "secret_key", "password", "token", "authorization", "signature"];

    /// <summary>The value behind every <c>writeKey</c> and behind whatever is named as a secret.</summary>
    public static void OverwriteNamed(Span<byte> bytes)
    {
        for (var at = 0; at < bytes.Length; at++)
        {
            if (ValueAt(bytes, at) is { } value)
            {
                var end = EndOfValue(bytes, value);
                bytes[value.Start..end].Fill((byte)'*');
                at = Math.Max(at, end - 1);
            }
        }
    }

    /// <summary>A key that is known from elsewhere, wherever it stands.</summary>
    public static void OverwriteKnown(Span<byte> bytes, string? key)
    {
        if (string.IsNullOrEmpty(key))
        {
            return;
        }

        var wanted = Encoding.UTF8.GetBytes(key);
        for (int at; (at = bytes.IndexOf(wanted)) >= 0; bytes = bytes[(at + wanted.Length)..])
        {
            bytes.Slice(at, wanted.Length).Fill((byte)'*');
        }
    }

    /// <summary>The value of the name that begins here; null when none does.</summary>
    private static (int Start, Range? Opening)? ValueAt(ReadOnlySpan<byte> bytes, int at)
    {
        if (EndOfName(bytes, at, WriteKey) is { } name)
        {
            var (start, opening, _) = StartOfValue(bytes, name);
            return (start, opening);
        }

        foreach (var secret in s_secrets)
        {
            if (EndOfName(bytes, at, secret) is { } end && StartOfValue(bytes, end) is (var start, var opening, true))
            {
                return (start, opening);
            }
        }

        return null;
    }

    private static int? EndOfName(ReadOnlySpan<byte> bytes, int at, string name)
    {
        foreach (var letter in name)
        {
            if (at >= bytes.Length)
            {
                return null;
            }

            var (unit, length) = Unit(bytes, at);
            if (char.ToLowerInvariant(unit) != letter)
            {
                return null;
            }

            at += length;
        }

        return at;
    }

    /// <summary>Behind the name's own quote and the colon or equals sign; what opens the value, when something does.</summary>
    private static (int Start, Range? Opening, bool IsSeparated) StartOfValue(ReadOnlySpan<byte> bytes, int at)
    {
        Range? opening = null;
        var separated = false;
        while (at < bytes.Length)
        {
            var (unit, length) = Unit(bytes, at);
            if (unit is ':' or '=')
            {
                separated = true;
                opening = null;
            }
            else if (IsQuote(unit) && (opening is null || !separated))
            {
                opening = at..(at + length);
            }
            else if (!char.IsWhiteSpace(unit) || (opening is not null && separated))
            {
                break;
            }

            at += length;
        }

        return (at, separated ? opening : null, separated);
    }

    private static int EndOfValue(ReadOnlySpan<byte> bytes, (int Start, Range? Opening) value)
    {
        var at = value.Start;
        if (value.Opening is { } opening)
        {
            var quote = bytes[opening];
            for (var escapes = 0; at < bytes.Length; at++)
            {
                if (escapes % 2 == 0 && bytes[at..].StartsWith(quote))
                {
                    return at;
                }

                escapes = bytes[at] == '\\' ? escapes + 1 : 0;
            }

            return bytes.Length;
        }

        for (var depth = 0; at < bytes.Length;)
        {
            var (unit, length) = Unit(bytes, at);
            if (depth == 0 && (unit is ',' or '}' or ']' or '&' or ';' || char.IsWhiteSpace(unit)))
            {
                return at;
            }

            // A list or object where a text should be: all of it, brackets inside its texts not counted.
            if (depth > 0 && IsQuote(unit))
            {
                at = EndOfValue(bytes, (at + length, at..(at + length)));
                at = Math.Min(bytes.Length, at + length);
                continue;
            }

            depth += unit is '[' or '{' ? 1 : unit is ']' or '}' ? -1 : 0;
            at += length;
        }

        return at;
    }

    private static bool IsQuote(char unit) => unit is '"' or '\'' or '`';

    /// <summary>The character written at this place, and in how many bytes: as itself, <c>%hh</c>, <c>\uhhhh</c> or <c>\"</c>.</summary>
    private static (char Unit, int Length) Unit(ReadOnlySpan<byte> bytes, int at) => (char)bytes[at] switch
    {
        '%' when Hex(bytes, at + 1, 2) is { } code => ((char)code, 3),
        '\\' when at + 1 < bytes.Length && bytes[at + 1] is (byte)'u' && Hex(bytes, at + 2, 4) is { } code => ((char)code, 6),
        '\\' when at + 1 < bytes.Length => ((char)bytes[at + 1], 2),
        var plain => (plain, 1),
    };

    private static int? Hex(ReadOnlySpan<byte> bytes, int at, int digits)
    {
        var value = 0;
        for (var i = at; i < at + digits; i++)
        {
            if (i >= bytes.Length || !char.IsAsciiHexDigit((char)bytes[i]))
            {
                return null;
            }

            value = (value * 16) + Convert.ToInt32(((char)bytes[i]).ToString(), 16);
        }

        return value;
    }
}
