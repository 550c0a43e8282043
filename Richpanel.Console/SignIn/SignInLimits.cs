using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Richpanel.Console.Shared;

namespace Richpanel.Console.SignIn;

/// <summary>Tries to get in are few per address (IPv6: per network of 64 bits), whoever is guessed at; Identity's lock-out counts per person.</summary>
internal static class SignInLimits
{
    private const int TriesAMinute = 20;

    private static readonly PathString[] s_doors = ["/sign-in", "/set-up", "/join", "/account"];

    public static void Set(RateLimiterOptions limits)
    {
        limits.GlobalLimiter = Create();
        limits.OnRejected = SayAsync;
    }

    /// <summary>The status of a try that was not looked at, and when the next one may be.</summary>
    public static void Refuse(HttpResponse answer)
    {
        answer.StatusCode = StatusCodes.Status429TooManyRequests;
        answer.Headers.RetryAfter = 60.ToString(CultureInfo.InvariantCulture);
    }

    private static async ValueTask SayAsync(OnRejectedContext rejected, CancellationToken ct)
    {
        var answer = rejected.HttpContext.Response;
        Refuse(answer);
        answer.ContentType = "text/plain; charset=utf-8";
        await answer.WriteAsync("Too many tries from your address. Wait a minute, go back and try again.\n", ct);
    }

    private static PartitionedRateLimiter<HttpContext> Create() => PartitionedRateLimiter.Create<HttpContext, UInt128>(context =>
        HttpMethods.IsPost(context.Request.Method) && Array.Exists(s_doors, door => context.Request.Path.StartsWithSegments(door))
            ? RateLimitPartition.GetSlidingWindowLimiter(context.Connection.RemoteIpAddress is { } address ? NetworkKey.Of(address) : UInt128.Zero, _ => new SlidingWindowRateLimiterOptions
            {
                PermitLimit = TriesAMinute,
                Window = TimeSpan.FromMinutes(1),
                SegmentsPerWindow = 6,
                QueueLimit = 0,
            })
            : RateLimitPartition.GetNoLimiter(UInt128.MaxValue));   // no address has this key
}
