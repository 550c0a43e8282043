using Microsoft.Playwright;

namespace Richpanel.Tests.Browser;

/// <summary>Every page works under its policy in a real browser, and the browser reports nothing against it.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser rules")]
public sealed class ContentSecurityTests(BrowserFixture browser)
{
    internal const string Watch =
        "window.reports = []; document.addEventListener('securitypolicyviolation', e => window.reports.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber} ${e.sample}`));";

    [Theory(Timeout = 120_000)]
    [InlineData("/")]
    [InlineData("/deliveries")]
    [InlineData("/connections")]
    [InlineData("/connections/new")]
    [InlineData("/connections/con_1")]
    [InlineData("/lab")]
    [InlineData("/receiver")]
    [InlineData("/sandbox")]
    [InlineData("/error")]
    [InlineData("/sign-in")]
    public async Task A_page_works_without_one_report_against_its_policy(string path)
    {
        await using var tab = await browser.OpenAsync("/", TestContext.Current.CancellationToken);
        await tab.Page.AddInitScriptAsync(Watch);
        await tab.GoAsync(path);

        Assert.Equal("", await ReportsAsync(tab.Page));
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 120_000)]
    public async Task Menus_a_sent_call_the_colours_and_the_editor_work_without_a_report()
    {
        await using var tab = await browser.OpenAsync("/", TestContext.Current.CancellationToken);
        await tab.Page.AddInitScriptAsync(Watch);
        await tab.GoAsync("/lab");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send to Sandbox" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByTestId("lab-result")).ToBeVisibleAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Display" }).ClickAsync();
        await tab.Page.GetByText("Dark", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");

        Assert.Equal("", await ReportsAsync(tab.Page));
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 120_000)]
    public async Task The_reconnect_dialog_opens_and_closes_without_a_report()
    {
        await using var tab = await browser.OpenAsync("/", TestContext.Current.CancellationToken);
        await tab.Page.AddInitScriptAsync(Watch);
        await tab.GoAsync("/deliveries");
        const string told = "s => document.getElementById('components-reconnect-modal').dispatchEvent(new CustomEvent('components-reconnect-state-changed', { detail: { state: s } }))";

        await tab.Page.EvaluateAsync(told, "show");
        await Assertions.Expect(tab.Page.Locator("#components-reconnect-modal")).ToHaveAttributeAsync("open", "");
        await tab.Page.EvaluateAsync(told, "hide");

        Assert.Equal("", await ReportsAsync(tab.Page));
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_script_that_got_into_a_page_is_not_run()
    {
        await using var tab = await browser.OpenAsync("/", TestContext.Current.CancellationToken);
        await tab.Page.AddInitScriptAsync(Watch);
        await tab.GoAsync("/deliveries");

        await tab.Page.EvaluateAsync("""
            () => {
              const script = document.createElement('script');
              script.textContent = 'window.ran = 1';
              document.body.append(script);
              document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.ran = 2">');
            }
            """);
        await tab.Page.WaitForFunctionAsync("window.reports.length > 1");

        Assert.True(await tab.Page.EvaluateAsync<bool>("window.ran === undefined"));
    }

    [Fact(Timeout = 120_000)]
    public async Task The_API_reference_works_under_its_own_policy_and_asks_nobody_else()
    {
        await using var tab = await browser.OpenAsync("/", TestContext.Current.CancellationToken);
        await tab.Page.AddInitScriptAsync(Watch);
        await tab.Page.GotoAsync("/scalar/");
        await Assertions.Expect(tab.Page.GetByText("/api/v1/ledger").First).ToBeVisibleAsync();

        // Its validator tries once whether it may evaluate text, and does without.
        Assert.All((await ReportsAsync(tab.Page)).Split('\n', StringSplitOptions.RemoveEmptyEntries), report => Assert.StartsWith("script-src eval ", report, StringComparison.Ordinal));
        Assert.DoesNotContain(tab.Faults, fault => !fault.Contains("unsafe-eval", StringComparison.Ordinal));
    }

    private static async Task<string> ReportsAsync(IPage page) => string.Join('\n', await page.EvaluateAsync<string[]>("window.reports"));
}
