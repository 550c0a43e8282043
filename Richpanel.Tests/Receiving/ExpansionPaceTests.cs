using Richpanel.Core.Receiving;

namespace Richpanel.Tests.Receiving;

public sealed class ExpansionPaceTests
{
    private const bool Quiet = false;
    private const bool Rush = true;

    [Fact]
    public void Outside_a_rush_rows_are_made_at_once() => Assert.Equal(TimeSpan.Zero, ExpansionPace.Rest(Quiet, TimeSpan.FromSeconds(1)));

    [Fact]
    public void In_a_rush_senders_come_first() => Assert.True(ExpansionPace.Rest(Rush, TimeSpan.Zero) > TimeSpan.Zero);

    [Fact]
    public void The_longer_rows_are_outstanding_the_shorter_the_rest() =>
        Assert.True(ExpansionPace.Rest(Rush, TimeSpan.FromSeconds(15)) < ExpansionPace.Rest(Rush, TimeSpan.FromSeconds(5)));

    [Fact]
    public void However_great_the_rush_the_lag_stays_bounded() => Assert.Equal(TimeSpan.Zero, ExpansionPace.Rest(Rush, TimeSpan.FromSeconds(21)));

    [Fact]
    public void In_a_rush_a_transaction_is_short() => Assert.True(ExpansionPace.Most(Rush) < ExpansionPace.Least(Quiet));
}
