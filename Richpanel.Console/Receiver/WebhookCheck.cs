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

        var secret = secrets.Open(kept) ?? throw SourceGate.CannotVerify(source);
        if (!WebhookSignature.Fits(request.Headers[Header], shape.Signed.Of(body), Encoding.UTF8.GetBytes(secret)))
        {
            throw new RefusedException(SegmentAnswer.Refused(StatusCodes.Status401Unauthorized, CauseCatalog.BadSignature, Header)) { Known = source };
        }
    }
}
