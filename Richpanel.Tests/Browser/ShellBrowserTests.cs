using Microsoft.Playwright;
using Richpanel.Core;

namespace Richpanel.Tests.Browser;

/// <summary>What is there on every page: the command box, the keys, how the console is shown, and drafts.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class ShellBrowserTests(BrowserFixture browser)
{
    private const int MostBytes = 700_000;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task From_any_page_a_pasted_id_leads_to_its_delivery_by_keyboard_alone()
    {
        await browser.PostAsync("""{"messageId":"box-1","userId":"box-user","event":"Boxed"}""");
        var id = PublicId.Delivery((await browser.SettledAsync("box-1")).Id);
        await using var tab = await browser.OpenAsync("/connections", Ct);
        Assert.Equal(0, await tab.Page.GetByRole(AriaRole.Combobox, new() { Name = "Go to" }).CountAsync());

        await tab.Page.Keyboard.PressAsync("Control+k");
        var box = tab.Page.GetByRole(AriaRole.Combobox, new() { Name = "Go to" });
        await SeesAsync(box);
        await SeesAsync(tab.Page.GetByRole(AriaRole.Option, new() { Name = "Overview" }));
        await tab.KeepsRulesAsync();
        await box.FillAsync("box-1");
        await box.PressAsync("Enter");

        // Polled: the address may have changed before anybody waits for it to change.
        await Assertions.Expect(tab.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex($"/deliveries/{id}$"));
        await Assertions.Expect(tab.Page.Locator("dialog.command-box")).ToHaveCountAsync(0);
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 120_000)]
    public async Task Escape_closes_the_box_and_the_focus_returns_to_where_it_came_from()
    {
        await using var tab = await browser.OpenAsync("/", Ct, width: 390);
        var button = tab.Page.GetByRole(AriaRole.Button, new() { Name = "Go to anything" });
        await button.FocusAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        var box = tab.Page.GetByRole(AriaRole.Combobox, new() { Name = "Go to" });
        await Assertions.Expect(box).ToBeFocusedAsync();
        await box.PressAsync("ArrowDown");
        await Assertions.Expect(box).ToHaveAttributeAsync("aria-activedescendant", "command-1");
        Assert.False(await tab.ScrollsSidewaysAsync());

        await tab.Page.Keyboard.PressAsync("Escape");

        await Assertions.Expect(box).ToHaveCountAsync(0);
        await Assertions.Expect(button).ToBeFocusedAsync();
    }

    [Fact(Timeout = 120_000)]
    public async Task Keys_lead_to_pages_and_are_listed_and_are_only_letters_in_a_field()
    {
        await using var tab = await browser.OpenAsync("/connections/new", Ct);
        await tab.Page.GetByLabel("Name", new() { Exact = true }).FocusAsync();
        await tab.Page.Keyboard.TypeAsync("g d?");
        await Assertions.Expect(tab.Page.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync("g d?");
        Assert.EndsWith("/connections/new", tab.Page.Url, StringComparison.Ordinal);

        await tab.Page.EvaluateAsync("document.activeElement.blur()");
        await tab.Page.Keyboard.PressAsync("?");
        await SeesAsync(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Keyboard shortcuts" }));
        await tab.KeepsRulesAsync();
        await tab.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(tab.Page.Locator("dialog.shortcuts")).ToHaveCountAsync(0);
        await tab.Page.Keyboard.PressAsync("g");
        await tab.Page.Keyboard.PressAsync("l");

        await SeesAsync(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Lab", Exact = true, Level = 1 }));
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 120_000)]
    public async Task Density_clock_and_zone_hold_everywhere_and_after_a_reload()
    {
        await browser.PostAsync("""{"messageId":"shown-1","userId":"u","event":"Shown"}""");
        var row = await browser.SettledAsync("shown-1");
        await using var tab = await browser.OpenAsync($"/deliveries/{PublicId.Delivery(row.Id)}", Ct);
        var times = tab.Page.Locator("time.time .exact");
        await SeesAsync(times.First);

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Display" }).ClickAsync();
        await SeesAsync(tab.Page.GetByText("Local, Europe/Berlin"));
        await tab.KeepsRulesAsync();
        await tab.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(tab.Page.GetByText("Local, Europe/Berlin")).ToBeHiddenAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Display" })).ToBeFocusedAsync();
        await tab.Page.Keyboard.PressAsync("Enter");
        await tab.Page.GetByText("12 hours").ClickAsync();
        await tab.Page.GetByText("UTC", new() { Exact = true }).ClickAsync();
        await tab.Page.GetByText("Compact").ClickAsync();
        await Assertions.Expect(tab.Page.Locator("html")).ToHaveAttributeAsync("data-density", "compact");
        await tab.GoAsync(new Uri(tab.Page.Url).PathAndQuery);

        await Assertions.Expect(tab.Page.Locator("html")).ToHaveAttributeAsync("data-density", "compact");
        await SeesAsync(times.First);
        var utc = row.ReceivedAt.ToString("h:mm:ss tt", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Contains(await times.AllInnerTextsAsync(), text => text.Contains(utc, StringComparison.Ordinal));
        Assert.All(await times.AllInnerTextsAsync(), text => Assert.Matches("[AP]M$", text));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_click_on_a_time_copies_it_with_its_milliseconds()
    {
        await browser.PostAsync("""{"messageId":"copied-1","userId":"u","event":"Copied"}""");
        await using var tab = await browser.OpenAsync($"/deliveries/{PublicId.Delivery((await browser.SettledAsync("copied-1")).Id)}", Ct);
        var time = tab.Page.Locator("time.time").First;

        await time.ClickAsync();

        await Assertions.Expect(tab.Page.Locator("#said")).ToContainTextAsync("Copied 20");
        Assert.Equal(await time.GetAttributeAsync("title"), await tab.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));
    }

    [Fact(Timeout = 120_000)]
    public async Task What_was_typed_into_a_form_is_there_again_after_the_page_was_lost_but_no_secret()
    {
        await using var tab = await browser.OpenAsync("/connections/new", Ct);
        await tab.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Half a connection");
        await tab.Page.GetByLabel("API Secret").FillAsync("typed-secret-5551");
        await tab.Page.GetByLabel("API Secret").BlurAsync();
        await tab.Page.WaitForFunctionAsync("() => JSON.stringify(localStorage).includes('Half a connection')");
        Assert.DoesNotContain("typed-secret-5551", await tab.Page.EvaluateAsync<string>("JSON.stringify(localStorage)"), StringComparison.Ordinal);

        await tab.GoAsync("/connections/new");

        await SeesAsync(tab.Page.GetByText("Restored draft from"));
        await Assertions.Expect(tab.Page.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync("Half a connection");
        await tab.KeepsRulesAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Discard" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync("");
        await tab.GoAsync("/connections/new");
        await Assertions.Expect(tab.Page.GetByText("Restored draft from")).ToHaveCountAsync(0);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_reconnect_dialog_says_each_of_its_three_states()
    {
        await using var tab = await browser.OpenAsync("/", Ct);
        foreach (var (state, title) in new[] { ("show", "The page lost its connection"), ("failed", "The console does not answer"), ("rejected", "This session has ended") })
        {
            await tab.Page.EvaluateAsync(
                """
                state => {
                  const dialog = document.getElementById('components-reconnect-modal')
                  dialog.className = 'components-reconnect-' + state
                  dialog.dispatchEvent(new CustomEvent('components-reconnect-state-changed', { detail: { state } }))
                }
                """, state);

            await SeesAsync(tab.Page.GetByText(title));
            await Assertions.Expect(tab.Page.Locator("#components-reconnect-modal h2 span:visible")).ToHaveCountAsync(1);
            Assert.Equal("", string.Join('\n', await tab.BrokenRulesAsync()));
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task The_first_visit_brings_less_than_700_kB()
    {
        await using var tab = await browser.OpenAsync("/permissions", Ct);   // starts the console
        await using var context = await tab.Page.Context.Browser!.NewContextAsync(new() { BaseURL = browser.Address.ToString() });
        var page = await context.NewPageAsync();
        var asked = new List<IRequest>();
        page.RequestFinished += (_, request) => asked.Add(request);

        await page.GotoAsync("/");
        await page.Locator("main h1").WaitForAsync();
        await page.WaitForLoadStateAsync(LoadState.Load);

        List<string> heavy = [];
        var bytes = 0;
        foreach (var request in asked.Where(request => request.Url.StartsWith("http", StringComparison.Ordinal)).ToList())
        {
            var size = (await request.SizesAsync()).ResponseBodySize;
            bytes += size;
            heavy.Add($"{size} {request.Url}");
        }

        Assert.True(bytes is > 50_000 and < MostBytes, $"{bytes} bytes:\n{string.Join('\n', heavy)}");
    }

    private static Task SeesAsync(ILocator what) => Assertions.Expect(what).ToBeVisibleAsync();
}
