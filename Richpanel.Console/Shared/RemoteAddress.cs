namespace Richpanel.Console.Shared;

/// <summary>Where a request came from, as the change log writes it.</summary>
internal static class RemoteAddress
{
    public static string? Of(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } address ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString() : null;
}
