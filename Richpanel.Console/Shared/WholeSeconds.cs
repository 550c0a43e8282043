using System.Threading.RateLimiting;

namespace Richpanel.Console.Shared;

/// <summary>Retry-After as every client can read it: a whole number of seconds, at least one.</summary>
internal static class WholeSeconds
{
    public static int Of(TimeSpan wait) => (int)Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, 3600);

    public static int Of(RateLimitLease lease) => lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Of(after) : 1;
}
