using System.Security.Cryptography;

namespace Richpanel.Core.Segment;

/// <summary>Segment's <c>X-Signature</c>: lower-case hex HMAC-SHA1 of the raw bytes (segment.md 2.3).</summary>
public static class WebhookSignature
{
    private const int HexLength = HMACSHA1.HashSizeInBytes * 2;

    public static string Of(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> secret) =>
        Convert.ToHexStringLower(Hash(signed, secret));

    /// <summary>Whether the header fits the bytes; takes the same time wherever they differ. Any header text is taken.</summary>
    public static bool Fits(string? header, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> secret)
    {
        Span<byte> sent = stackalloc byte[HMACSHA1.HashSizeInBytes];
        return header is { Length: HexLength }
            && Convert.FromHexString(header, sent, out _, out _) == System.Buffers.OperationStatus.Done
            && CryptographicOperations.FixedTimeEquals(sent, Hash(signed, secret));
    }

#pragma warning disable CA5350 // Segment signs with SHA-1; an HMAC does not suffer from its collisions.
    private static byte[] Hash(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> secret) => HMACSHA1.HashData(secret, signed);
#pragma warning restore CA5350
}
