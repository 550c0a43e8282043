using Microsoft.Playwright;
using Richpanel.Core.Access;

namespace Richpanel.Tests.Browser;

/// <summary>The lab in a real browser: its code editor, what happens without it, and drafts that outlive a circuit.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class LabTests(BrowserFixture browser, JourneyConsole console) : IClassFixture<JourneyConsole>
{
    [Fact(Timeout = 180_000)]
    public async Task Qa_builds_a_call_previews_it_mends_it_sends_it_and_sees_the_answer()
    {
        await using var tab = await console.OpenAsync(browser, Role.Qa, "/lab");
        await tab.EditorAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Start from…" }).PressAsync("Enter");
        await tab.Page.GetByLabel("Search the templates").FillAsync("of a guest");
        await tab.Page.GetByLabel("Search the templates").PressAsync("Enter");
        await SeesAsync(tab.Page.GetByText("Loaded: the template Order of a guest."));
        await SeesAsync(tab.Page.GetByText("Swallowed in silence: The order has no customer id").First);
        await Assertions.Expect(tab.Page.Locator(".squiggly-warning, .squiggly-error, .squiggly-info").First).ToBeVisibleAsync();
        await tab.PictureAsync("lab-guest-order");

        await tab.WriteAsync("{\n  \"type\": \"track\",\n  \"event\": \"Order Completed\",\n  \"userId\": jane,\n  \"properties\": { \"order_id\": \"7\", \"total\": 5 }\n}");
        await SeesAsync(tab.Page.GetByText("Line 4, column "));
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send to Sandbox" })).ToBeDisabledAsync();
        await Assertions.Expect(tab.Page.Locator(".squiggly-error").First).ToBeVisibleAsync();
        await tab.PictureAsync("lab-fault");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Go there" }).PressAsync("Enter");
        await Assertions.Expect(tab.Page.Locator(".monaco-editor textarea")).ToBeFocusedAsync();
        await tab.Page.Keyboard.PressAsync("Shift+Control+ArrowRight");   // the rest of the word that broke it
        await tab.Page.Keyboard.InsertTextAsync("\"jane\"");
        await SeesAsync(tab.Page.GetByText("Customer: jane."));

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send to Sandbox" }).PressAsync("Enter");
        await SeesAsync(tab.Page.GetByTestId("lab-result").GetByText("Accepted").First);
        await SeesAsync(tab.Page.GetByTestId("lab-result").GetByText("HTTP 200"));
        await tab.PictureAsync("lab-answer");
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Open in log" }).PressAsync("Enter");
        await SeesAsync(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Order Completed" }));
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 180_000)]
    public async Task What_is_typed_while_the_circuit_is_lost_is_there_again_afterwards()
    {
        IWebSocketRoute? circuit = null;
        var isCut = false;
        await using var tab = await console.OpenAsync(browser, Role.Qa, "/lab");
        await tab.Page.RouteWebSocketAsync(address => address.Contains("_blazor", StringComparison.Ordinal), socket =>
        {
            circuit = socket;
            if (isCut)
            {
                _ = socket.CloseAsync();
            }
            else
            {
                socket.ConnectToServer();
            }
        });
        await tab.GoAsync("/lab");
        await tab.EditorAsync();
        await tab.WriteAsync("""{ "type": "track", "event": "Before The Cut", "userId": "u" }""");
        await SeesAsync(tab.Page.GetByText("Adds “Before The Cut” to the timeline."));

        isCut = true;
        await circuit!.CloseAsync();
        await Assertions.Expect(tab.Page.Locator("#components-reconnect-modal")).ToHaveAttributeAsync("open", "");
        await tab.Page.EvaluateAsync("document.getElementById('components-reconnect-modal').remove()");
        await tab.WriteAsync("""{ "type": "track", "event": "After The Cut", "userId": "u" }""");
        await tab.Page.WaitForFunctionAsync("Object.values(localStorage).some(kept => kept.includes('After The Cut'))");
        isCut = false;
        await tab.GoAsync("/lab");

        await SeesAsync(tab.Page.GetByText("Restored draft from "));
        await SeesAsync(tab.Page.GetByText("Adds “After The Cut” to the timeline."));
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Discard" }).ClickAsync();
        await SeesAsync(tab.Page.GetByText("Loaded: the template Order Completed."));
    }

    [Fact(Timeout = 180_000)]
    public async Task Without_the_code_editor_the_plain_field_does_the_same()
    {
        await using var tab = await console.OpenAsync(browser, Role.Viewer, "/lab");
        await tab.Page.RouteAsync("**/_content/BlazorMonaco/**", route => route.AbortAsync());
        await tab.GoAsync("/lab");
        await SeesAsync(tab.Page.GetByText("The code editor could not be loaded."));

        await tab.Page.GetByLabel("Segment call as JSON").FillAsync("{\n  \"type\": track\n}");

        await SeesAsync(tab.Page.GetByText("Line 2, column"));

        var longest = $$"""{"type":"track","event":"As long as can be","userId":"u","properties":{"text":"{{new string('€', 10_800)}}"} }""";   // 32 KiB
        await tab.Page.GetByLabel("Segment call as JSON").FillAsync(longest);
        await SeesAsync(tab.Page.GetByText("Adds “As long as can be” to the timeline."));

        await tab.Page.GetByLabel("Segment call as JSON").EvaluateAsync(
            "field => { const data = new DataTransfer(); data.setData('text', 'x'.repeat(40001)); field.select(); field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })) }");
        await SeesAsync(tab.Page.GetByRole(AriaRole.Alert).GetByText("Not pasted: that would be 40,001 characters, and 40,000 fit in here."));
    }

    [Fact(Timeout = 180_000)]
    public async Task Pointing_at_an_outgoing_field_lights_its_source_in_the_editor_and_its_rule()
    {
        await using var tab = await browser.OpenAsync("/lab?sample=order-completed", TestContext.Current.CancellationToken);
        await tab.EditorAsync();
        await tab.Page.GetByText("Where each Richpanel field comes from").ClickAsync();

        await tab.Page.Locator("[data-json=target] [data-path='$.properties.amount']").HoverAsync();

        await Assertions.Expect(tab.Page.Locator(".lit-part").First).ToContainTextAsync("total");
        await Assertions.Expect(tab.Page.Locator("tr.lit").First).ToContainTextAsync("$.properties.amount");
        await tab.PictureAsync("lab-pointing");
    }

    [Fact(Timeout = 180_000)]
    public async Task On_a_telephone_the_steps_are_tabs_and_every_step_keeps_the_rules()
    {
        await using var tab = await browser.OpenAsync("/lab", TestContext.Current.CancellationToken, width: 390);
        await tab.EditorAsync();
        foreach (var step in new[] { "Build", "Preview", "Send" })
        {
            if (step == "Build")
            {
                await tab.Page.GetByRole(AriaRole.Tab, new() { Name = step, Exact = true }).FocusAsync();
            }
            else
            {
                await tab.Page.Keyboard.PressAsync("ArrowRight");
                await Assertions.Expect(tab.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex($"pane={step}", System.Text.RegularExpressions.RegexOptions.IgnoreCase));
                await Assertions.Expect(tab.Page.GetByRole(AriaRole.Tab, new() { Name = step, Exact = true })).ToBeFocusedAsync();
            }

            await SeesAsync(tab.Page.GetByRole(AriaRole.Heading, new() { Name = step, Exact = true }));
            await tab.KeepsRulesAsync();
            await tab.PictureAsync($"lab-{step.ToLowerInvariant()}-390");
        }
    }

    [Fact(Timeout = 180_000)]
    public async Task No_other_page_loads_the_code_editor_and_it_asks_for_no_worker()
    {
        await using var tab = await browser.OpenAsync("/", TestContext.Current.CancellationToken);
        List<string> asked = [];
        List<string> workers = [];
        tab.Page.Request += (_, request) => asked.Add(request.Url);
        tab.Page.Worker += (_, worker) => workers.Add(worker.Url);
        foreach (var path in new[] { "/", "/deliveries", "/connections" })
        {
            await tab.GoAsync(path);
        }

        Assert.DoesNotContain(asked, url => url.Contains("BlazorMonaco", StringComparison.Ordinal));
        await tab.GoAsync("/lab");
        await tab.EditorAsync();
        await tab.WriteAsync("""{ "type": "track", "event": "See https://example.com", "userId": "u" }""");
        await SeesAsync(tab.Page.GetByText("to the timeline."));
        Assert.Contains(asked, url => url.Contains("BlazorMonaco", StringComparison.Ordinal));
        Assert.Empty(workers);
        Assert.Empty(tab.Faults);
    }

    [Theory(Timeout = 180_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_whole_of_it_keeps_the_rules_in_light_and_dark(bool dark)
    {
        await using var tab = await browser.OpenAsync("/lab", TestContext.Current.CancellationToken, dark);
        await tab.EditorAsync();
        await tab.Page.GetByText("Common fields").ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Start from…" }).ClickAsync();
        await SeesAsync(tab.Page.GetByLabel("Search the templates"));
        await tab.KeepsRulesAsync();
        await tab.PictureAsync($"lab-open-{(dark ? "dark" : "light")}");
        await tab.Page.GetByRole(AriaRole.Tab, new() { Name = "Paste" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Tab, new() { Name = "As code" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send twice" }).ClickAsync();
        await SeesAsync(tab.Page.GetByText("The repeat was recognised"));
        await tab.KeepsRulesAsync();
        await tab.PictureAsync($"lab-twice-{(dark ? "dark" : "light")}");
    }

    private static Task SeesAsync(ILocator what) => Assertions.Expect(what).ToBeVisibleAsync();
}

/// <summary>The lab's code editor as a person uses it: it is no field that a test could fill.</summary>
internal static class CodeEditorUse
{
    /// <summary>Waits until it stands.</summary>
    public static Task EditorAsync(this BrowserPage tab) => tab.Page.Locator("[data-editor=code] .monaco-editor .view-line").First.WaitForAsync();

    /// <summary>Writes this in place of all that is there.</summary>
    public static async Task WriteAsync(this BrowserPage tab, string text)
    {
        await tab.Page.Locator(".monaco-editor textarea").FocusAsync();
        await tab.Page.Keyboard.PressAsync("Control+A");
        await tab.Page.Keyboard.PressAsync("Delete");
        await tab.Page.Keyboard.InsertTextAsync(text);
    }
}
