using System.Net;
using System.Net.Sockets;

namespace Richpanel.Core.Connections;

/// <summary>Addresses and networks (CIDR) as people write them: separated by blanks, commas or lines. Read once, asked often.</summary>
public sealed class AddressList
{
    private static readonly char[] s_between = [' ', ',', ';', '\t', '\r', '\n'];

    private readonly IPNetwork[] _networks;

    private AddressList(IPNetwork[] networks) => _networks = networks;

    public IReadOnlyList<IPNetwork> Networks => _networks;

    /// <summary>What can be read of the list; what cannot lets nobody in. Ask <see cref="Faults"/> first.</summary>
    public static AddressList Of(string? text) => new([.. Words(text).Select(Network).OfType<IPNetwork>()]);

    /// <summary>Entries that are neither an address nor a network.</summary>
    public static IReadOnlyList<string> Faults(string? text) => [.. Words(text).Where(word => Network(word) is null)];

    /// <summary>The list as it is stored: one blank between two entries; null when there is none.</summary>
    public static string? Tidy(string? text) => Words(text) is { Length: > 0 } words ? string.Join(' ', words) : null;

    /// <summary>An IPv4 address that came as IPv6 is the IPv4 address. Nobody known is nobody allowed.</summary>
    public bool Contains(IPAddress? address)
    {
        if (address is null)
        {
            return false;
        }

        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in _networks)
        {
            if (network.BaseAddress.AddressFamily == plain.AddressFamily && network.Contains(plain))
            {
                return true;
            }
        }

        return false;
    }

    private static string[] Words(string? text) => (text ?? "").Split(s_between, StringSplitOptions.RemoveEmptyEntries);

    private static IPNetwork? Network(string word)
    {
        var slash = word.IndexOf('/', StringComparison.Ordinal);
        if (Address(slash < 0 ? word : word[..slash]) is not { } address)
        {
            return null;
        }

        var whole = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
        if (slash < 0)
        {
            return new IPNetwork(address, whole);
        }

        // 203.0.113.9/24 would be read as something else by half of its readers: the host's bits must be zero.
        return IsPlainNumber(word[(slash + 1)..]) && IPNetwork.TryParse(word, out var network) && network.BaseAddress.Equals(address) ? network : null;
    }

    /// <summary>Only the usual spelling: 010.0.0.1, 127.1 and 2130706433 mean different things to different readers.</summary>
    private static IPAddress? Address(string word) =>
        IPAddress.TryParse(word, out var address) && !word.Contains('%', StringComparison.Ordinal) && !word.Contains('[', StringComparison.Ordinal)
        && !address.IsIPv4MappedToIPv6
        && (address.AddressFamily == AddressFamily.InterNetworkV6 || address.ToString() == word)
            ? address
            : null;

    private static bool IsPlainNumber(string text) => text.Length is > 0 and <= 3 && text.All(char.IsAsciiDigit);
}
