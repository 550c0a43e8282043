using Richpanel.Core.Deliveries;
using Richpanel.Core.Wire;

namespace Richpanel.Tests.Wire;

public sealed class RetryTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_schedule_waits_as_designed_and_is_used_up_after_nine_tries()
    {
        var waits = Enumerable.Range(0, 10).Select(spent => RetrySchedule.WaitBefore(spent, DeliveryOptions.DefaultSchedule, 0.2, 0)?.TotalSeconds);

        Assert.Equal([0, 5, 30, 120, 600, 1800, 7200, 18_000, 36_000, null], waits);
    }

    [Theory]
    [InlineData(0.2, 0, 10)]
    [InlineData(0.2, 0.5, 11)]
    [InlineData(0.2, 1, 12)]
    [InlineData(0, 1, 10)]
    [InlineData(1, 1, 12)]
    [InlineData(-1, 1, 10)]
    public void Jitter_only_adds_and_at_most_a_fifth(double jitter, double chance, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetrySchedule.WaitBefore(0, [TimeSpan.FromSeconds(10)], jitter, chance));

    [Theory]
    [InlineData(5, 12)]
    [InlineData(60, 60)]
    public void A_try_is_never_earlier_than_asked(int asked, int seconds) =>
        Assert.Equal(
            TimeSpan.FromSeconds(seconds), RetrySchedule.WaitBefore(0, [TimeSpan.FromSeconds(10)], 0.2, 1, TimeSpan.FromSeconds(asked)));

    [Theory]
    [InlineData("0", 0)]
    [InlineData(" 120 ", 120)]
    [InlineData("Tue, 24 Nov 2026 12:00:30 GMT", 30)]
    [InlineData("Tuesday, 24-Nov-26 12:00:30 GMT", 30)]
    [InlineData("Tue Nov 24 12:00:30 2026", 30)]
    [InlineData("Tue, 24 Nov 2026 11:00:00 GMT", 0)]
    [InlineData("99999999999999999999999", 365 * 24 * 3600)]
    public void Retry_After_is_read_as_seconds_or_date(string header, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), RetryAfter.Read(header, s_now));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("-5")]
    [InlineData("1.5")]
    [InlineData("soon")]
    [InlineData("24.11.2026")]
    [InlineData("5, 10")]
    public void Garbage_in_Retry_After_is_ignored(string? header) => Assert.Null(RetryAfter.Read(header, s_now));
}
