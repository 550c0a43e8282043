using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;

namespace Richpanel.Core.Wire;

/// <summary>
/// The two ways out. Both follow no redirect, keep no cookie and inflate nothing. The guarded one asks
/// <see cref="OutgoingAddressGuard"/> for every address it is about to connect to; the other reaches the sandbox and nothing else.
/// </summary>
/// <param name="trust">Which authorities to believe in place of the machine's own.</param>
/// <param name="lookUp">Whom to ask for addresses in place of the machine's own resolver.</param>
public sealed class OutgoingHandlers(IOptions<OutgoingOptions> options, OwnPorts own, SandboxEndpoint sandbox, X509ChainPolicy? trust = null, HostLookUp? lookUp = null) : IDisposable
{
    private readonly SocketsHttpHandler _guarded = Handler(
        (context, ct) => ConnectGuardedAsync(context, options.Value, own, lookUp, ct), options.Value.ProxyAddress, trust);

    private readonly SocketsHttpHandler _sandbox = Handler((context, ct) => ConnectSandboxAsync(context, sandbox, ct), null, null);

    public SocketsHttpHandler For(bool sandboxConnection) => sandboxConnection ? _sandbox : _guarded;

    public bool ViaProxy(bool sandboxConnection) => !sandboxConnection && options.Value.HasProxy;

    /// <summary>
    /// Through a proxy the target is connected to by the proxy, so only an address spelled out can be refused here. This product's
    /// own ports are, even where private networks are allowed: the proxy may run on this machine.
    /// </summary>
    public bool IsRefusedBeforeProxy(Uri target)
    {
        var spelled = IPAddress.TryParse(target.IdnHost, out var address) ? address : HostNames.IsLocal(target) ? IPAddress.Loopback : null;
        return spelled is not null && !OutgoingAddressGuard.MayReach(spelled, target.Port, options.Value.AllowPrivateNetworks, own);
    }

    public void Dispose()
    {
        _guarded.Dispose();
        _sandbox.Dispose();
    }

    private static SocketsHttpHandler Handler(
        Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect, Uri? proxy, X509ChainPolicy? trust) => new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseProxy = proxy is not null,
            Proxy = proxy is null ? null : ProxyAt(proxy),
            ConnectTimeout = TimeSpan.FromSeconds(60),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),   // a changed DNS entry is seen within that time
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(50),
            MaxResponseHeadersLength = 64,
            MaxResponseDrainSize = 0,   // what an answer still holds after enough was read goes with its connection
            ConnectCallback = connect,
            PlaintextStreamFilter = (context, _) =>
            {
                Clock(context.InitialRequestMessage)?.Enter(SendPhase.Start);   // secured; the request itself says when it goes out
                return ValueTask.FromResult(context.PlaintextStream);
            },
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = trust,
                RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
                    proxy?.Scheme == Uri.UriSchemeHttps && sender is SslStream tls && IsHostOf(proxy, tls.TargetHostName)
                        ? ServerCertificates.AcceptProxy(sender, certificate, chain, errors)
                        : ServerCertificates.Accept(sender, certificate, chain, errors),
            },
        };

    private static bool IsSecured(SocketsHttpConnectionContext context) => context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttps;

    private static PhaseClock? Clock(HttpRequestMessage request) =>
        request.Options.TryGetValue(PhaseClock.Key, out var clock) ? clock : null;

    private static bool IsHostOf(Uri proxy, string host) => string.Equals(proxy.IdnHost, host, StringComparison.OrdinalIgnoreCase);

    /// <summary>User and password are said only when the proxy asks, and never stand in an address that an exception could show.</summary>
    private static WebProxy ProxyAt(Uri proxy)
    {
        var user = proxy.UserInfo.Split(':', 2);
        return new WebProxy(new UriBuilder(proxy.Scheme, proxy.IdnHost, proxy.Port).Uri)
        {
            Credentials = user[0].Length == 0 ? null : new NetworkCredential(Uri.UnescapeDataString(user[0]), Uri.UnescapeDataString(user.ElementAtOrDefault(1) ?? "")),
        };
    }

    private static async ValueTask<Stream> ConnectGuardedAsync(
        SocketsHttpConnectionContext context, OutgoingOptions options, OwnPorts own, HostLookUp? lookUp, CancellationToken ct)
    {
        var host = context.DnsEndPoint;
        if (options.ProxyAddress is not { } proxy || !IsHostOf(proxy, host.Host) || proxy.Port != host.Port)
        {
            return await ConnectResolvedAsync(context, options.AllowPrivateNetworks, own, lookUp, ct);
        }

        try
        {
            // An admin chose the proxy; it may well be on a private network.
            return await ConnectResolvedAsync(context, allowPrivate: true, own, lookUp, ct);
        }
        catch (Exception failure) when (failure is SocketException or NetworkFaultException)
        {
            throw new NetworkFaultException(ClientFaults.OfConnectingToProxy(failure), "The proxy of Outgoing:Proxy took no connection.", failure);
        }
    }

    private static async ValueTask<Stream> ConnectResolvedAsync(
        SocketsHttpConnectionContext context, bool allowPrivate, OwnPorts own, HostLookUp? lookUp, CancellationToken ct)
    {
        var host = context.DnsEndPoint;
        var clock = Clock(context.InitialRequestMessage);
        clock?.Enter(SendPhase.Dns);
        var allowed = await OutgoingAddresses.ResolveAsync(host.Host, host.Port, allowPrivate, own, ct, lookUp);
        clock?.Enter(SendPhase.Connect);
        return await ConnectAsync(socket => socket.ConnectAsync(allowed, host.Port, ct).AsTask(), IsSecured(context), clock);
    }

    private static async ValueTask<Stream> ConnectSandboxAsync(
        SocketsHttpConnectionContext context, SandboxEndpoint sandbox, CancellationToken ct)
    {
        var clock = Clock(context.InitialRequestMessage);
        clock?.Enter(SendPhase.Connect);
        var address = sandbox.Address ?? throw new NetworkFaultException(NetworkFault.SandboxOff, "The sandbox does not listen.");
        return await ConnectAsync(socket => socket.ConnectAsync(address, ct).AsTask(), IsSecured(context), clock);
    }

    private static async ValueTask<Stream> ConnectAsync(Func<Socket, Task> connect, bool secured, PhaseClock? clock)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await connect(socket);
            clock?.Enter(secured ? SendPhase.Tls : SendPhase.Start);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
