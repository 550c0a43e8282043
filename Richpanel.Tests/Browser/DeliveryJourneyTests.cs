using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Richpanel.Core;
using Richpanel.Core.Access;

namespace Richpanel.Tests.Browser;

/// <summary>One delivery in a real browser: beside the list and alone, by keyboard, in every look.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class DeliveryJourneyTests(BrowserFixture browser, JourneyConsole console) : IClassFixture<JourneyConsole>, IDisposable
{
    [Fact(Timeout = 180_000)]
    public async Task Support_reads_one_failure_beside_the_list_retries_it_by_keyboard_and_sees_accepted_in_place()
    {
        console.Answers(422);
        await console.Sender.PostAsync("""{"userId":"user-beside","event":"Beside Broke","messageId":"beside-broke","properties":{"total":12},"context":{"traits":{"email":"jane.beside@example.com"}}}""");
        await console.Sender.SettledAsync("beside-broke");
        await console.Sender.PostAsync("""{"userId":"user-other","event":"Beside Other","messageId":"beside-other"}""");
        await console.Sender.SettledAsync("beside-other");
        await using var tab = await console.OpenAsync(browser, Role.Support, "/deliveries?q=message%3Abeside-*");
        var keys = tab.Page.Keyboard;
        var beside = tab.Page.Locator("[data-open]");
        await tab.Page.Locator("[data-keys=on]").WaitForAsync();
        await SeesAsync(tab.Page.Locator("tr[data-row]").Filter(new() { HasText = "Beside Broke" }));
        await tab.Page.Locator("h1").FocusAsync();

        await keys.PressAsync("j");
        await keys.PressAsync("Enter");
        await SeesAsync(beside.GetByRole(AriaRole.Heading, new() { Name = "Beside Other" }));
        await keys.PressAsync("j");
        await SeesAsync(beside.GetByRole(AriaRole.Heading, new() { Name = "Beside Broke" }));
        await Assertions.Expect(tab.Page).ToHaveURLAsync(new Regex("[?&]open=dlv_"));
        await SeesAsync(beside.Locator(".story").GetByText("The call was understood, but its content is not accepted."));
        await SeesAsync(beside.GetByText("No. It stays as it is until someone retries it."));

        await keys.PressAsync("c");
        await SeesAsync(tab.Page.GetByText("Copied as cURL: what try 1 sent."));
        var copied = await tab.Page.EvaluateAsync<string>("navigator.clipboard.readText()");
        Assert.Contains("SECRET='{{API_SECRET}}'", copied, StringComparison.Ordinal);

        console.Answers();
        await keys.PressAsync("r");
        await SeesAsync(tab.Page.GetByText("Nothing has changed since it was sent: the same goes out."));
        await keys.PressAsync("Enter");   // the dialog's first button has the focus

        await Assertions.Expect(beside.GetByTestId("outcome")).ToHaveTextAsync("Accepted on try 2.");
        await Assertions.Expect(beside.Locator(".head .state")).ToHaveTextAsync("Accepted");
        await SeesAsync(tab.Page.Locator("tr[data-row][aria-current]").GetByText("Accepted"));
        await SeesAsync(beside.GetByText("retried by support as now"));
        Assert.DoesNotContain("jane", await tab.Page.ContentAsync(), StringComparison.OrdinalIgnoreCase);

        await keys.PressAsync("Escape");
        await Assertions.Expect(beside).ToBeHiddenAsync();
        await Assertions.Expect(tab.Page.Locator("tr[data-row]").Filter(new() { HasText = "Beside Broke" })).ToBeFocusedAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 240_000)]
    public async Task Pointing_at_an_outgoing_field_lights_up_where_it_came_from_and_every_look_keeps_the_rules()
    {
        console.Answers(422);
        await console.Sender.PostAsync("""{"userId":"user-looks","event":"Looks Broke","messageId":"looks-2"}""");
        var broken = PublicId.Delivery((await console.Sender.SettledAsync("looks-2")).Id);
        console.Answers([.. Enumerable.Repeat(503, 30)]);   // it waits as long as the test lasts
        await console.Sender.PostAsync("""{"userId":"user-looks","event":"Order Completed","messageId":"looks-1","properties":{"order_id":"A-77","total":49.9,"currency":"EUR","products":[{"product_id":"P-1","name":"a-very-long-name-without-any-blank-that-could-break-a-line-somewhere-in-the-middle","price":49.9}]},"context":{"traits":{"email":"ola.looks@example.com"},"campaign":{"name":"x"}}}""");
        var id = PublicId.Delivery((await console.Sender.TriedAsync("looks-1")).Id);
        await using var tab = await console.OpenAsync(browser, Role.Qa, $"/deliveries?q=message%3Alooks-*&open={id}");
        var beside = tab.Page.Locator("[data-open]");
        await SeesAsync(beside.GetByText("If that fails, too:"));
        await tab.KeepsRulesInEveryLookAsync("delivery-beside");
        await tab.Page.SetViewportSizeAsync(1440, 900);

        var field = beside.Locator("[data-json=target] [data-path='$.properties.order_id']").First;
        await field.ScrollIntoViewIfNeededAsync();
        await field.HoverAsync();
        await Assertions.Expect(beside.Locator("[data-json=source] .lit")).ToHaveTextAsync(new Regex("\"order_id\": \"A-77\""));
        await Assertions.Expect(beside.Locator(".lineage-says")).ToHaveTextAsync(new Regex(@"^\$\.properties\.order_id ← \$\.properties\.order_id · "));
        await tab.Page.Locator("h1").HoverAsync();
        await Assertions.Expect(beside.Locator(".lit")).ToHaveCountAsync(0);
        await beside.Locator("[data-json=target] pre").FocusAsync();
        await tab.Page.Keyboard.PressAsync("ArrowDown");
        await tab.Page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(beside.Locator("[data-json=target] .lit").First).ToBeVisibleAsync();
        Assert.NotEqual("", await beside.Locator(".lineage-says").InnerTextAsync());

        foreach (var part in new[] { "request", "response", "diff" })
        {
            await tab.GoAsync($"/deliveries/{id}?tab={part}");
            await SeesAsync(tab.Page.Locator($"[data-tab={part}]"));
            await tab.KeepsRulesAsync();
        }

        await tab.GoAsync($"/deliveries?q=message%3Alooks-2&open={broken}");   // a click would lead to its own page until the script is there
        await beside.GetByRole(AriaRole.Button, new() { Name = "Retry", Exact = true }).ClickAsync();
        await SeesAsync(tab.Page.GetByRole(AriaRole.Dialog));
        await tab.KeepsRulesInEveryLookAsync("delivery-retry");

        // On a telephone a row leads to the delivery's own page.
        await tab.Page.SetViewportSizeAsync(390, 900);
        await tab.GoAsync("/deliveries?q=message%3Alooks-2");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Looks Broke" }).ClickAsync();
        await Assertions.Expect(tab.Page).ToHaveURLAsync(new Regex(@"/deliveries/dlv_\w+\?q="));
        await SeesAsync(tab.Page.GetByText("It failed after 1 try"));
        Assert.Empty(tab.Faults);
    }

    public void Dispose() => console.Answers();

    private static Task SeesAsync(ILocator what) => Assertions.Expect(what).ToBeVisibleAsync();
}
