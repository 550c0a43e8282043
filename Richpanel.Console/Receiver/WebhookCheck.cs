using System.Text;
using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Segment;

namespace Richpanel.Console.Receiver;

/// <summary>Segment's Webhooks destination signs what it posts when the source has a shared secret (segment.md 2.3).</summary>
internal sealed class WebhookCheck(SecretProtector secrets)
{
    private const string Header = "X-Signature";

    /// <summary>
    /// Throws <see cref="RefusedException"/> when the source asks for a signature and this one is not right. Looks at the raw
    /// bytes, so it comes before any key is overwritten.
    /// </summary>
    public void Demand(HttpRequest request, Source source, ReadOnlySpan<byte> body, RequestShape shape)
    {
        if (source.RequiresSignature && (source.ProtectedWebhookSecret is null || request.Headers[Header].Count == 0))
        {
            throw new RefusedException(SegmentAnswer.Refused(StatusCodes.Status401Unauthorized, CauseCatalog.SignatureRequired, Header)) { Known = source };
        }

        if (source.ProtectedWebhookSecret is not { } kept)
        {
            return;
        }

        var secret = Encoding.UTF8.GetBytes(secrets.Open(kept) ?? throw SourceGate.CannotVerify(source));
        string? sent = request.Headers[Header];
        if (shape.HasUnsigned && WebhookSignature.Fits(sent, body, secret))
        {
            return;   // not Segment's way, but all of it is signed
        }

        if (!WebhookSignature.Fits(sent, shape.Signed.Of(body), secret))
        {
            throw new RefusedException(SegmentAnswer.Refused(StatusCodes.Status401Unauthorized, CauseCatalog.BadSignature, Header)) { Known = source };
        }

        if (source.RequiresSignature && shape.HasUnsigned)
        {
            throw new RefusedException(SegmentAnswer.Refused(StatusCodes.Status401Unauthorized, CauseCatalog.OnlyFirstSigned, Header)) { Known = source };
        }
    }
}
