using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Segment;

namespace Richpanel.Console.Receiver;

/// <summary>Segment's Webhooks destination signs what it posts when the source has a shared secret (segment.md 2.3).</summary>
internal sealed class WebhookCheck(WebhookSecrets secrets)
{
    private const string Header = "X-Signature";

    /// <summary>
    /// Throws <see cref="RefusedException"/> when the source asks for a signature and this one is not right. Looks at the raw
    /// bytes, so it comes before any key is overwritten.
    /// </summary>
    /// <returns>Which secret it is signed with; Neither where none is asked for.</returns>
    public SignedWith Demand(HttpRequest request, Source source, ReadOnlySpan<byte> body, RequestShape shape)
    {
        if (source.RequiresSignature && (source.ProtectedWebhookSecret is null || request.Headers[Header].Count == 0))
        {
            throw Refuse(CauseCatalog.SignatureRequired, source);
        }

        if (source.ProtectedWebhookSecret is null)
        {
            return SignedWith.Neither;
        }

        var open = secrets.Open(source) ?? throw SourceGate.CannotVerify(source);
        string? sent = request.Headers[Header];
        if (shape.HasUnsigned && With(open, sent, body) is var whole and not SignedWith.Neither)
        {
            return whole;   // not Segment's way, but all of it is signed
        }

        return With(open, sent, shape.Signed.Of(body)) switch
        {
            SignedWith.Neither => throw Refuse(CauseCatalog.BadSignature, source),
            _ when source.RequiresSignature && shape.HasUnsigned => throw Refuse(CauseCatalog.OnlyFirstSigned, source),
            var with => with,
        };
    }

    /// <summary>After the request was kept: the first that is signed with a new secret shows that the sender has it.</summary>
    public Task KeptAsync(Source source, SignedWith with) => with == SignedWith.Current ? secrets.AcceptedAsync(source) : Task.CompletedTask;

    private static SignedWith With(OpenWebhookSecrets open, string? signature, ReadOnlySpan<byte> signed) =>
        WebhookSignature.Fits(signature, signed, open.Current) ? SignedWith.Current
        : open.HasPrevious && WebhookSignature.Fits(signature, signed, open.Previous) ? SignedWith.Previous
        : SignedWith.Neither;

    private static RefusedException Refuse(Cause cause, Source source) =>
        new(SegmentAnswer.Refused(StatusCodes.Status401Unauthorized, cause, Header)) { Known = source };
}
