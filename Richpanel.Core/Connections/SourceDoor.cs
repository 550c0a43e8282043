using System.Collections.Frozen;
using System.Net;

namespace Richpanel.Core.Connections;

/// <summary>Who may post for a source, read from its columns once and asked at every request.</summary>
public sealed class SourceDoor
{
    private readonly FrozenSet<string>? _origins;
    private readonly AddressList? _addresses;

    public SourceDoor(Source source)
    {
        _origins = source.AllowedOrigins?.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _addresses = source.AllowedAddresses is { } listed ? AddressList.Of(listed) : null;
    }

    /// <summary>A request without an origin comes from no page, and no list of origins is about it.</summary>
    public bool AllowsOrigin(string? origin) => _origins is null || origin is null || _origins.Contains(origin);

    public bool AllowsAddress(IPAddress? address) => _addresses is null || _addresses.Contains(address);
}
