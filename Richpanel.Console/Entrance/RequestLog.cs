using System.Diagnostics;
using Richpanel.Console.Shared;

namespace Richpanel.Console.Entrance;

/// <summary>
/// One line for each request of a page or of the API: method, the route as it is written in code, status and time. What stands in
/// the address in its place, the query, headers and who it was are never in it.
/// </summary>
internal sealed partial class RequestLog(RequestDelegate next, ILogger<RequestLog> log)
{
    /// <summary>Asked every few seconds by machines.</summary>
    private static readonly PathString[] s_probes = ["/healthz", "/readyz", "/metrics"];

    public async Task InvokeAsync(HttpContext context)
    {
        var route = RouteOf(context.GetEndpoint());   // now: an error page takes its place later
        var level = LevelOf(context);
        if (!log.IsEnabled(level))
        {
            await next(context);
            return;
        }

        var began = Stopwatch.GetTimestamp();
        var broke = true;
        try
        {
            await next(context);
            broke = false;
        }
        finally
        {
            Answered(level, MethodOf(context.Request.Method), route, broke ? StatusCodes.Status500InternalServerError : context.Response.StatusCode, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }
    }

    private static LogLevel LevelOf(HttpContext context) =>
        context.GetEndpoint()?.Metadata.GetMetadata<QuietRoute>() is not null || Array.Exists(s_probes, probe => context.Request.Path.StartsWithSegments(probe))
            ? LogLevel.Debug
            : LogLevel.Information;

    private static string RouteOf(Endpoint? endpoint) =>
        endpoint is RouteEndpoint { RoutePattern.RawText: { } route } ? "/" + route.TrimStart('/') : "(no route)";

    /// <summary>Anyone can make a method up.</summary>
    private static string MethodOf(string method) =>
        HttpMethods.GetCanonicalizedValue(method) is var known && s_methods.Contains(known, StringComparer.Ordinal) ? known : "(other)";

    private static readonly string[] s_methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE"];

    [LoggerMessage(EventId = 20, Message = "{Method} {Route} answered {Status} in {Elapsed:0} ms")]
    private partial void Answered(LogLevel level, string method, string route, int status, double elapsed);
}
