using Richpanel.Core.Connections;

namespace Richpanel.Core.Wire;

/// <summary>Where and how one request is sent. Lives only as long as the send: it is the one place a secret is readable.</summary>
/// <param name="BaseUrl">Without trailing slash.</param>
/// <param name="ApiSecret">Null: <c>/t</c> goes out unsigned, <c>/bt</c> is impossible.</param>
/// <param name="ViaSandbox">Connects to the built-in sandbox's socket, whatever the address says; only the Sandbox connection.</param>
public sealed record RichpanelTarget(
    string BaseUrl, string ApiKey, string? ApiSecret, SignatureHash Hash, TimeSpan Timeout, bool ViaSandbox)
{
    public override string ToString() => $"RichpanelTarget {BaseUrl}";   // never the secret
}
