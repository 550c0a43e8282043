using System.Collections.Concurrent;
using System.Net;

namespace Richpanel.Console.Shared;

/// <summary>
/// A bucket for each address until <see cref="Most"/> are told apart; what comes beyond shares one, so that a flood from everywhere
/// neither fills the memory nor gets in for free.
/// </summary>
internal sealed class AddressBuckets(BucketRate rate, TimeProvider time)
{
    public const int Most = 100_000;

    private static readonly TimeSpan s_sweepEvery = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<UInt128, TokenBucket> _buckets = new();
    private readonly TokenBucket _strangers = new(rate);
    private int _count;
    private long _sweptAt;

    /// <summary>Addresses told apart now.</summary>
    public int Count => _count;

    public TokenBucket Of(IPAddress address)
    {
        var key = NetworkKey.Of(address);
        return _buckets.TryGetValue(key, out var known) ? known : Made(key);
    }

    private TokenBucket Made(UInt128 key)
    {
        if (Volatile.Read(ref _count) >= Most)
        {
            Sweep();
            if (Volatile.Read(ref _count) >= Most)
            {
                return _strangers;
            }
        }

        var made = new TokenBucket(rate);
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
            if (bucket.FullFor is not null && _buckets.TryRemove(key, out _))
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }
}
