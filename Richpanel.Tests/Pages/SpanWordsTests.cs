using Richpanel.Console.Shared;

namespace Richpanel.Tests.Pages;

public sealed class SpanWordsTests
{
    private static readonly DateTimeOffset s_at = new(2026, 11, 28, 14, 5, 9, TimeSpan.FromHours(1));

    [Theory]
    [InlineData(30, false, "28 Nov 14:05–14:35")]
    [InlineData(30, true, "28 Nov 2:05 PM–2:35 PM")]
    [InlineData(24 * 60, false, "28 Nov 14:05 – 29 Nov 14:05")]
    public void A_span_is_told_to_the_minute_by_the_chosen_clock(int minutes, bool twelve, string words) =>
        Assert.Equal(words, TimeWords.Span(s_at, s_at.AddMinutes(minutes), twelve));

    [Fact]
    public void A_span_up_to_midnight_is_of_one_day() =>
        Assert.Equal("28 Nov 14:05–00:00", TimeWords.Span(s_at, new DateTimeOffset(2026, 11, 29, 0, 0, 0, TimeSpan.FromHours(1))));

    [Theory]
    [InlineData(5, false, "28 Nov 14:05:09", "14:05")]
    [InlineData(3_600, false, "28 Nov 14:05", "14:05")]
    [InlineData(3_600, true, "28 Nov 2:05 PM", "2:05 PM")]
    [InlineData(86_400 * 3, true, "28 Nov", "28 Nov")]
    public void The_start_of_a_bar_and_a_tick_are_as_fine_as_what_they_stand_beside(int seconds, bool twelve, string start, string tick)
    {
        Assert.Equal(start, TimeWords.Start(s_at, TimeSpan.FromSeconds(seconds), twelve));
        Assert.Equal(tick, TimeWords.Tick(s_at, TimeSpan.FromSeconds(seconds), twelve));
    }
}
