using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Richpanel.Core.Access;

namespace Richpanel.Tests.Browser;

/// <summary>An operator finds what failed, sends it again with a canary that goes wrong at first, and reads the report.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class RetryJourneyTests(BrowserFixture browser, JourneyConsole console) : IClassFixture<JourneyConsole>, IDisposable
{
    [Fact(Timeout = 240_000)]
    public async Task An_operator_retries_all_that_match_is_asked_after_the_canary_and_gets_a_report_that_leads_to_the_rows()
    {
        console.Answers([.. Enumerable.Repeat(422, 8)]);   // each of them once, and the first few once more
        for (var i = 0; i < 6; i++)
        {
            await console.Sender.PostAsync($$"""{"userId":"user-{{i}}","event":"Bulk Broke","messageId":"bulk-{{i}}"}""");
            await console.Sender.SettledAsync($"bulk-{i}");
        }

        await using var tab = await console.OpenAsync(browser, Role.Operator, "/deliveries?q=event%3A%22Bulk%20Broke%22");
        var page = tab.Page;
        await page.GetByLabel("Select all rows of this page").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Retry…" }).ClickAsync();
        var box = page.GetByRole(AriaRole.Dialog, new() { Name = "Retry many" });
        await SeesAsync(box.GetByText("6 deliveries go out again"));
        await SeesAsync(box.GetByText("both modes send the same"));
        await tab.KeepsRulesInEveryLookAsync("retry-plan");
        await page.SetViewportSizeAsync(1440, 900);
        await box.GetByLabel("First").FillAsync("2");
        await box.GetByRole(AriaRole.Button, new() { Name = "Send 6" }).ClickAsync();

        await SeesAsync(page.GetByText("2 of the first 2 were not accepted, more than 20 %. The other 4 wait for your decision."));
        await tab.KeepsRulesInEveryLookAsync("retry-asks");
        await page.SetViewportSizeAsync(1440, 900);
        console.Answers();
        await page.GetByRole(AriaRole.Button, new() { Name = "Send the other 4" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Send them" }).ClickAsync();
        await SeesAsync(page.GetByText("4 accepted, 2 failed again (1 cause)."));
        await tab.KeepsRulesInEveryLookAsync("retry-report");
        await page.SetViewportSizeAsync(1440, 900);

        await page.GetByRole(AriaRole.Row, new() { NameRegex = new Regex("^Failed") }).GetByRole(AriaRole.Link).ClickAsync();
        await Assertions.Expect(page.Locator("tr[data-row]")).ToHaveCountAsync(2);
        await page.Locator("tr[data-row]").First.GetByRole(AriaRole.Link, new() { Name = "Bulk Broke" }).ClickAsync();
        await SeesAsync(page.GetByRole(AriaRole.Link, new() { NameRegex = new Regex("^bulk rty_.* by operator$") }));
        Assert.Empty(tab.Faults);
    }

    public void Dispose() => console.Answers();

    private static Task SeesAsync(ILocator what) => Assertions.Expect(what).ToBeVisibleAsync();
}
