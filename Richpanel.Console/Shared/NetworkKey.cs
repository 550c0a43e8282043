using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Richpanel.Console.Shared;

/// <summary>What a limit counts by: whoever can change its address at will within this is one sender. Pure.</summary>
internal static class NetworkKey
{
    /// <summary>IPv4 as it is, mapped or not; of IPv6 the first half, as whoever has one address there has all of its network.</summary>
    public static UInt128 Of(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        var isShort = address.AddressFamily == AddressFamily.InterNetwork;
        address.TryWriteBytes(bytes, out _);
        if (isShort || address.IsIPv4MappedToIPv6)
        {
            return BinaryPrimitives.ReadUInt32BigEndian(isShort ? bytes : bytes[12..]);
        }

        return new UInt128(BinaryPrimitives.ReadUInt64BigEndian(bytes), ulong.MaxValue);
    }
}
