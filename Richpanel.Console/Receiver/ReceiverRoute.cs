using Richpanel.Core.Receiving;

namespace Richpanel.Console.Receiver;

internal enum RouteKind
{
    /// <summary>Nothing is served here, but the path is the door's.</summary>
    Unknown,
    Tracking,
    Partner,
    Webhook,
    Pixel,
    Metrics,
    Settings,
}

/// <summary>What a path of the door means.</summary>
/// <param name="Kind">Who answers it.</param>
/// <param name="Name">The route as it is logged and counted: never holds a key or an id.</param>
/// <param name="Received">How the body is read later.</param>
/// <param name="Argument">Source id, write key or pixel type from the path; null when there is none.</param>
internal readonly record struct ReceiverRoute(RouteKind Kind, string Name, ReceivedRoute Received = default, string? Argument = null)
{
    /// <summary>The route of a path; null when the path is not the door's.</summary>
    public static ReceiverRoute? Of(PathString path)
    {
        var text = path.Value.AsSpan();
        if (text.StartsWith("/v1/") || text is "/v1")
        {
            return Tracking(text[Math.Min(4, text.Length)..].TrimEnd('/'));
        }

        if (path.StartsWithSegments("/segment", StringComparison.Ordinal, out var rest))
        {
            return OneArgument(RouteKind.Partner, "/segment", "/segment/{sourceId}", ReceivedRoute.Partner, rest, mayLack: true);
        }

        return path.StartsWithSegments("/webhooks", StringComparison.Ordinal, out rest)
            ? OneArgument(RouteKind.Webhook, "/webhooks", "/webhooks/{sourceId}", ReceivedRoute.Webhook, rest, mayLack: false)
            : null;
    }

    private static ReceiverRoute Tracking(ReadOnlySpan<char> name) => name switch
    {
        "track" or "t" => new(RouteKind.Tracking, "/v1/track", ReceivedRoute.Track),
        "batch" or "b" or "import" => new(RouteKind.Tracking, "/v1/batch", ReceivedRoute.Batch),
        "identify" or "i" => new(RouteKind.Tracking, "/v1/identify", ReceivedRoute.Identify),
        "page" or "p" => new(RouteKind.Tracking, "/v1/page", ReceivedRoute.Page),
        "screen" or "s" => new(RouteKind.Tracking, "/v1/screen", ReceivedRoute.Screen),
        "group" or "g" => new(RouteKind.Tracking, "/v1/group", ReceivedRoute.Group),
        "alias" or "a" => new(RouteKind.Tracking, "/v1/alias", ReceivedRoute.Alias),
        "m" => new(RouteKind.Metrics, "/v1/m"),
        _ when name.StartsWith("pixel/") => new(RouteKind.Pixel, "/v1/pixel", ReceivedRoute.Pixel, name["pixel/".Length..].ToString()),
        _ when name.StartsWith("projects/") && name.EndsWith("/settings") && name.Count('/') == 2 =>
            new(RouteKind.Settings, "/v1/projects/{writeKey}/settings", Argument: name["projects/".Length..^"/settings".Length].ToString()),
        _ => new(RouteKind.Unknown, "/v1"),
    };

    private static ReceiverRoute OneArgument(
        RouteKind kind, string bare, string full, ReceivedRoute received, PathString rest, bool mayLack)
    {
        var argument = rest.Value?.Trim('/') ?? "";
        if (argument.Length == 0)
        {
            return mayLack ? new(kind, bare, received) : new(RouteKind.Unknown, bare);
        }

        return argument.Contains('/', StringComparison.Ordinal) ? new(RouteKind.Unknown, bare) : new(kind, full, received, argument);
    }
}
