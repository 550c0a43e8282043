using Richpanel.Core.Deliveries.Flow;

namespace Richpanel.Tests.Deliveries.Flow;

public sealed class RecoveryPaceTests
{
    private readonly RecoveryPace _pace = new();

    [Fact]
    public void At_the_start_a_quarter_of_a_second_may_go()
    {
        Assert.Equal(10, _pace.Allowed(40, A.Noon));
        _pace.Claimed(40, 10);
        Assert.Equal(0, _pace.Allowed(40, A.Noon));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(50)]
    [InlineData(1_000)]
    public void Over_a_minute_the_rate_holds(int rate)
    {
        var claimed = 0;
        for (var now = A.Noon; now < A.Noon.AddMinutes(1); now = now.AddMilliseconds(20))
        {
            var allowed = _pace.Allowed(rate, now);
            _pace.Claimed(rate, allowed);
            claimed += allowed;
        }

        Assert.InRange(claimed, (rate * 60) - 1, (rate * 60) + Math.Max(1, rate / 4));
    }

    [Fact]
    public void Without_a_rate_nothing_is_held_back() => Assert.Equal(int.MaxValue, _pace.Allowed(null, A.Noon));

    [Fact]
    public void What_comes_in_is_looked_for_five_times_a_second()
    {
        Assert.True(_pace.IsLiveDue(A.Noon));
        _pace.LookedForLive(A.Noon);
        Assert.False(_pace.IsLiveDue(A.Noon.AddMilliseconds(199)));
        Assert.Equal(A.Noon.AddMilliseconds(200), _pace.NextLook(null, true, A.Noon));
        Assert.True(_pace.IsLiveDue(A.Noon.AddMilliseconds(200)));
    }

    [Fact]
    public void A_clock_that_jumps_back_does_not_stop_it()
    {
        _pace.LookedForLive(A.Noon);
        _pace.Claimed(1, _pace.Allowed(1, A.Noon));

        Assert.True(_pace.IsLiveDue(A.Noon.AddHours(-1)));
        Assert.Equal(0, _pace.Allowed(1, A.Noon.AddHours(-1)));
        Assert.Equal(1, _pace.Allowed(1, A.Noon.AddHours(-1).AddSeconds(1)));
    }

    [Fact]
    public void The_next_look_is_when_the_next_one_may_go()
    {
        _pace.LookedForLive(A.Noon);
        _pace.Claimed(10, _pace.Allowed(10, A.Noon));

        Assert.InRange(_pace.NextLook(10, true, A.Noon), A.Noon.AddMilliseconds(20), A.Noon.AddMilliseconds(100));
        Assert.Equal(A.Noon.AddMilliseconds(200), _pace.NextLook(10, false, A.Noon));
    }
}
