namespace Richpanel.Tests.Browser;

/// <summary>What holds for every page: accessible, quiet, at home, and usable on a telephone.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class PageRulesTests(BrowserFixture browser)
{
    public static TheoryData<string> Pages => ["/", "/deliveries", "/connections", "/connections/new", "/connections/con_1", "/lab"];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Pages))]
    public async Task A_page_breaks_no_rule_of_accessibility_in_light_and_dark(string path)
    {
        foreach (var dark in new[] { false, true })
        {
            await using var tab = await browser.OpenAsync(path, TestContext.Current.CancellationToken, dark);

            Assert.Equal("", string.Join('\n', await tab.BrokenRulesAsync()));
            Assert.Empty(tab.Faults);
        }
    }

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Pages))]
    public async Task A_page_does_not_scroll_sideways_on_a_telephone(string path)
    {
        await using var tab = await browser.OpenAsync(path, TestContext.Current.CancellationToken, width: 390);

        Assert.False(await tab.ScrollsSidewaysAsync());
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_first_stop_of_the_keyboard_leads_past_the_menu()
    {
        await using var tab = await browser.OpenAsync("/deliveries", TestContext.Current.CancellationToken);

        await tab.Page.EvaluateAsync("document.activeElement?.blur()");
        await tab.Page.Keyboard.PressAsync("Tab");

        Assert.Contains("content", await tab.Page.EvaluateAsync<string>("document.activeElement.innerText.toLowerCase()"), StringComparison.Ordinal);
    }
}
