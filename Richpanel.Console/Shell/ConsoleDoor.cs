using Richpanel.Console.Shared;

namespace Richpanel.Console.Shell;

/// <summary>
/// Until people can sign in, pages answer this machine only: the socket's other end is loopback, nothing on the way
/// forwarded the request, and Host is a loopback name (else a web site could point a name of its own at 127.0.0.1 and read the
/// pages). A bearer token opens no page. Routes for programs are not touched.
/// </summary>
internal sealed class ConsoleDoor(RequestDelegate next)
{
    private static readonly string[] s_programs =
        ["/v1", "/v2", "/v3", "/segment", "/webhooks", "/api", "/healthz", "/readyz", "/metrics", "/openapi", "/scalar"];

    /// <summary>Metadata of every endpoint that belongs to the pages.</summary>
    public static object Mark { get; } = new PageMark();

    public static bool IsForPrograms(PathString path) => Array.Exists(s_programs, prefix => path.StartsWithSegments(prefix));

    public async Task InvokeAsync(HttpContext context)
    {
        if (!IsGuarded(context))
        {
            await next(context);
            return;
        }

        if (LocalVisitor.Refusal(context) is { } reason)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync(
                $"""
                The console's pages answer only on the machine they run on, because there is no sign-in yet.
                This request was refused: {reason}
                Open the console on that machine at http://localhost:{context.Connection.LocalPort}, or bring the port to yours with
                ssh -L {context.Connection.LocalPort}:127.0.0.1:{context.Connection.LocalPort} <that machine> and open http://localhost:{context.Connection.LocalPort}.
                Receiver and API are not affected.

                """,
                context.RequestAborted);
            return;
        }

        Harden(context.Response.Headers);
        await next(context);
    }

    public static bool IsPage(Endpoint endpoint) => endpoint.Metadata.GetMetadata<PageMark>() is not null;

    /// <summary>Whatever is not known to be for programs is shut: a route that someone forgets to name here is safe, not open.</summary>
    private static bool IsGuarded(HttpContext context) =>
        !IsForPrograms(context.Request.Path) || (context.GetEndpoint() is { } endpoint && IsPage(endpoint));

    /// <summary>Headers of every answer that is a page.</summary>
    public static void Harden(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy =
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
        headers["Referrer-Policy"] = "no-referrer";
        headers.XContentTypeOptions = "nosniff";
    }

    private sealed record PageMark;
}
