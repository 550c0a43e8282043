namespace Richpanel.Core.Wire;

/// <summary>The only user of HttpClient towards Richpanel. Never throws for what the network or the other side does.</summary>
public sealed class RichpanelClient
{
    /// <summary>Sends one call to <c>/t</c>.</summary>
    public Task<SendResult> SendAsync(RichpanelTarget target, RichpanelCall call, CancellationToken ct) =>
        throw new NotImplementedException();

    /// <summary>Sends up to 25 calls to <c>/bt</c>; needs a secret.</summary>
    public Task<SendResult> SendBatchAsync(RichpanelTarget target, IReadOnlyList<RichpanelCall> calls, CancellationToken ct) =>
        throw new NotImplementedException();
}
