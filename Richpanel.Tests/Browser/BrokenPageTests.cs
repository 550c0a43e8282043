using Microsoft.Playwright;

namespace Richpanel.Tests.Browser;

/// <summary>What a person sees where something is missing or broken.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class BrokenPageTests(BrowserFixture browser)
{
    [Fact(Timeout = 120_000)]
    public async Task An_unknown_address_is_a_page_that_says_so_and_leads_on()
    {
        await using var tab = await browser.OpenAsync("/nowhere/at/all", TestContext.Current.CancellationToken);

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "There is no such page" })).ToBeVisibleAsync();
        Assert.Equal("", string.Join('\n', await tab.BrokenRulesAsync()));
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "See the deliveries" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Deliveries" })).ToBeVisibleAsync();

        // The status of the page itself, and the browser's own line about it; nothing else.
        Assert.All(tab.Faults, fault => Assert.Contains("404", fault, StringComparison.Ordinal));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_circuit_that_broke_says_so_and_leads_back_to_a_page_that_works()
    {
        await using var tab = await browser.OpenAsync("/deliveries", TestContext.Current.CancellationToken);
        await tab.Page.RouteAsync("**/app*.js", request => request.AbortAsync());   // the layout asks this script for the theme
        await tab.Page.ReloadAsync();
        await Assertions.Expect(tab.Page.GetByText("This page stopped because of an error")).ToBeVisibleAsync();

        await tab.Page.UnrouteAsync("**/app*.js");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Go to the overview" }).ClickAsync();

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.GetByText("This page stopped because of an error")).ToBeHiddenAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task The_error_page_is_accessible_in_light_and_dark_and_leads_back()
    {
        foreach (var dark in new[] { false, true })
        {
            await using var tab = await browser.OpenAsync("/error", TestContext.Current.CancellationToken, dark);

            Assert.Equal("", string.Join('\n', await tab.BrokenRulesAsync()));
            Assert.Empty(tab.Faults);
            await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Go to the overview" }).ClickAsync();
            await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();
        }
    }
}
