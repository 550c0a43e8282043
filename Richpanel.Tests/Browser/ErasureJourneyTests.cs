using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Richpanel.Core.Access;

namespace Richpanel.Tests.Browser;

/// <summary>An admin, who is the least that may, erases a customer whom Segment asked to delete, reads the receipt, and closes the task.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class ErasureJourneyTests(BrowserFixture browser, JourneyConsole console) : IClassFixture<JourneyConsole>
{
    [Fact(Timeout = 240_000)]
    public async Task A_customer_is_erased()
    {
        for (var i = 0; i < 3; i++)
        {
            await console.Sender.PostAsync($$"""{"userId":"planted-jane-4711","event":"Journey Erase","messageId":"erase-{{i}}","context":{"traits":{"email":"planted.jane@example.test"} } }""");
            await console.Sender.SettledAsync($"erase-{i}");
        }

        await console.Sender.PostAsync("""{"userId":"bert","event":"Journey Stays","messageId":"erase-other"}""");
        await console.Sender.SettledAsync("erase-other");
        await console.Sender.PostAsync("""{"type":"delete","userId":"planted-jane-4711","messageId":"erase-asked"}""");

        await using var tab = await console.OpenAsync(browser, Role.Admin, "/");
        var page = tab.Page;
        await page.GetByRole(AriaRole.Link, new() { Name = "1 customer" }).ClickAsync();
        await SeesAsync(page.GetByText("planted-jane-4711"));
        await tab.KeepsRulesInEveryLookAsync("privacy-tasks");
        await page.SetViewportSizeAsync(1440, 900);
        await page.GetByRole(AriaRole.Link, new() { Name = "Erase here…" }).ClickAsync();
        await Assertions.Expect(page.GetByTestId("deliveries")).ToHaveTextAsync("4");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add the e-mail planted.jane@example.test" }).ClickAsync();
        await SeesAsync(page.GetByRole(AriaRole.Button, new() { Name = "Take away the e-mail planted.jane@example.test" }));
        await tab.KeepsRulesInEveryLookAsync("erase-preview");
        await page.SetViewportSizeAsync(1440, 900);
        await page.GetByLabel("Why").FillAsync("Segment asked for it");
        await page.GetByLabel("Type planted-jane-4711 to confirm").FillAsync("planted-jane-4711");
        await page.GetByLabel("Type planted-jane-4711 to confirm").PressAsync("Enter");

        await SeesAsync(page.GetByRole(AriaRole.Heading, new() { Name = "Receipt of an erasure" }));
        await Assertions.Expect(page.Locator("[data-place=deliveries]")).ToHaveTextAsync("4");
        await tab.KeepsRulesInEveryLookAsync("erase-receipt");
        await page.SetViewportSizeAsync(1440, 900);
        Assert.DoesNotContain("planted", await page.Locator("main").InnerTextAsync(), StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("^ptk_") }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Close…" }).ClickAsync();
        await page.GetByLabel("What was done?").FillAsync("Deleted in Richpanel by hand, erased here.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Close the task" }).ClickAsync();
        await SeesAsync(page.GetByText("Deleted in Richpanel by hand, erased here."));

        await tab.GoAsync("/deliveries?q=event%3AJourney*");
        await SeesAsync(page.Locator("tr[data-row]").Filter(new() { HasText = "Journey Stays" }));
        await Assertions.Expect(page.Locator("tr[data-row]")).ToHaveCountAsync(1);
        Assert.Empty(tab.Faults);
    }

    private static Task SeesAsync(ILocator what) => Assertions.Expect(what).ToBeVisibleAsync();
}
