namespace Richpanel.Console.Shared;

/// <summary>
/// Whether a request of a browser was begun by a page of this console, as the browser says it: by Sec-Fetch-Site, and where it sends
/// none (Chromium at a web socket) by Origin. The session's cookie is kept from other sites (SameSite), but not from neighbours under
/// the same domain. Programs say nothing of the kind, and no page can say something false.
/// </summary>
internal static class OwnPages
{
    public static bool Ask(HttpRequest request) => request.Headers["Sec-Fetch-Site"].ToString() switch
    {
        "" => request.Headers.Origin.ToString() is not { Length: > 0 } origin || IsOwn(origin, request),
        var site => site is "same-origin" or "none",
    };

    /// <summary>By name alone: what is before a proxy has another port, and often another scheme.</summary>
    private static bool IsOwn(string origin, HttpRequest request) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var page) && string.Equals(page.Host, request.Host.Host, StringComparison.OrdinalIgnoreCase);
}
