using Microsoft.Playwright;

namespace Richpanel.Tests.Browser;

/// <summary>The form of what a source lets in, with faults at their fields, keeps the rules of every page.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class SourceFormTests(BrowserFixture browser)
{
    [Theory(Timeout = 120_000)]
    [InlineData(false, 1440)]
    [InlineData(true, 1440)]
    [InlineData(false, 390)]
    [InlineData(true, 390)]
    public async Task A_source_is_edited_by_everybody_on_every_screen(bool dark, int width)
    {
        await using var tab = await browser.OpenAsync("/connections/con_1", TestContext.Current.CancellationToken, dark, width);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Edit Sandbox" }).ClickAsync();
        await tab.Page.GetByLabel("Allowed addresses").FillAsync("10.0.0.1 shop");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Save source" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("#source-addresses-fault")).ToBeVisibleAsync();

        await tab.KeepsRulesAsync();
    }
}
