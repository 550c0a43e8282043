using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Richpanel.Console.Shared;

namespace Richpanel.Console.Api;

/// <summary>Section <c>Api</c>.</summary>
public sealed class ApiOptions
{
    /// <summary>Calls of one token a second in the long run; beyond it 429 with Retry-After.</summary>
    [Range(1, 1_000_000)]
    public int CallsPerSecond { get; init; } = 200;

    /// <summary>Calls of one token at once after a quiet time.</summary>
    [Range(1, 1_000_000)]
    public int CallsBurst { get; init; } = 2000;
}

/// <summary>So many calls a token: a script that runs wild must not take the database from the others. Whoever has no token is refused before.</summary>
internal sealed class TokenLimit(IOptions<ApiOptions> options, TimeProvider time) : IRateLimiterPolicy<string>
{
    private readonly BucketRate _rate = new(time, options.Value.CallsPerSecond, options.Value.CallsBurst);

    public Func<OnRejectedContext, CancellationToken, ValueTask>? OnRejected { get; } = static async (rejected, _) =>
    {
        var wait = WholeSeconds.Of(rejected.Lease).ToString(CultureInfo.InvariantCulture);
        rejected.HttpContext.Response.Headers.RetryAfter = wait;
        await ApiProblems.WriteAsync(
            rejected.HttpContext, StatusCodes.Status429TooManyRequests, "Too many calls", $"This token sends more calls than Api:CallsPerSecond allows. Try again in {wait} s.");
    };

    public RateLimitPartition<string> GetPartition(HttpContext httpContext) =>
        RateLimitPartition.Get(httpContext.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? "", _ => new BucketLimiter(_rate));
}
