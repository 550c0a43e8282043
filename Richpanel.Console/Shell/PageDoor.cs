using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.Extensions.Options;
using Richpanel.Console.Shared;

namespace Richpanel.Console.Shell;

/// <summary>
/// What every page passes: a line that nobody can listen to, unless it does not leave this machine, and the headers that keep a
/// page from being attacked. Who may see which page is asked behind it. Routes for programs are not touched.
/// </summary>
internal sealed class PageDoor(RequestDelegate next, IOptions<PageOptions> options)
{
    /// <summary>Metadata of every endpoint that belongs to the pages.</summary>
    public static object Mark { get; } = new PageMark();

    public async Task InvokeAsync(HttpContext context)
    {
        if (!IsGuarded(context))
        {
            await next(context);
            return;
        }

        if (!context.Request.IsHttps && !options.Value.AllowPlainHttp && !IsLoopback(context))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync(
                $"""
                The console's pages need HTTPS, because passwords and sessions would cross the network readable.
                Put a proxy with a certificate in front (README, TLS), and name it in Proxies:Known unless it runs on this machine;
                or reach the console from its own machine: ssh -L {context.Connection.LocalPort}:127.0.0.1:{context.Connection.LocalPort} <that machine>, then http://localhost:{context.Connection.LocalPort}.
                Receiver and API are not affected.

                """,
                context.RequestAborted);
            return;
        }

        Harden(context);
        if (context.Request.Path.StartsWithSegments("/_blazor") && !OwnPages.Ask(context.Request))
        {
            // A circuit that another site's page opened would show that page what this session sees.
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        await next(context);
    }

    public static bool IsPage(Endpoint endpoint) => endpoint.Metadata.GetMetadata<PageMark>() is not null;

    /// <summary>Headers of every answer that is a page.</summary>
    public static void Harden(HttpContext context)
    {
        var nonce = context.Items[typeof(PageMark)] as string ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        context.Items[typeof(PageMark)] = nonce;
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy =
            $"default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; img-src 'self' data:; "
            + "frame-ancestors 'none'; base-uri 'self'; form-action 'self'";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        if (context.GetEndpoint()?.Metadata.GetMetadata<ComponentTypeMetadata>() is not null)
        {
            headers.CacheControl = "no-store";   // a page may hold what the next user of the same browser must not see
        }
    }

    /// <summary>Whatever is not known to be for programs is guarded: a route that someone forgets to name here is safe, not open.</summary>
    private static bool IsGuarded(HttpContext context) =>
        !Programs.Own(context.Request.Path) || (context.GetEndpoint() is { } endpoint && IsPage(endpoint));

    private static bool IsLoopback(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer);

    private sealed record PageMark;
}
