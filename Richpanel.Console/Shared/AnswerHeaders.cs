namespace Richpanel.Console.Shared;

/// <summary>Headers of answers to programs. Nobody shall show them as a page, frame them, guess another type or keep them.</summary>
internal static class AnswerHeaders
{
    public static void OfPrograms(HttpResponse response)
    {
        var headers = response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (headers.ContentSecurityPolicy.Count == 0)
        {
            headers.ContentSecurityPolicy = "default-src 'none'; frame-ancestors 'none'";
        }

        if (headers.CacheControl.Count == 0)
        {
            headers.CacheControl = "no-store";
        }
    }

    /// <summary>
    /// An address of ours that we lead to, without scheme and host: those came from the visitor, and a cache or another proxy must
    /// not be able to lead others to a host of its choice.
    /// </summary>
    public static void LeadHome(HttpContext context)
    {
        var location = context.Response.Headers.Location.ToString();
        var home = $"{context.Request.Scheme}://{context.Request.Host.ToUriComponent()}/";
        if (location.StartsWith(home, StringComparison.OrdinalIgnoreCase) && !location.AsSpan(home.Length).StartsWith("/") && !location.AsSpan(home.Length).StartsWith("\\"))
        {
            context.Response.Headers.Location = location[(home.Length - 1)..];
        }
    }
}
