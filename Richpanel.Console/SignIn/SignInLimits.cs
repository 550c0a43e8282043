using System.Threading.RateLimiting;
using Richpanel.Console.Shared;

namespace Richpanel.Console.SignIn;

/// <summary>Tries to get in are few per address, whoever is guessed at; Identity's lock-out counts per person.</summary>
internal static class SignInLimits
{
    private const int TriesAMinute = 20;

    private static readonly PathString[] s_doors = ["/sign-in", "/set-up", "/join"];

    public static PartitionedRateLimiter<HttpContext> Create() => PartitionedRateLimiter.Create<HttpContext, string>(context =>
        HttpMethods.IsPost(context.Request.Method) && Array.Exists(s_doors, door => context.Request.Path.StartsWithSegments(door))
            ? RateLimitPartition.GetSlidingWindowLimiter(RemoteAddress.Of(context) ?? "", _ => new SlidingWindowRateLimiterOptions
            {
                PermitLimit = TriesAMinute,
                Window = TimeSpan.FromMinutes(1),
                SegmentsPerWindow = 6,
                QueueLimit = 0,
            })
            : RateLimitPartition.GetNoLimiter(""));
}
