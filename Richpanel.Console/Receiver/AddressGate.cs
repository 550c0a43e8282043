using System.Collections.Concurrent;
using System.Net;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Richpanel.Console.Shared;
using Richpanel.Core.Causes;

namespace Richpanel.Console.Receiver;

/// <summary>
/// So many requests an address, whoever it claims to be. Each address has a bucket of its own until <see cref="MostAddresses"/> are
/// told apart; what comes beyond shares one, so that a flood from everywhere neither fills the memory nor gets in for free.
/// </summary>
internal sealed class AddressGate(IOptions<ReceiverOptions> options, TimeProvider time) : IDisposable
{
    public const int MostAddresses = 100_000;

    private static readonly TimeSpan s_sweepEvery = TimeSpan.FromSeconds(1);

    private readonly RateLimitOptions _rate = options.Value.RateLimit;
    private readonly ConcurrentDictionary<UInt128, TokenBucketRateLimiter> _buckets = new();
    private readonly TokenBucketRateLimiter _strangers = Bucket(options.Value.RateLimit);
    private int _count;
    private long _sweptAt;

    /// <summary>Addresses told apart now.</summary>
    public int Count => _count;

    /// <exception cref="RefusedException">It is over its limit.</exception>
    public void Demand(IPAddress? address)
    {
        if (!_rate.Enabled || address is null)
        {
            return;
        }

        var bucket = BucketOf(NetworkKey.Of(address));
        bucket.TryReplenish();   // by the time that has passed: no timer walks through the table
        using var lease = bucket.AttemptAcquire();
        if (!lease.IsAcquired)
        {
            throw new RefusedException(SegmentAnswer.Refused(
                StatusCodes.Status429TooManyRequests, CauseCatalog.AddressRateLimited, retryAfter: WholeSeconds.Of(lease)));
        }
    }

    public void Dispose()
    {
        _strangers.Dispose();
        foreach (var bucket in _buckets.Values)
        {
            bucket.Dispose();
        }
    }

    private TokenBucketRateLimiter BucketOf(UInt128 key)
    {
        if (_buckets.TryGetValue(key, out var known))
        {
            return known;
        }

        if (Volatile.Read(ref _count) >= MostAddresses)
        {
            Sweep();
            if (Volatile.Read(ref _count) >= MostAddresses)
            {
                return _strangers;
            }
        }

        var made = Bucket(_rate);
        if (!_buckets.TryAdd(key, made))
        {
            return _buckets.GetValueOrDefault(key, _strangers);
        }

        Interlocked.Increment(ref _count);
        return made;
    }

    /// <summary>Forgets who has been quiet for so long that its bucket is full again.</summary>
    private void Sweep()
    {
        var last = Volatile.Read(ref _sweptAt);
        var now = time.GetTimestamp();
        if ((last != 0 && time.GetElapsedTime(last, now) < s_sweepEvery) || Interlocked.CompareExchange(ref _sweptAt, now, last) != last)
        {
            return;
        }

        foreach (var (key, bucket) in _buckets)
        {
            bucket.TryReplenish();
            if (bucket.GetStatistics() is { } state && state.CurrentAvailablePermits >= _rate.AddressBurst && _buckets.TryRemove(key, out _))
            {
                // Not disposed: a request may hold it right now. It has no timer, so the collector takes it.
                Interlocked.Decrement(ref _count);
            }
        }
    }

    private static TokenBucketRateLimiter Bucket(RateLimitOptions rate) => new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = rate.AddressBurst,
        TokensPerPeriod = rate.AddressPerSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = 0,
        AutoReplenishment = false,
    });
}
