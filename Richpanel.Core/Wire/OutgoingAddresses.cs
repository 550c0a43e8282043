using System.Net;

namespace Richpanel.Core.Wire;

/// <summary>Asks a name server.</summary>
public delegate Task<IPAddress[]> HostLookUp(string host, CancellationToken ct);

/// <summary>Looks a host up and keeps what may be reached of it.</summary>
public static class OutgoingAddresses
{
    /// <summary>At least one address.</summary>
    /// <exception cref="NetworkFaultException">None of them may be reached, or the name cannot be one.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The name server knows none.</exception>
    public static async Task<IPAddress[]> ResolveAsync(string host, int port, bool allowPrivate, OwnPorts own, CancellationToken ct, HostLookUp? lookUp = null)
    {
        var allowed = (await LookUpAsync(host, lookUp ?? Dns.GetHostAddressesAsync, ct)).Where(address => OutgoingAddressGuard.MayReach(address, port, allowPrivate, own)).ToArray();
        return allowed.Length > 0
            ? allowed
            : throw new NetworkFaultException(NetworkFault.AddressNotAllowed, $"'{host}' resolves only to addresses that outgoing calls may not reach.");
    }

    /// <summary>An address spelled out is one already; the resolver would throw at some (0.0.0.0, ::).</summary>
    private static async Task<IPAddress[]> LookUpAsync(string host, HostLookUp lookUp, CancellationToken ct)
    {
        if (IPAddress.TryParse(host, out var spelled))
        {
            return [spelled];
        }

        try
        {
            return await lookUp(host, ct);
        }
        catch (ArgumentException impossible)   // for example longer than 255 characters
        {
            throw new NetworkFaultException(NetworkFault.HostNotFound, $"'{host}' cannot be a host name.", impossible);
        }
    }
}
