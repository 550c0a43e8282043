using System.Diagnostics.CodeAnalysis;

namespace Richpanel.Core.Wire;

/// <summary>Section <c>Outgoing</c>: what the product may reach.</summary>
public sealed class OutgoingOptions
{
    internal const string ProxyFault =
        "Outgoing:Proxy must be a whole http or https address without a path, for example http://proxy:3128 or http://user:password@proxy:3128.";

    /// <summary>Allow private, loopback and link-local addresses as targets. Off, because a base address is typed by a person.</summary>
    public bool AllowPrivateNetworks { get; init; }

    /// <summary>
    /// An HTTP proxy for all calls but the sandbox's, for example <c>http://proxy:3128</c>; user and password may stand in it. The
    /// proxy then resolves names. Empty = none. A text, so that a wrong one is told by <see cref="ProxyFault"/> without being repeated.
    /// </summary>
    public string? Proxy { get; init; }

    [MemberNotNullWhen(true, nameof(ProxyAddress))]
    internal bool HasProxy => ProxyAddress is not null;

    internal Uri? ProxyAddress => string.IsNullOrWhiteSpace(Proxy) ? null : new Uri(Proxy.Trim(), UriKind.Absolute);

    internal bool IsProxyUsable =>
        string.IsNullOrWhiteSpace(Proxy)
        || (Uri.TryCreate(Proxy.Trim(), UriKind.Absolute, out var proxy)
            && (proxy.Scheme == Uri.UriSchemeHttp || proxy.Scheme == Uri.UriSchemeHttps)
            && proxy.Host.Length > 0
            && proxy.PathAndQuery == "/"
            && proxy.Fragment.Length == 0);
}
