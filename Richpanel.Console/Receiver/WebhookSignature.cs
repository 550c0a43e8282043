using System.Security.Cryptography;
using System.Text;
using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Receiving;

namespace Richpanel.Console.Receiver;

/// <summary>
/// Segment's Webhooks destination signs the raw bytes with HMAC-SHA1; of a list it signs only the first call (segment.md 2.3).
/// </summary>
internal sealed class WebhookSignature(SecretProtector secrets)
{
    private const string Header = "X-Signature";

    /// <summary>Throws <see cref="RefusedException"/> when the source asks for a signature and this one is not right.</summary>
    public void Demand(HttpRequest request, Source source, ReadOnlySpan<byte> body, RequestScan scan)
    {
        if (source.ProtectedWebhookSecret is not { } kept)
        {
            return;
        }

        var isList = body.TrimStart(" \t\r\n"u8)[0] == (byte)'[';
        var signed = isList ? body.Slice(scan.Calls[0].Offset, scan.Calls[0].Length) : body;

        // SHA-1 is Segment's choice; as a keyed hash it still holds.
#pragma warning disable CA5350
        var expected = Convert.ToHexStringLower(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secrets.Unprotect(kept)), signed));
#pragma warning restore CA5350
        var sent = request.Headers[Header].ToString().Trim().ToLowerInvariant();
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.UTF8.GetBytes(sent)))
        {
            throw new RefusedException(SegmentAnswer.Refused(StatusCodes.Status401Unauthorized, CauseCatalog.BadSignature, Header));
        }
    }
}
