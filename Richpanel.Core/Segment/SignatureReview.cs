using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Richpanel.Core.Json;

namespace Richpanel.Core.Segment;

/// <summary>In which part a signature differs from what is expected.</summary>
public enum SignaturePart
{
    /// <summary>Something stands before the digest, such as <c>sha1=</c> or the header's own name.</summary>
    Prefix,

    /// <summary>Blanks or quotes stand round it.</summary>
    Surroundings,

    /// <summary>Upper-case hex.</summary>
    Case,

    /// <summary>The right digest, in Base64 instead of hex.</summary>
    Encoding,

    /// <summary>The digest is of another length: cut off, or of another kind.</summary>
    Length,

    /// <summary>Made by another hash than HMAC-SHA1.</summary>
    Algorithm,

    /// <summary>The right secret over another spelling of the body.</summary>
    Body,

    /// <summary>The right body under another spelling of the secret.</summary>
    Secret,

    /// <summary>No spelling of body or secret gives it: one of the two is another one.</summary>
    Unknown,
}

/// <param name="Text">What was found, as a sentence.</param>
/// <param name="Remedy">What to do about it.</param>
public sealed record SignatureDifference(SignaturePart Part, string Text, string Remedy);

/// <summary>What an <c>X-Signature</c> should be, and where the one that came differs. Pure; keeps and shows no secret.</summary>
/// <param name="Expected">Lower-case hex HMAC-SHA1 of the body as it was given.</param>
/// <param name="Fits">This receiver would take it.</param>
/// <param name="Differences">Empty when there was no header to compare, or it is what Segment would send.</param>
/// <param name="FirstElement">What Segment sends for a list of calls, whose first element alone it signs; null when the body is no list.</param>
public sealed record SignatureReview(string Expected, string? FirstElement, bool Fits, IReadOnlyList<SignatureDifference> Differences)
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = JsonTreeReader.MaxDepth };
    private static readonly JsonSerializerOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = JsonTreeReader.MaxDepth };

    private static readonly JsonSerializerOptions s_escaped = new() { MaxDepth = JsonTreeReader.MaxDepth };

    /// <param name="body">The raw body, as UTF-8 will carry it.</param>
    /// <param name="secret">The shared secret, as it is entered on both sides.</param>
    /// <param name="header">What came as <c>X-Signature</c>; null or blank: nothing to compare.</param>
    public static SignatureReview Of(string body, string secret, string? header)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var key = Encoding.UTF8.GetBytes(secret);
        var expected = WebhookSignature.Of(bytes, key);
        var first = FirstOf(bytes);
        var ofFirst = first is null ? null : WebhookSignature.Of(first, key);
        if (string.IsNullOrWhiteSpace(header))
        {
            return new SignatureReview(expected, ofFirst, false, []);
        }

        // As the door does: of a list its first element; the whole of it only where something else is in it, too.
        var fits = first is null
            ? WebhookSignature.Fits(header, bytes, key)
            : WebhookSignature.Fits(header, first, key) || (RequestShape.Read(bytes, BodyKind.Webhook).HasUnsigned && WebhookSignature.Fits(header, bytes, key));
        return new SignatureReview(expected, ofFirst, fits, fits && !header.Any(char.IsAsciiLetterUpper) ? [] : Compare(body, secret, header, fits));
    }

    private static List<SignatureDifference> Compare(string body, string secret, string header, bool fits)
    {
        var found = new List<SignatureDifference>();
        var digest = Unwrap(header, found);
        if (digest is null)
        {
            return found;
        }

        return fits ? found : [.. found, .. Explain(body, secret, digest)];
    }

    /// <summary>The digest inside the header; what stands round it is told. Null when there is none.</summary>
    private static byte[]? Unwrap(string header, List<SignatureDifference> found)
    {
        var text = header;
        var bare = text.Trim().Trim('"', '\'').Trim();
        if (bare != text)
        {
            found.Add(new(SignaturePart.Surroundings, "Blanks, a line break or quotes stand round the signature.", "Send the 40 characters alone: trim the value, and do not quote it."));
            text = bare;
        }

        // The name of a header or hash before it; Base64 ends in an equals sign, so one at the end is none.
        var cut = text.AsSpan().TrimEnd('=').LastIndexOfAny('=', ':', ' ');
        if (cut > 0)
        {
            found.Add(new(SignaturePart.Prefix, $"\"{Shown(text[..(cut + 1)])}\" stands before the signature.", "Send the hex digest alone; Segment puts nothing before it."));
            text = text[(cut + 1)..].Trim();
        }

        if (text.Length > 0 && text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit))
        {
            var bytes = Convert.FromHexString(text);
            if (text.Any(char.IsAsciiLetterUpper))
            {
                found.Add(new(SignaturePart.Case, "The hex digits are written in upper case.", "Write them in lower case, as Segment does. This receiver takes both; others may not."));
            }

            return Sized(bytes, text.Length, "hex digits", found);
        }

        var buffer = new byte[text.Length];
        var base64 = text.Replace('-', '+').Replace('_', '/');
        if (text.Length > 0 && Convert.TryFromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '='), buffer, out var length))
        {
            if (length is not (16 or 20 or 32 or 48 or 64))
            {
                found.Add(new(SignaturePart.Length, $"It is neither 40 hex digits nor a digest in Base64: {text.Length} characters.", "Send the HMAC-SHA1 of the raw body as 40 lower-case hex digits."));
                return null;
            }

            found.Add(new(SignaturePart.Encoding, "The digest is written in Base64.", "Write it as lower-case hex: digest('hex') instead of digest('base64')."));
            return Sized(buffer[..length], text.Length, "characters", found);
        }

        found.Add(new(SignaturePart.Length, $"It is no digest: {text.Length} characters that are not all hex digits.", "Send the HMAC-SHA1 of the raw body as 40 lower-case hex digits."));
        return null;
    }

    private static byte[]? Sized(byte[] digest, int length, string what, List<SignatureDifference> found)
    {
        if (digest.Length is 16 or 20 or 32 or 48 or 64)
        {
            return digest;
        }

        found.Add(new(SignaturePart.Length, $"It has {length} {what}; HMAC-SHA1 has 40. Something was cut off or added.", "Look for a column, log or proxy that shortens the value."));
        return null;
    }

    /// <summary>The spelling of body and secret, and the hash, that give this digest.</summary>
    private static List<SignatureDifference> Explain(string body, string secret, byte[] digest)
    {
        foreach (var algorithm in Algorithms(digest.Length))
        {
            foreach (var (bodyWords, bytes) in Bodies(body))
            {
                foreach (var (secretWords, key) in Secrets(secret))
                {
                    if (!CryptographicOperations.FixedTimeEquals(algorithm.Digest(key, bytes), digest))
                    {
                        continue;
                    }

                    List<SignatureDifference> found = [];
                    if (algorithm.Words is { } words)
                    {
                        found.Add(new(SignaturePart.Algorithm, $"It is {words} and not HMAC-SHA1.", "Sign with HMAC-SHA1, the shared secret as its key."));
                    }

                    if (bodyWords is not null)
                    {
                        found.Add(new(SignaturePart.Body, $"It belongs to the body {bodyWords}.", "Sign and send the very same bytes: read the raw body before any framework parses it, and compute nothing over a copy written anew."));
                    }

                    if (secretWords is not null)
                    {
                        found.Add(new(SignaturePart.Secret, $"It was made with the secret {secretWords}.", "Enter the secret the same way on both sides, without blanks, quotes or another encoding."));
                    }

                    return found;
                }
            }
        }

        return digest.Length == HMACSHA1.HashSizeInBytes
            ? [new(SignaturePart.Unknown, "It is a digest of the right kind, and no usual spelling of this body or secret gives it: the secret is another one, or the body was altered on its way.",
                "Copy the secret again on both sides. Then take the body from where it is sent, byte for byte, and not from a log or a parsed copy.")]
            : [new(SignaturePart.Algorithm, $"It has {digest.Length * 8} bits; HMAC-SHA1 has 160.", "Sign with HMAC-SHA1, the shared secret as its key.")];
    }

    private static IEnumerable<(string? Words, Func<byte[], byte[], byte[]> Digest)> Algorithms(int length)
    {
#pragma warning disable CA5350, CA5351 // Recognised, not used: senders that sign so are told.
        return length switch
        {
            16 => [("HMAC-MD5", HMACMD5.HashData), ("a plain MD5 of body and secret", (key, body) => MD5.HashData([.. body, .. key])), ("a plain MD5 of secret and body", (key, body) => MD5.HashData([.. key, .. body]))],
            20 =>
            [
                (null, HMACSHA1.HashData),
                ("a plain SHA-1 of body and secret", (key, body) => SHA1.HashData([.. body, .. key])),
                ("a plain SHA-1 of secret and body", (key, body) => SHA1.HashData([.. key, .. body])),
                ("a SHA-1 of the body alone, without the secret,", (_, body) => SHA1.HashData(body)),
                ("an HMAC-SHA1 with body and secret in each other's place", (key, body) => HMACSHA1.HashData(body, key)),
            ],
            32 => [("HMAC-SHA256", HMACSHA256.HashData), ("a plain SHA-256 of body and secret", (key, body) => SHA256.HashData([.. body, .. key])), ("a plain SHA-256 of secret and body", (key, body) => SHA256.HashData([.. key, .. body]))],
            48 => [("HMAC-SHA384", HMACSHA384.HashData)],
            64 => [("HMAC-SHA512", HMACSHA512.HashData)],
            _ => [],
        };
#pragma warning restore CA5350, CA5351
    }

    /// <summary>The body as it is, and as it may have been when it was signed; each spelling once.</summary>
    private static IEnumerable<(string? Words, byte[] Bytes)> Bodies(string body)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { body };
        var whole = Encoding.UTF8.GetBytes(body);
        if (FirstOf(whole) is { } first)
        {
            yield return (null, first);
            yield return ("as a whole list, and not of its first element alone", whole);
        }
        else
        {
            yield return (null, whole);
        }

        var unix = body.ReplaceLineEndings("\n");
        foreach (var (words, text) in new (string, string?)[]
        {
            ("with a line break at its end", body + "\n"),
            ("with CR LF at its end", body + "\r\n"),
            ("without the blanks and line breaks round it", body.Trim()),
            ("with CR LF instead of LF", unix.Replace("\n", "\r\n", StringComparison.Ordinal)),
            ("with LF instead of CR LF", unix),
            ("with a byte order mark before it", "\ufeff" + body),
            ("without the byte order mark before it", body.TrimStart('\ufeff')),
            ("written anew without blanks, after it was parsed", Rewritten(body, s_compact)),
            ("written anew with indents, after it was parsed", Rewritten(body, s_indented)),
            ("written anew with every non-ASCII character escaped", Rewritten(body, s_escaped)),
            ("as text inside quotes: it was encoded as JSON twice", JsonSerializer.Serialize(body, s_compact)),
        })
        {
            if (text is not null && seen.Add(text))
            {
                yield return (words, Encoding.UTF8.GetBytes(text));
            }
        }

        if (body.Any(c => c > '\x7f') && body.All(c => c <= '\xff'))
        {
            yield return ("in Latin-1 instead of UTF-8", Encoding.Latin1.GetBytes(body));
        }
    }

    private static IEnumerable<(string? Words, byte[] Key)> Secrets(string secret)
    {
        yield return (null, Encoding.UTF8.GetBytes(secret));
        var trimmed = secret.Trim();
        if (trimmed != secret)
        {
            yield return ("without the blanks round it", Encoding.UTF8.GetBytes(trimmed));
        }

        yield return ("with a line break at its end", Encoding.UTF8.GetBytes(trimmed + "\n"));
        yield return ("with a blank at its end", Encoding.UTF8.GetBytes(trimmed + " "));
        yield return ("inside quotes", Encoding.UTF8.GetBytes($"\"{trimmed}\""));
        yield return ("in upper case", Encoding.UTF8.GetBytes(trimmed.ToUpperInvariant()));
        yield return ("in lower case", Encoding.UTF8.GetBytes(trimmed.ToLowerInvariant()));
        if (trimmed.Trim('"', '\'') is var bare && bare != trimmed)
        {
            yield return ("without the quotes round it", Encoding.UTF8.GetBytes(bare));
        }

        if (trimmed.Length > 0 && trimmed.Length % 2 == 0 && trimmed.All(char.IsAsciiHexDigit))
        {
            yield return ("read as hex", Convert.FromHexString(trimmed));
        }

        var buffer = new byte[trimmed.Length];
        if (trimmed.Length > 0 && Convert.TryFromBase64String(trimmed, buffer, out var length))
        {
            yield return ("read as Base64", buffer[..length]);
        }

        yield return ("written as Base64", Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(trimmed))));
        yield return ("left empty", []);
    }

    /// <summary>The raw bytes of the first element of a list; null when the body is no list, or an empty one.</summary>
    private static byte[]? FirstOf(byte[] body)
    {
        var shape = RequestShape.Read(body, BodyKind.Webhook);
        return body.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'[', ..] && shape is { Fault: ShapeFault.None, ItemCount: > 0 } ? shape.Signed.Of(body).ToArray() : null;
    }

    private static string? Rewritten(string body, JsonSerializerOptions how)
    {
        try
        {
            return JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(body, how), how);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Shown(string prefix) => prefix.Length <= 40 ? prefix : prefix[..40] + "…";
}
