namespace Richpanel.Core.Wire;

/// <summary>Section <c>Outgoing</c>: what the product may reach.</summary>
public sealed class OutgoingOptions
{
    /// <summary>Allow private, loopback and link-local addresses as targets. Off, because a base address is typed by a person.</summary>
    public bool AllowPrivateNetworks { get; init; }

    /// <summary>An HTTP proxy for all calls but the sandbox's, for example <c>http://proxy:3128</c>. The proxy then resolves names.</summary>
    public Uri? Proxy { get; init; }
}
