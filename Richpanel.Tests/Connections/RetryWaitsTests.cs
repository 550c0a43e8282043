using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;

namespace Richpanel.Tests.Connections;

public sealed class RetryWaitsTests
{
    [Theory]
    [InlineData("5 s, 30 s, 2 min", "5 s, 30 s, 2 min")]
    [InlineData("5s;90 sec,1H30min", "5 s, 1 min 30 s, 1 h 30 min")]
    [InlineData("00:00:05, 1.00:00:00", "5 s, 1 d")]
    [InlineData(" 7200 s ", "2 h")]
    public void However_waits_are_written_they_are_read_and_kept_in_one_spelling(string typed, string kept)
    {
        Assert.Null(RetryWaits.FaultOf(typed));
        Assert.Equal(kept, RetryWaits.Tidy(typed));
        Assert.Equal(RetryWaits.Read(typed), RetryWaits.Read(kept));
    }

    [Theory]
    [InlineData("soon")]
    [InlineData("5")]
    [InlineData("5 s 3")]
    [InlineData("0 s")]
    [InlineData("31 d")]
    [InlineData("-5 s")]
    [InlineData(",")]
    [InlineData("1 s,1 s,1 s,1 s,1 s,1 s,1 s,1 s,1 s,1 s,1 s,1 s,1 s,1 s,1 s,1 s,1 s,1 s,1 s,1 s,1 s")]
    public void What_is_no_list_of_waits_is_told_and_never_read(string typed)
    {
        Assert.NotNull(RetryWaits.FaultOf(typed));
        Assert.Null(RetryWaits.Read(typed));
    }

    [Fact]
    public void A_connection_has_waits_and_jitter_of_its_own_or_those_of_the_options()
    {
        var options = new DeliveryOptions { Schedule = [TimeSpan.Zero, TimeSpan.FromHours(1)], Jitter = .1 };

        var own = options.For(new Connection { Name = "Shop", BaseUrl = "", ApiKey = "", RetryWaits = "5 s, 1 min", RetryJitterPercent = 0 });
        var none = options.For(new Connection { Name = "Shop", BaseUrl = "", ApiKey = "" });

        Assert.Equal([TimeSpan.Zero, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1)], own.EffectiveSchedule);
        Assert.Equal(0, own.Jitter);
        Assert.Same(options, none);
        Assert.Same(options, options.For(null));
    }
}
