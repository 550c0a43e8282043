using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using Richpanel.Core.Connections;
using Richpanel.Core.Json;
using Richpanel.Core.Wire;

namespace Richpanel.Tests.Wire;

/// <summary>The product's own client with handlers of its own; private networks are allowed unless a test says otherwise.</summary>
internal sealed class ClientUnderTest : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly OutgoingHandlers _handlers;

    public ClientUnderTest(bool allowPrivate = true, string? proxy = null, X509ChainPolicy? trust = null, HostLookUp? lookUp = null)
    {
        var options = new OutgoingOptions { AllowPrivateNetworks = allowPrivate, Proxy = proxy };
        _handlers = new OutgoingHandlers(Options.Create(options), Own, Sandbox, trust, lookUp);
        Client = new RichpanelClient(_handlers, TimeProvider.System);
    }

    public OwnPorts Own { get; } = new();

    public SandboxEndpoint Sandbox { get; } = new();

    public RichpanelClient Client { get; }

    /// <param name="baseUrl">For example <c>http://127.0.0.1:8080/v2</c>.</param>
    public Task<SendResult> SendAsync(string baseUrl, TimeSpan? timeout = null, bool viaSandbox = false, CancellationToken? ct = null) => Client.SendAsync(
        new RichpanelTarget(baseUrl, "KEY-1234", "secret", SignatureHash.Sha256, timeout ?? Patience, viaSandbox),
        new RichpanelCall(JsonTree.Map.Empty),
        ct ?? TestContext.Current.CancellationToken);

    public void Dispose()
    {
        Client.Dispose();
        _handlers.Dispose();
    }
}
