using Microsoft.Playwright;
using Richpanel.Core;

namespace Richpanel.Tests.Browser;

/// <summary>What holds for every page: accessible, quiet, at home, and usable on a telephone.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser rules")]
public sealed class PageRulesTests(BrowserFixture browser)
{
    public static TheoryData<string> Pages => ["/", "/?range=1h", "/deliveries", "/retries", "/groups", "/groups?state=all", "/groups?by=cause", "/connections", "/connections/new", "/connections/con_1", "/lab", "/receiver", "/sandbox", "/sandbox?tab=timeline", "/alerts", "/change-log", "/permissions", "/tokens", "/backups", "/retention", "/privacy", "/privacy/erase", "/about"];

    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Pages))]
    public async Task A_page_keeps_the_rules_of_every_page_in_light_and_dark_and_on_a_telephone(string path)
    {
        await using var tab = await browser.OpenAsync(path, TestContext.Current.CancellationToken);

        await tab.KeepsRulesInEveryLookAsync("rules" + path.Replace('/', '-').Replace('?', '-'));
    }

    [Theory(Timeout = 120_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_page_opens_in_the_system_s_theme(bool dark)
    {
        await using var tab = await browser.OpenAsync("/connections", TestContext.Current.CancellationToken, dark, width: 390);

        await tab.KeepsRulesAsync(coloursOnly: dark);
        Assert.Equal(dark ? "dark" : "light", await tab.Page.Locator("html").GetAttributeAsync("data-theme"));
    }

    [Theory(Timeout = 120_000)]
    [InlineData("rules-accepted", """{"messageId":"rules-accepted","userId":"u","event":"Order Completed","properties":{"order_id":"1","total":"12,5","products":[{"product_id":"p","name":"a-very-long-name-without-any-blank-that-could-break-a-line-somewhere-in-the-middle"}]}}""")]
    [InlineData("rules-failed", """{"messageId":"rules-failed","userId":"u","properties":{}}""")]
    public async Task A_delivery_keeps_the_same_rules_whatever_became_of_it(string messageId, string call)
    {
        await browser.PostAsync(call);
        var path = $"/deliveries/{PublicId.Delivery((await browser.SettledAsync(messageId)).Id)}";

        await using var tab = await browser.OpenAsync(path, TestContext.Current.CancellationToken);
        await tab.KeepsRulesInEveryLookAsync(messageId);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_answer_in_the_lab_keeps_the_same_rules()
    {
        await using var tab = await browser.OpenAsync("/lab", TestContext.Current.CancellationToken, width: 390);
        await tab.Page.GetByRole(AriaRole.Tab, new() { Name = "Send", Exact = true }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send to Sandbox" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByTestId("lab-result")).ToBeVisibleAsync();

        await tab.KeepsRulesAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task Nothing_lies_over_a_text_on_a_telephone()
    {
        await using var tab = await browser.OpenAsync("/", TestContext.Current.CancellationToken, width: 390);
        await tab.Page.Locator(".command .copy").WaitForAsync();

        Assert.True(await tab.Page.EvaluateAsync<bool>(
            "document.querySelector('.banner').getBoundingClientRect().top >= document.querySelector('.top-bar').getBoundingClientRect().bottom - 1"), "The bar lies over the banner.");
        Assert.True(await tab.Page.EvaluateAsync<bool>("""
            (() => {
              const copy = document.querySelector('.command .copy').getBoundingClientRect()
              const text = document.createRange()
              text.selectNodeContents(document.querySelector('.command pre'))
              return [...text.getClientRects()].every(line => line.right <= copy.left || line.left >= copy.right || line.bottom <= copy.top || line.top >= copy.bottom)
            })()
            """), "The copy button lies over the command.");
    }

    [Fact(Timeout = 120_000)]
    public async Task Who_declines_a_question_by_keyboard_goes_on_from_where_it_came()
    {
        await browser.PostAsync("""{"messageId":"rules-asked","userId":"u","event":"Asked"}""");
        await using var tab = await browser.OpenAsync($"/deliveries/{PublicId.Delivery((await browser.SettledAsync("rules-asked")).Id)}", TestContext.Current.CancellationToken);
        var ask = tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send again" });
        await ask.PressAsync("Enter");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Do not send" })).ToBeVisibleAsync();

        await tab.Page.Keyboard.PressAsync("Escape");

        await Assertions.Expect(ask).ToBeFocusedAsync();
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
