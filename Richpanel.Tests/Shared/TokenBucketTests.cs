using Microsoft.Extensions.Time.Testing;
using Richpanel.Console.Shared;

namespace Richpanel.Tests.Shared;

public sealed class TokenBucketTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void After_a_quiet_time_its_burst_passes_and_not_one_more()
    {
        var bucket = Bucket(perSecond: 1, burst: 3);

        Assert.Equal(3, Taken(bucket, of: 10));
    }

    [Fact]
    public void In_the_long_run_its_rate_passes()
    {
        var bucket = Bucket(perSecond: 4, burst: 4);
        Taken(bucket, of: 4);

        var passed = 0;
        for (var i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(0.1));
            passed += Taken(bucket, of: 5);
        }

        Assert.Equal(40, passed);
    }

    [Fact]
    public void Waiting_longer_than_it_takes_to_fill_gives_no_more_than_the_burst()
    {
        var bucket = Bucket(perSecond: 1, burst: 3);
        Taken(bucket, of: 3);

        _time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(3, Taken(bucket, of: 10));
    }

    [Fact]
    public void Whoever_is_refused_is_told_how_long_to_wait_and_passes_then_and_not_before()
    {
        var bucket = Bucket(perSecond: 0.1, burst: 1);
        Assert.True(bucket.TryTake(out _));
        Assert.False(bucket.TryTake(out var wait));
        Assert.Equal((TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)), (wait, bucket.Wait));

        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(bucket.TryTake(out wait));
        Assert.Equal(TimeSpan.FromSeconds(1), wait);

        _time.Advance(wait);
        Assert.Equal(TimeSpan.Zero, bucket.Wait);
        Assert.True(bucket.TryTake(out _));
    }

    [Fact]
    public void A_refusal_costs_nothing()
    {
        var bucket = Bucket(perSecond: 1, burst: 1);
        Taken(bucket, of: 1000);

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.True(bucket.TryTake(out _));
    }

    [Fact]
    public void It_says_since_when_it_is_full()
    {
        var bucket = Bucket(perSecond: 1, burst: 2);
        Taken(bucket, of: 2);
        Assert.Null(bucket.FullFor);

        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(TimeSpan.FromSeconds(3), bucket.FullFor);
    }

    [Fact]
    public void Of_many_who_ask_at_once_no_more_pass_than_may()
    {
        var bucket = Bucket(perSecond: 1, burst: 1000);
        var passed = 0;

        Parallel.For(0, 8, _ => Interlocked.Add(ref passed, Taken(bucket, of: 1000)));

        Assert.Equal(1000, passed);
    }

    [Fact]
    public void The_limiter_made_of_it_refuses_with_the_time_to_wait()
    {
        using var limiter = new BucketLimiter(new BucketRate(_time, 0.5, 1));
        using var first = limiter.AttemptAcquire();
        using var second = limiter.AttemptAcquire();

        Assert.Equal((true, false, 2), (first.IsAcquired, second.IsAcquired, WholeSeconds.Of(second)));
        Assert.Null(limiter.IdleDuration);
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(1), limiter.IdleDuration);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.2, 1)]
    [InlineData(1, 1)]
    [InlineData(1.1, 2)]
    [InlineData(1e9, 3600)]
    public void Seconds_to_wait_are_whole_and_at_least_one(double seconds, int told) => Assert.Equal(told, WholeSeconds.Of(TimeSpan.FromSeconds(seconds)));

    private TokenBucket Bucket(double perSecond, int burst) => new(new BucketRate(_time, perSecond, burst));

    private static int Taken(TokenBucket bucket, int of) => Enumerable.Range(0, of).Count(_ => bucket.TryTake(out var _));
}
