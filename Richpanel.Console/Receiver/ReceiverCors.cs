namespace Richpanel.Console.Receiver;

/// <summary>
/// CORS of the door alone (segment.md 1.6): any page may post, the source's own list of origins is checked once the source is
/// known. Errors carry the headers too, and Retry-After is exposed, or a browser could not read either. The door never reads or
/// sets a cookie, so echoing the origin with credentials gives nothing away.
/// </summary>
internal static class ReceiverCors
{
    /// <summary>What SDKs are known to send; by the Fetch standard <c>*</c> would not cover <c>authorization</c>.</summary>
    private const string KnownHeaders =
        "authorization, content-type, content-encoding, x-retry-count, retried-after, retry-attempt, retried-after-first, reclaimed, anonymousid";

    private const int LongestEcho = 1024;

    public static void Allow(HttpContext context)
    {
        string? origin = context.Request.Headers.Origin;
        if (string.IsNullOrEmpty(origin) || origin.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            // A browser writes origins in plain ASCII; the server would break off at an answer's header that holds anything else.
            return;
        }

        var headers = context.Response.Headers;
        headers.AccessControlExposeHeaders = "Retry-After";
        headers.Vary = "Origin";
        if (string.Equals(origin, "null", StringComparison.Ordinal))
        {
            // Sandboxed frames and files: nobody in particular, so no credentials.
            headers.AccessControlAllowOrigin = "*";
            return;
        }

        headers.AccessControlAllowOrigin = origin;
        headers.AccessControlAllowCredentials = "true";
    }

    public static void AnswerPreflight(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowMethods = "GET, POST, OPTIONS";
        headers.AccessControlMaxAge = "7200";
        var asked = context.Request.Headers.AccessControlRequestHeaders.ToString();
        headers.AccessControlAllowHeaders = IsPlainList(asked) ? $"{KnownHeaders}, {asked}" : KnownHeaders;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static bool IsPlainList(string names) =>
        names.Length is > 0 and <= LongestEcho && names.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or ',' or ' ');
}
