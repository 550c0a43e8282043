using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Richpanel.Core.Access;

namespace Richpanel.Tests.Browser;

/// <summary>The delivery log in a real browser: by keyboard alone, with many rows, and in every look.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class LogJourneyTests(BrowserFixture browser, JourneyConsole console) : IClassFixture<JourneyConsole>, IDisposable
{
    [Fact(Timeout = 180_000)]
    public async Task Support_finds_one_customers_failure_by_e_mail_and_opens_it_by_keyboard_alone()
    {
        console.Answers(422);
        await console.Sender.PostAsync("""{"userId":"user-of-keys","event":"Keys Broke","messageId":"keys-broke","context":{"traits":{"email":"jane.keys@example.com"}}}""");
        await console.Sender.SettledAsync("keys-broke");
        console.Answers();
        await console.Sender.PostAsync("""{"userId":"someone-else","event":"Keys Went Well","messageId":"keys-well"}""");
        await console.Sender.SettledAsync("keys-well");
        await using var tab = await console.OpenAsync(browser, Role.Support, "/deliveries");
        var keys = tab.Page.Keyboard;
        await SeesAsync(tab.Page.GetByRole(AriaRole.Link, new() { Name = "Keys Went Well" }));
        await tab.Page.Locator("[data-keys=on]").WaitForAsync();
        await tab.Page.Locator("h1").FocusAsync();

        await keys.PressAsync("/");
        await keys.TypeAsync("ema");
        await SeesAsync(tab.Page.GetByRole(AriaRole.Option, new() { NameRegex = new Regex("^email:") }));
        await keys.PressAsync("ArrowDown");
        await keys.PressAsync("Enter");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Combobox)).ToHaveValueAsync("email:");
        await keys.TypeAsync("jane.keys@example.com");
        await keys.PressAsync("Enter");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Link, new() { Name = "Keys Went Well" })).ToBeHiddenAsync();
        await SeesAsync(tab.Page.Locator("tr[data-row]").GetByText("Content refused"));
        Assert.DoesNotContain("jane", tab.Page.Url, StringComparison.OrdinalIgnoreCase);

        await keys.PressAsync("Escape");
        await keys.PressAsync("Escape");
        await keys.PressAsync("j");
        await keys.PressAsync("x");
        await SeesAsync(tab.Page.GetByText("1 selected"));
        await keys.PressAsync("x");
        await tab.Page.Locator("tr[data-row]").First.FocusAsync();
        await keys.PressAsync("Enter");

        await SeesAsync(tab.Page.GetByText("The call was understood, but its content is not accepted.").First);
        Assert.DoesNotContain("jane", tab.Page.Url, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 240_000)]
    public async Task Many_rows_long_values_and_every_state_of_the_page_keep_the_rules_in_every_look()
    {
        var name = string.Concat(Enumerable.Repeat("VeryLongNameWithoutBlanks", 6));
        for (var i = 0; i < 60; i++)
        {
            console.Answers((i % 9) switch { 2 => 422, 5 => 503, _ => 200 });
            await console.Sender.PostAsync($$"""{"userId":"user-{{i}}","event":"{{(i % 13 == 7 ? name : i % 4 == 0 ? "Order Completed" : "Product Viewed")}}","messageId":"many-{{i}}","properties":{"order_id":"A-{{1000 + i}}" },"context":{"traits":{"email":"customer.number.{{i}}@some-long-domain-of-a-shop.example.com"} } }""");
            if (i % 9 is 2 or 5)
            {
                await console.Sender.TriedAsync($"many-{i}");   // got this answer before the next one is set
            }
        }

        await console.Sender.SettledAsync("many-59");
        await using var tab = await console.OpenAsync(browser, Role.Qa, "/deliveries?q=message%3Amany-*%20-origin%3Alab");
        await SeesAsync(tab.Page.GetByRole(AriaRole.Listbox, new() { NameRegex = new Regex("^Deliveries over time") }));
        await Assertions.Expect(tab.Page.Locator("tr[data-row]")).ToHaveCountAsync(50);
        await tab.KeepsRulesInEveryLookAsync("log-rows");

        await tab.Page.SetViewportSizeAsync(1440, 4_000);   // rows vanish in no tall window
        await Assertions.Expect(tab.Page.Locator("tr[data-row]").Last).ToBeInViewportAsync();
        Assert.Single((await tab.Page.Locator("tr[data-row]").EvaluateAllAsync<double[]>("rows => rows.map(row => Math.round(row.getBoundingClientRect().height))")).Distinct());
        await tab.Page.SetViewportSizeAsync(1440, 900);

        await tab.Page.GetByLabel("Select all rows of this page").CheckAsync();
        await SeesAsync(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Select all 60 that match" }));
        await tab.KeepsRulesAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Clear selection" }).ClickAsync();

        await tab.Page.SetViewportSizeAsync(1440, 900);
        await tab.Page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex("^message is many") }).ClickAsync();
        await SeesAsync(tab.Page.GetByLabel("Exclude: all but this"));
        await tab.KeepsRulesAsync();
        await tab.Page.Keyboard.PressAsync("Escape");
        await tab.Page.SetViewportSizeAsync(1440, 900);
        await tab.Page.GetByRole(AriaRole.Combobox).FillAsync("");
        await SeesAsync(tab.Page.GetByRole(AriaRole.Option).First);
        await tab.KeepsRulesAsync();

        await tab.GoAsync("/deliveries?q=event%3ANobodyEverSentThis");
        await SeesAsync(tab.Page.GetByText("Nothing matches"));
        await tab.KeepsRulesInEveryLookAsync("log-nothing");
    }

    public void Dispose() => console.Answers();

    private static Task SeesAsync(ILocator what) => Assertions.Expect(what).ToBeVisibleAsync();
}
