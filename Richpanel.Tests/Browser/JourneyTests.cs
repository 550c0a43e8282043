using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Richpanel.Core.Sandbox;

namespace Richpanel.Tests.Browser;

/// <summary>What each kind of person comes for, in a real browser on the real application with the built-in sandbox.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class JourneyTests(BrowserFixture browser) : IDisposable
{
    private const int Patience = 60_000;

    private SandboxScenarios Scenarios => browser.Services.GetRequiredService<SandboxScenarios>();

    [Fact(Timeout = 120_000)]
    public async Task A_first_event_posted_from_a_terminal_shows_on_overview_and_in_the_list()
    {
        await using var tab = await browser.OpenAsync("/", TestContext.Current.CancellationToken);
        var curl = await tab.Page.Locator("pre, code").Filter(new() { HasText = "/v1/track" }).First.InnerTextAsync();
        Assert.Contains(browser.SandboxKey, curl, StringComparison.Ordinal);

        await browser.PostAsync("""{"userId":"journey-1","event":"Journey Began","messageId":"journey-1"}""");

        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Link, new() { Name = "Journey Began" })).ToBeVisibleAsync(new() { Timeout = Patience });
        await tab.GoAsync("/deliveries?event=Journey%20Began");
        var row = tab.Page.Locator("tbody tr").Filter(new() { HasText = "Journey Began" });
        await Assertions.Expect(row.GetByText("Accepted")).ToBeVisibleAsync(new() { Timeout = Patience });
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 120_000)]
    public async Task Qa_picks_a_sample_reads_what_richpanel_would_get_sends_it_and_sees_the_answer()
    {
        await using var tab = await browser.OpenAsync("/lab", TestContext.Current.CancellationToken);
        await tab.Page.GetByLabel("Start from a sample").SelectOptionAsync("order-completed");
        await Assertions.Expect(tab.Page.GetByText("customer's timeline")).ToBeVisibleAsync(new() { Timeout = Patience });

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send to Sandbox" }).ClickAsync();

        await Assertions.Expect(tab.Page.GetByTestId("lab-result").GetByText("Accepted").First).ToBeVisibleAsync(new() { Timeout = Patience });
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Open the delivery" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Order Completed" })).ToBeVisibleAsync(new() { Timeout = Patience });
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_sample_is_sent_and_its_delivery_opened_by_keyboard_alone()
    {
        await using var tab = await browser.OpenAsync("/lab", TestContext.Current.CancellationToken);
        await tab.Page.GetByLabel("Start from a sample").FocusAsync();
        await tab.Page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(tab.Page.GetByText("the same code that runs for real events")).ToBeVisibleAsync(new() { Timeout = Patience });

        await tab.TabToAsync("Segment call as JSON");
        await tab.Page.Keyboard.PressAsync("Escape");   // else Tab would indent
        await tab.TabToAsync("Send to Sandbox");
        await tab.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(tab.Page.GetByTestId("lab-result").GetByText("Accepted").First).ToBeVisibleAsync(new() { Timeout = Patience });
        await tab.TabToAsync("Open the delivery");
        await tab.Page.Keyboard.PressAsync("Enter");

        await Assertions.Expect(tab.Page.GetByText("What it was, what it became")).ToBeVisibleAsync(new() { Timeout = Patience });
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 120_000)]
    public async Task Broken_json_is_told_with_its_place()
    {
        await using var tab = await browser.OpenAsync("/lab", TestContext.Current.CancellationToken);

        await tab.Page.GetByLabel("Segment call as JSON").FillAsync("{\n  \"type\": track\n}");

        await Assertions.Expect(tab.Page.GetByText("Line 2, column")).ToBeVisibleAsync(new() { Timeout = Patience });
    }

    [Fact(Timeout = 120_000)]
    public async Task Support_finds_one_customers_failure_understands_it_retries_it_and_sees_the_true_outcome()
    {
        await using var tab = await browser.OpenAsync("/deliveries", TestContext.Current.CancellationToken);
        Scenarios.Set(new SandboxScenario([new SandboxStep(Status: 422)]));
        await browser.PostAsync("""{"userId":"jane","event":"Journey Broke","messageId":"journey-broke","context":{"traits":{"email":"jane.journey@example.com"}}}""");
        await tab.Page.GetByLabel("E-mail").FillAsync("jane.journey@example.com");
        await tab.Page.GetByLabel("E-mail").PressAsync("Enter");
        var row = tab.Page.Locator("tbody tr").Filter(new() { HasText = "Journey Broke" });
        await Assertions.Expect(row.GetByText("Content refused")).ToBeVisibleAsync(new() { Timeout = Patience });
        Assert.DoesNotContain("jane", tab.Page.Url, StringComparison.Ordinal);
        await row.GetByRole(AriaRole.Link).First.ClickAsync();
        await Assertions.Expect(tab.Page.GetByText("The call was understood, but its content is not accepted.").First).ToBeVisibleAsync(new() { Timeout = Patience });
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Retry", Exact = true }).ClickAsync();

        await Assertions.Expect(tab.Page.GetByTestId("outcome")).ToContainTextAsync("Accepted on try 2", new() { Timeout = Patience });
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 120_000)]
    public async Task An_admin_makes_a_connection_and_its_secret_never_comes_back()
    {
        const string secret = "journey-secret-5521";
        await using var tab = await browser.OpenAsync("/connections/new", TestContext.Current.CancellationToken);
        await tab.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Journey");
        await tab.Page.GetByLabel("API Key").FillAsync("journey-key-1");
        await tab.Page.GetByLabel("API Secret", new() { Exact = true }).FillAsync(secret);
        await tab.Page.GetByLabel("API Secret", new() { Exact = true }).PressAsync("Tab");   // its hint may move the button
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Create connection" }).PressAsync("Enter");

        await Assertions.Expect(tab.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/connections/con_"), new() { Timeout = Patience });
        await tab.GoAsync(new Uri(tab.Page.Url).PathAndQuery);
        await Assertions.Expect(tab.Page.GetByText("Fingerprint", new() { Exact = true })).ToBeVisibleAsync(new() { Timeout = Patience });
        Assert.DoesNotContain(secret, await tab.Page.ContentAsync(), StringComparison.Ordinal);
        Assert.Equal("", await tab.Page.GetByLabel("API Secret", new() { Exact = true }).InputValueAsync());

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByText("Events are kept; nothing is sent.")).ToBeVisibleAsync(new() { Timeout = Patience });
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByText("What is due is sent.")).ToBeVisibleAsync(new() { Timeout = Patience });
        Assert.Empty(tab.Faults);
    }

    public void Dispose()
    {
        if (browser.HasStarted)
        {
            Scenarios.Set(new SandboxScenario([]));
        }
    }
}
