using System.Threading.RateLimiting;

namespace Richpanel.Console.Shared;

/// <summary>A <see cref="TokenBucket"/> where the framework's rate limiting asks for a limiter.</summary>
internal sealed class BucketLimiter(BucketRate rate) : RateLimiter
{
    private readonly TokenBucket _bucket = new(rate);

    public override TimeSpan? IdleDuration => _bucket.FullFor;

    public override RateLimiterStatistics? GetStatistics() => null;

    protected override RateLimitLease AttemptAcquireCore(int permitCount) => new Lease(_bucket.TryTake(out var wait, permitCount), wait);

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken) =>
        ValueTask.FromResult(AttemptAcquireCore(permitCount));

    private sealed class Lease(bool isAcquired, TimeSpan wait) : RateLimitLease
    {
        public override bool IsAcquired => isAcquired;

        public override IEnumerable<string> MetadataNames => isAcquired ? [] : [MetadataName.RetryAfter.Name];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = !isAcquired && metadataName == MetadataName.RetryAfter.Name ? wait : null;
            return metadata is not null;
        }
    }
}
