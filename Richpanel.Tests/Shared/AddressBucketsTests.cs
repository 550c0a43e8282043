using System.Net;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Console.Shared;

namespace Richpanel.Tests.Shared;

public sealed class AddressBucketsTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("203.0.113.9", "::ffff:203.0.113.9", true)]
    [InlineData("203.0.113.9", "203.0.113.10", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", false)]
    [InlineData("0.0.0.1", "::1", false)]
    public void Whoever_can_change_its_address_at_will_is_one_sender(string one, string other, bool isSame)
    {
        var buckets = Buckets(burst: 1);

        Assert.Equal(isSame, ReferenceEquals(buckets.Of(IPAddress.Parse(one)), buckets.Of(IPAddress.Parse(other))));
    }

    [Fact]
    public void A_flood_from_everywhere_fills_the_table_and_no_more_and_shares_one_bucket_beyond_it()
    {
        var buckets = Buckets(burst: 10);
        Fill(buckets);

        var passed = Enumerable.Range(AddressBuckets.Most, 1000).Count(i => buckets.Of(Nth(i)).TryTake(out _));

        Assert.Equal((AddressBuckets.Most, 10), (buckets.Count, passed));
    }

    [Fact]
    public void Who_has_been_quiet_makes_room_for_others()
    {
        var buckets = Buckets(burst: 10);
        Fill(buckets);
        _time.Advance(TimeSpan.FromSeconds(2));   // by then all are full again

        buckets.Of(Nth(AddressBuckets.Most));

        Assert.Equal(1, buckets.Count);
    }

    private AddressBuckets Buckets(int burst) => new(new BucketRate(_time, 1, burst), _time);

    private static void Fill(AddressBuckets buckets)
    {
        for (var i = 0; i < AddressBuckets.Most; i++)
        {
            Assert.True(buckets.Of(Nth(i)).TryTake(out _));
        }
    }

    private static IPAddress Nth(int i) => new([10, (byte)(i >> 16), (byte)(i >> 8), (byte)i]);
}
