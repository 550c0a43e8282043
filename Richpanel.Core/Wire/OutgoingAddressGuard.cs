using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Richpanel.Core.Wire;

/// <summary>Ports this product itself listens on; never a target, however the base address is spelled.</summary>
public sealed class OwnPorts
{
    private volatile HashSet<int> _ports = [];

    public void Add(params IEnumerable<int> ports) => _ports = [.. _ports, .. ports];

    public bool Contains(int port) => _ports.Contains(port);
}

/// <summary>Which resolved addresses may be reached (SSRF guard). Asked at connect time, after DNS, so rebinding cannot pass it.</summary>
public static class OutgoingAddressGuard
{
    private static readonly IPNetwork[] s_refused =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "168.63.129.16/32", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/128", "::1/128", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>A translator of this very network (RFC 8215): where in it the IPv4 address stands is that network's choice.</summary>
    private static readonly IPNetwork s_ownTranslator = IPNetwork.Parse("64:ff9b:1::/48");

    /// <summary>Public unicast, also behind every form that wraps an IPv4 address in an IPv6 one.</summary>
    public static bool IsPublic(IPAddress address) =>
        !s_ownTranslator.Contains(address)
        && Unwrapped(address) is var plain && !s_refused.Any(network => network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain));

    public static bool MayReach(IPAddress address, int port, bool allowPrivate, OwnPorts own)
    {
        if (own.Contains(port) && IsThisMachine(Unwrapped(address)))
        {
            return false;
        }

        return allowPrivate || IsPublic(address);
    }

    /// <summary>The IPv4 address inside mapped (::ffff:0:0/96), compatible (::/96), translated (64:ff9b::/96, ::ffff:0:0:0/96) and 6to4 (2002::/16) forms.</summary>
    private static IPAddress Unwrapped(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        if (address.IsIPv4MappedToIPv6)
        {
            return address.MapToIPv4();
        }

        if (bytes[0] == 0x20 && bytes[1] == 0x02)
        {
            return new IPAddress(bytes.AsSpan(2, 4));
        }

        var isNat64 = bytes.AsSpan(0, 12).SequenceEqual(new byte[] { 0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0 })
            || bytes.AsSpan(0, 6).SequenceEqual(new byte[] { 0, 0x64, 0xff, 0x9b, 0, 1 });
        var isTranslated = bytes.AsSpan(0, 12).SequenceEqual(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0 });
        var isCompatible = bytes.AsSpan(0, 12).IndexOfAnyExcept((byte)0) < 0 && !IPAddress.IPv6Loopback.Equals(address) && !IPAddress.IPv6Any.Equals(address);
        return isNat64 || isTranslated || isCompatible ? new IPAddress(bytes.AsSpan(12, 4)) : address;
    }

    private static bool IsThisMachine(IPAddress address) =>
        IPAddress.IsLoopback(address) || IPAddress.Any.Equals(address) || IPAddress.IPv6Any.Equals(address)
        || NetworkInterface.GetAllNetworkInterfaces().Any(card => card.GetIPProperties().UnicastAddresses.Any(own => own.Address.Equals(address)));
}
