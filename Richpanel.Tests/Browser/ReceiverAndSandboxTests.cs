using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Richpanel.Core.Access;

namespace Richpanel.Tests.Browser;

/// <summary>Setting up a sender and looking into the sandbox, in a real browser.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class ReceiverAndSandboxTests(BrowserFixture browser, JourneyConsole console) : IClassFixture<JourneyConsole>, IDisposable
{
    [Fact(Timeout = 180_000)]
    public async Task Qa_sets_503_then_200_sends_and_sees_both_requests_with_their_contract_result()
    {
        await console.ClearSandboxAsync();   // the other journey may have been there
        await using var tab = await console.OpenAsync(browser, Role.Qa, "/sandbox");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Change…" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "503, then 200" }).ClickAsync();
        await tab.PictureAsync("sandbox-scenario");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Apply scenario" }).ClickAsync();
        await SeesAsync(tab.Page.GetByTestId("scenario-now").GetByText("Step 1 of 1 is next: HTTP 503"));
        await tab.KeepsRulesInEveryLookAsync("sandbox-editor");
        await tab.Page.SetViewportSizeAsync(1440, 900);

        await console.Sender.PostAsync("""{"userId":"qa-1","event":"Order Completed","messageId":"qa-retry","properties":{"order_id":"A-1","total":5}}""");

        await SeesAsync(tab.Page.Locator("tr[data-request]").GetByText("503", new() { Exact = true }));
        await SeesAsync(tab.Page.GetByTestId("scenario-now").GetByText("Every step is played"));
        await tab.Page.Locator("tr[data-request] a.row-link").First.ClickAsync();
        await SeesAsync(tab.Page.GetByTestId("request").GetByText("Contract: kept"));
        await SeesAsync(tab.Page.GetByTestId("request").GetByText("Step 1 of the scenario of that time."));
        var first = tab.Page.Url;
        Assert.Matches("request=[0-9]+$", first);
        await SeesAsync(tab.Page.GetByTestId("request").GetByRole(AriaRole.Link, new() { Name = "Open in lab" }));
        await console.Sender.SettledAsync("qa-retry");   // the product's own second try

        await tab.GoAsync("/sandbox");
        await Assertions.Expect(tab.Page.Locator("tr[data-request]")).ToHaveCountAsync(2);
        await SeesAsync(tab.Page.Locator("tr[data-request]").First.GetByText("200", new() { Exact = true }));
        await Assertions.Expect(tab.Page.Locator("tr[data-request] .ok")).ToHaveCountAsync(2);
        await tab.Page.Locator("tr[data-request] a.row-link").First.ClickAsync();
        await SeesAsync(tab.Page.GetByTestId("request").GetByText("Richpanel's own answer."));
        Assert.Matches("request=[0-9]+$", tab.Page.Url);
        Assert.NotEqual(first, tab.Page.Url);
        await tab.KeepsRulesInEveryLookAsync("sandbox-request");
    }

    [Fact(Timeout = 180_000)]
    public async Task An_admin_sees_a_refused_and_then_a_right_request_arrive_and_tests_the_receiver()
    {
        await using var tab = await console.OpenAsync(browser, Role.Admin, "/receiver");
        await tab.Page.GetByLabel("Source", new() { Exact = true }).SelectOptionAsync(new SelectOptionValue { Label = "Sandbox · Sandbox" });
        await Assertions.Expect(tab.Page).ToHaveURLAsync(new Regex("source=src_"));
        await tab.Page.GetByRole(AriaRole.Tab, new() { Name = "curl" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Show the write key and fill it in below" }).ClickAsync();
        await SeesAsync(tab.Page.Locator("#sender-pane pre").GetByText(console.Sender.Key));
        await tab.Page.Mouse.MoveAsync(5, 5);

        await Assert.ThrowsAsync<HttpRequestException>(() => console.Sender.PostAsync("""{"userId":"u","event":"x"}""", "a-key-of-nobody"));
        await SeesAsync(tab.Page.Locator("tr[data-arrival]").GetByText("Refused, HTTP 401"));
        await console.Sender.PostAsync("""{"userId":"u","event":"Right","messageId":"right-1"}""");
        await SeesAsync(tab.Page.Locator("tr[data-arrival]").First.GetByText("Accepted"));

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send me a test" }).ClickAsync();
        await SeesAsync(tab.Page.GetByTestId("test-outcome").GetByText("Let in and kept."));
        await SeesAsync(tab.Page.GetByTestId("test-outcome").GetByText("Accepted"));
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Fill in an example" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Compare" }).ClickAsync();
        await SeesAsync(tab.Page.GetByTestId("signature-review").GetByText("It does not fit."));
        await tab.KeepsRulesInEveryLookAsync("receiver-used");
    }

    public void Dispose() => console.Answers();

    private static Task SeesAsync(ILocator what) => Assertions.Expect(what).ToBeVisibleAsync();
}
