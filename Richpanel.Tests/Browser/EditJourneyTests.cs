using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Richpanel.Core;
using Richpanel.Core.Access;

namespace Richpanel.Tests.Browser;

/// <summary>Support mends one customer's failed delivery and sends it in place of the original.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class EditJourneyTests(BrowserFixture browser, JourneyConsole console) : IClassFixture<JourneyConsole>, IDisposable
{
    [Fact(Timeout = 240_000)]
    public async Task Support_gives_a_reason_mends_a_field_resends_and_finds_both_from_each_other()
    {
        console.Answers(422);
        await console.Sender.PostAsync("""{"userId":"user-edit","event":"Order Completed","messageId":"edit-journey","timestamp":"2026-01-31T12:00:00Z","properties":{"order_id":"A-1","total":49.9},"context":{"traits":{"email":"jane.edit@example.com"}}}""");
        var id = PublicId.Delivery((await console.Sender.SettledAsync("edit-journey")).Id);
        console.Answers();
        await using var tab = await console.OpenAsync(browser, Role.Support, $"/deliveries/{id}");
        var page = tab.Page;

        await page.GetByRole(AriaRole.Link, new() { Name = "Edit and resend" }).ClickAsync();
        await SeesAsync(page.GetByText("It can be edited once you see it in clear"));
        Assert.DoesNotContain("jane", await page.ContentAsync(), StringComparison.OrdinalIgnoreCase);
        await tab.KeepsRulesInEveryLookAsync("lab-edit-hidden");
        await page.SetViewportSizeAsync(1440, 900);
        await page.GetByLabel("Why do you need to see it?").FillAsync("Ticket 4711: the order is not shown");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show personal data" }).PressAsync("Enter");
        await SeesAsync(page.GetByText($"You edit {id}. Sending replaces it"));
        await tab.EditorAsync();
        await SeesAsync(page.GetByText("The call itself is the same."));

        await page.GetByText("Common fields").ClickAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Order id" }).FillAsync("A-2");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Order id" }).PressAsync("Tab");
        await SeesAsync(page.GetByTestId("edit-diff").GetByRole(AriaRole.Cell, new() { Name = "$.properties.order_id changed" }));
        await page.GetByText("Common fields").ClickAsync();
        await tab.KeepsRulesInEveryLookAsync("lab-edit");
        await page.SetViewportSizeAsync(1440, 900);
        Assert.DoesNotContain("jane", await page.EvaluateAsync<string>("JSON.stringify(localStorage)"), StringComparison.OrdinalIgnoreCase);

        await page.GetByRole(AriaRole.Button, new() { Name = "Resend as edited…" }).PressAsync("Enter");
        await SeesAsync(page.GetByText($"Send it to Sandbox in place of {id}? The original is never sent."));
        await page.GetByRole(AriaRole.Button, new() { Name = "Resend as edited", Exact = true }).PressAsync("Enter");
        await SeesAsync(page.GetByTestId("lab-result").GetByText("The sandbox accepted it on the first try."));
        await Assertions.Expect(page.GetByTestId("editing")).ToBeHiddenAsync();
        await tab.PictureAsync("lab-edit-sent");

        await page.GetByTestId("lab-result").GetByRole(AriaRole.Link, new() { Name = id }).ClickAsync();
        await SeesAsync(page.GetByText("It was replaced by an edited copy."));
        await SeesAsync(page.GetByText("Edited and resent"));
        await SeesAsync(page.GetByText("by support"));
        await tab.KeepsRulesInEveryLookAsync("delivery-settled");
        await page.SetViewportSizeAsync(1440, 900);
        await page.Locator("dl.facts dt", new() { HasText = "Replaced by" }).Locator("+ dd a").ClickAsync();
        await SeesAsync(page.GetByText("The sandbox accepted it on the first try"));
        await Assertions.Expect(page.Locator("dl.facts dt", new() { HasText = "Edited from" }).Locator("+ dd a")).ToHaveTextAsync(id);
        await Assertions.Expect(page).ToHaveURLAsync(new Regex(@"/deliveries/dlv_\w+$"));
        Assert.Empty(tab.Faults);
    }

    public void Dispose() => console.Answers();

    private static Task SeesAsync(ILocator what) => Assertions.Expect(what).ToBeVisibleAsync();
}
