using System.Net;

namespace Richpanel.Core.Wire;

/// <summary>Tells the clock when the request begins to go out: from then on it may have arrived.</summary>
internal sealed class WatchedContent(byte[] body, PhaseClock phases) : ByteArrayContent(body)
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        phases.Enter(SendPhase.Wait);
        return base.SerializeToStreamAsync(stream, context, cancellationToken);
    }
}
