using System.Net;

namespace Richpanel.Console.Shared;

/// <summary>Somebody who sits at this machine: asked for pages, and for what else shall not leave it.</summary>
internal static class LocalVisitor
{
    private static readonly string[] s_forwarding =
    [
        "Forwarded", "Via", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP", "CF-Ray",
        "Fastly-Client-IP", "X-Envoy-External-Address", "X-Amzn-Trace-Id",
    ];

    // UseForwardedHeaders moves what it used to X-Original-*.
    private static readonly string[] s_forwardingFamilies = ["X-Forwarded-", "X-Original-", "X-ProxyUser-"];

    /// <summary>Why a request does not come straight from this machine, as a sentence; null when it may.</summary>
    public static string? Refusal(HttpContext context)
    {
        if (context.Connection.RemoteIpAddress is not { } peer || !IPAddress.IsLoopback(peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer))
        {
            return "it came from another machine.";
        }

        if (context.Request.Headers.Keys.FirstOrDefault(IsForwarding) is { } header)
        {
            return $"it came through a proxy (it has the header {header}).";
        }

        if (!IsLoopbackName(context.Request.Host.Host))
        {
            return "its Host is not localhost, 127.0.0.1 or [::1].";
        }

        return IsForeign(context.Request) ? "another web site sent it." : null;
    }

    private static bool IsForwarding(string header) =>
        s_forwarding.Contains(header, StringComparer.OrdinalIgnoreCase)
        || Array.Exists(s_forwardingFamilies, family => header.StartsWith(family, StringComparison.OrdinalIgnoreCase));

    private static bool IsLoopbackName(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address)
            && (address.Equals(IPAddress.Loopback) || address.Equals(IPAddress.IPv6Loopback)));

    /// <summary>
    /// A page of another site may open a WebSocket to this machine; its Origin gives it away. A form of our own pages, which give away
    /// no referrer, has <c>null</c> there: of it the browser says in another header that it is ours, which no page can say.
    /// </summary>
    private static bool IsForeign(HttpRequest request) =>
        !OwnPages.Ask(request)
        || (request.Headers.Origin.ToString() is { Length: > 0 } origin and not "null"
            && !origin.Equals($"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase));
}
