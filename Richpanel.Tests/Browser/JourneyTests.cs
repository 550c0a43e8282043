using Microsoft.Playwright;
using Richpanel.Core;
using Richpanel.Core.Access;

namespace Richpanel.Tests.Browser;

/// <summary>
/// What each kind of person comes for, in a real browser on the real application with the built-in sandbox: signed in, with the least
/// role that should do it.
/// </summary>
[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class JourneyTests(BrowserFixture browser, JourneyConsole console) : IClassFixture<JourneyConsole>, IDisposable
{
    [Fact(Timeout = 120_000)]
    public async Task An_admin_posts_a_first_event_from_a_terminal_and_sees_it_on_overview_and_in_the_list()
    {
        await using var tab = await OpenAsync(Role.Admin, "/");   // the command holds a write key
        var curl = await tab.Page.Locator("pre, code").Filter(new() { HasText = "/v1/track" }).First.InnerTextAsync();
        Assert.Contains(console.Sender.Key, curl, StringComparison.Ordinal);

        await console.Sender.PostAsync("""{"userId":"journey-1","event":"Journey Began","messageId":"journey-1"}""");

        await SeesAsync(tab.Page.GetByRole(AriaRole.Link, new() { Name = "Journey Began" }));
        await tab.GoAsync("/deliveries?event=Journey%20Began");
        await SeesAsync(tab.Page.Locator("tbody tr").Filter(new() { HasText = "Journey Began" }).GetByText("Accepted"));
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 120_000)]
    public async Task Qa_picks_a_sample_reads_what_richpanel_would_get_sends_it_and_sees_the_answer()
    {
        await using var tab = await OpenAsync(Role.Qa, "/lab");
        await SeesAsync(tab.Page.GetByText("customer's timeline"));

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send to Sandbox" }).ClickAsync();

        await SeesAsync(tab.Page.GetByTestId("lab-result").GetByText("Accepted").First);
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Open in log" }).ClickAsync();
        await SeesAsync(tab.Page.GetByRole(AriaRole.Heading, new() { Name = "Order Completed" }));
        await Assertions.Expect(tab.Page.GetByText("Personal data is hidden")).ToBeHiddenAsync();   // nor is QA asked for a reason
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 120_000)]
    public async Task Support_sends_a_sample_to_the_sandbox_and_opens_its_delivery_by_keyboard_alone()
    {
        await using var tab = await OpenAsync(Role.Support, "/lab");
        await tab.EditorAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Start from…" }).FocusAsync();

        await tab.TabToAsync("Segment call as JSON");
        await tab.Page.Keyboard.PressAsync("Escape");   // else Tab would indent
        await tab.TabToAsync("Send to Sandbox");
        await tab.Page.Keyboard.PressAsync("Enter");
        await SeesAsync(tab.Page.GetByTestId("lab-result").GetByText("Accepted").First);
        await tab.TabToAsync("Open in log");
        await tab.Page.Keyboard.PressAsync("Enter");

        await SeesAsync(tab.Page.GetByText("What came, what went, what came back"));
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_viewer_previews_a_call_and_is_told_where_its_json_breaks()
    {
        await using var tab = await OpenAsync(Role.Viewer, "/lab");

        await tab.EditorAsync();
        await tab.WriteAsync("{\n  \"type\": track\n}");

        await SeesAsync(tab.Page.GetByText("Line 2, column"));
    }

    [Fact(Timeout = 120_000)]
    public async Task Support_finds_one_customers_failure_understands_it_retries_it_and_sees_the_true_outcome()
    {
        await using var tab = await OpenAsync(Role.Support, "/deliveries");
        console.Answers(422);
        await console.Sender.PostAsync("""{"userId":"user-of-the-journey","event":"Journey Broke","messageId":"journey-broke","context":{"traits":{"email":"jane.journey@example.com"}}}""");
        await tab.Page.GetByRole(AriaRole.Combobox, new() { Name = "Query" }).FillAsync("email:jane.journey@example.com");
        await tab.Page.GetByRole(AriaRole.Combobox, new() { Name = "Query" }).PressAsync("Enter");
        var row = tab.Page.Locator("tbody tr").Filter(new() { HasText = "Journey Broke" });
        await SeesAsync(row.GetByText("Content refused"));
        await SeesAsync(row.GetByText("j•••@e•••.com"));
        Assert.DoesNotContain("jane", tab.Page.Url, StringComparison.Ordinal);
        await row.GetByRole(AriaRole.Link).First.ClickAsync();
        await SeesAsync(tab.Page.GetByText("The call was understood, but its content is not accepted.").First);
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Retry", Exact = true }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Retry it" }).ClickAsync();

        await Assertions.Expect(tab.Page.GetByTestId("outcome")).ToContainTextAsync("Accepted on try 2");
        Assert.DoesNotContain("jane", await tab.Page.Locator("[data-open]").InnerTextAsync(), StringComparison.OrdinalIgnoreCase);
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 120_000)]
    public async Task A_viewer_reads_what_became_of_an_event_and_finds_what_would_change_it_off_with_the_reason()
    {
        console.Answers(422);
        await console.Sender.PostAsync("""{"userId":"jane.viewed@example.com","event":"Journey Viewed","messageId":"journey-viewed"}""");
        var id = PublicId.Delivery((await console.Sender.SettledAsync("journey-viewed")).Id);

        await using var tab = await OpenAsync(Role.Viewer, "/");
        Assert.DoesNotContain(console.Sender.Key, await tab.Page.ContentAsync(), StringComparison.Ordinal);
        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Deliveries", Exact = true }).First.ClickAsync();
        await tab.Page.Locator("tr[data-row]").Filter(new() { HasText = "Journey Viewed" }).GetByRole(AriaRole.Link).First.ClickAsync();
        await Assertions.Expect(tab.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex(id));

        await SeesAsync(tab.Page.GetByText("The call was understood, but its content is not accepted.").First);
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Retry", Exact = true })).ToBeDisabledAsync();
        await SeesAsync(tab.Page.GetByText("It needs support: who may retry, cancel or hurry one delivery; edit one that was seen in clear, as the same customer's same event; acknowledge, snooze and note failure groups.").First);
        Assert.DoesNotContain("jane", await tab.Page.Locator("main").InnerTextAsync(), StringComparison.OrdinalIgnoreCase);
        await tab.GoAsync($"/connections/{console.SandboxId}");
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" })).ToBeDisabledAsync();
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 120_000)]
    public async Task An_operator_pauses_a_connection_lets_it_go_on_and_finds_both_in_the_change_log()
    {
        await using var tab = await OpenAsync(Role.Operator, $"/connections/{console.SandboxId}");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await SeesAsync(tab.Page.GetByText("Events are kept; nothing is sent."));
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Resume…" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Resume", Exact = true }).ClickAsync();
        await SeesAsync(tab.Page.GetByText("What is due is sent."));
        await Assertions.Expect(tab.Page.GetByRole(AriaRole.Button, new() { Name = "Add source" })).ToBeDisabledAsync();

        await tab.Page.GetByRole(AriaRole.Link, new() { Name = "Change log" }).ClickAsync();

        await SeesAsync(tab.Page.Locator("tbody tr").Filter(new() { HasText = "operator" }).GetByText("resumed the connection").First);
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 180_000)]
    public async Task An_admin_sets_up_a_connection_and_a_source_and_the_secret_never_comes_back()
    {
        const string secret = "journey-secret-5521";
        await using var tab = await OpenAsync(Role.Admin, "/connections/new");
        await tab.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Journey");
        await tab.Page.GetByLabel("API Key").FillAsync("journey-key-1");
        await tab.Page.GetByLabel("API Secret", new() { Exact = true }).FillAsync(secret);
        await tab.Page.GetByLabel("API Secret", new() { Exact = true }).PressAsync("Tab");   // its hint may move the button
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Create connection" }).PressAsync("Enter");

        await Assertions.Expect(tab.Page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/connections/con_"));
        await tab.GoAsync(new Uri(tab.Page.Url).PathAndQuery);
        await SeesAsync(tab.Page.GetByText("Fingerprint", new() { Exact = true }));
        Assert.DoesNotContain(secret, await tab.Page.ContentAsync(), StringComparison.Ordinal);
        Assert.Equal("", await tab.Page.GetByLabel("API Secret", new() { Exact = true }).InputValueAsync());
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await SeesAsync(tab.Page.GetByText("Events are kept; nothing is sent."));

        await tab.Page.GetByLabel("New source").FillAsync("Journey shop");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Add source" }).ClickAsync();
        var source = tab.Page.Locator("tbody tr").Filter(new() { HasText = "Journey shop" });
        await SeesAsync(source.GetByRole(AriaRole.Button, new() { Name = "Copy write key of Journey shop" }));
        await console.Sender.PostAsync("""{"userId":"u","event":"Journey Kept","messageId":"journey-kept"}""", await source.Locator("td[data-label='Write key'] .mono").InnerTextAsync());

        await tab.GoAsync("/deliveries?event=Journey%20Kept");
        await SeesAsync(tab.Page.Locator("tbody tr").Filter(new() { HasText = "Journey Kept" }).GetByText("Held", new() { Exact = true }));
        Assert.NotNull(console.ConnectionOf("Journey").PausedAt);
        Assert.Empty(tab.Faults);
    }

    [Fact(Timeout = 180_000)]
    public async Task An_admin_sets_up_a_connection_checks_it_tries_it_out_and_sees_a_first_event_accepted()
    {
        await using var tab = await OpenAsync(Role.Admin, "/connections/new");
        await tab.Page.GetByLabel("Name", new() { Exact = true }).FillAsync("Journey staging");
        await tab.Page.GetByLabel("Environment").SelectOptionAsync("Staging");
        await tab.Page.GetByLabel("Base address").FillAsync("https://richpanel.invalid/v2");
        await tab.Page.GetByLabel("API Key").FillAsync("journey-key-2");
        await tab.Page.GetByLabel("Waits between tries").FillAsync("5 s, 1 min");
        await SeesAsync(tab.Page.GetByText("3 tries over 1 min 5 s"));
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Create connection" }).PressAsync("Enter");
        await SeesAsync(tab.Page.GetByText("Created. Check the address"));
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Check", Exact = true }).ClickAsync();
        await SeesAsync(tab.Page.GetByText("Nothing can be delivered this way."));   // no host has such a name: it is told, and nothing is lost

        await tab.GoAsync($"/connections/{console.SandboxId}");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Check", Exact = true }).ClickAsync();
        await SeesAsync(tab.Page.GetByText("The address can be reached."));
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send a test visitor…" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Send 1 to Sandbox" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Seen", Exact = true }).ClickAsync();
        await SeesAsync(tab.Page.GetByText("admin saw “Console trial"));

        await tab.Page.GetByLabel("New source").FillAsync("First shop");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Add source" }).ClickAsync();
        var key = tab.Page.Locator("tbody tr").Filter(new() { HasText = "First shop" }).Locator("td[data-label='Write key'] .mono");
        await console.Sender.PostAsync("""{"userId":"u","event":"Journey First","messageId":"journey-first"}""", await key.InnerTextAsync());
        await tab.GoAsync("/deliveries?event=Journey%20First");
        await SeesAsync(tab.Page.Locator("tbody tr").Filter(new() { HasText = "Journey First" }).GetByText("Accepted"));
        Assert.Empty(tab.Faults);
    }

    public void Dispose() => console.Answers();

    private Task<BrowserPage> OpenAsync(Role role, string path) => console.OpenAsync(browser, role, path);

    private static Task SeesAsync(ILocator what) => Assertions.Expect(what).ToBeVisibleAsync();
}
