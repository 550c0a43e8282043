using Richpanel.Console.Overview;
using Richpanel.Console.Shared;

namespace Richpanel.Tests.Pages;

public sealed class FigureWordsTests
{
    [Theory]
    [InlineData(112, 100, "up 12 %")]
    [InlineData(97, 100, "down 3 %")]
    [InlineData(1000, 1001, "as before")]
    [InlineData(0, 0, "as before")]
    [InlineData(4, 0, "none before")]
    [InlineData(0, 4, "down 100 %")]
    [InlineData(1200, 100, "12 times as many")]
    public void A_change_is_said_in_words(double now, double before, string words) => Assert.Equal(words, FigureWords.Change(now, before));

    [Theory]
    [InlineData(0, 0, "–")]
    [InlineData(0, 7, "0 %")]
    [InlineData(7, 7, "100 %")]
    [InlineData(1, 100_000, "< 0.1 %")]
    [InlineData(99_999, 100_000, "> 99.9 %")]
    [InlineData(1, 3, "33 %")]
    public void A_share_is_never_rounded_to_nothing_or_to_all(long part, long all, string words) => Assert.Equal(words, FigureWords.Share(part, all));

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(3, 4)]
    [InlineData(11, 20)]
    [InlineData(61, 80)]
    [InlineData(101, 200)]
    public void The_top_of_a_chart_is_round(long highest, long top) => Assert.Equal(top, ChartScale.TopOf(highest));

    [Theory]
    [InlineData("/", null, null, null)]
    [InlineData("/?range=7d", "7d", null, null)]
    [InlineData("/", "90d", null, null)]
    [InlineData("/", null, "yesterday", "today")]
    [InlineData("/?since=2026-11-20T10%3A00Z&until=2026-11-20T12%3A00Z", "7d", "2026-11-20T10:00Z", "2026-11-20T12:00Z")]
    public void The_address_says_which_time_is_shown(string address, string? range, string? since, string? until) =>
        Assert.Equal(address, OverviewView.Read(range, since, until).ToAddress());
}
