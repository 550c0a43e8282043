using Bunit;
using Richpanel.Console.Lab;
using Richpanel.Core.Access;
using Richpanel.Core;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Preview;

namespace Richpanel.Tests.Pages;

public sealed class LabPageTests : IAsyncLifetime
{
    private readonly PagesUnderTest _pages = new();

    [Fact(Timeout = 60_000)]
    public async Task A_picked_sample_shows_the_mapped_call_with_its_verdict_and_notes()
    {
        var page = Open();

        await page.PressAsync("Start from…");
        await page.InputAsync("#template-search", "of a guest");
        await page.ClickAsync("[data-template=guest-order]");

        Assert.Contains("Order Completed", page.Find(".call-editor textarea").GetAttribute("value"), StringComparison.Ordinal);
        Assert.Contains("to a visitor's timeline", page.Find(".verdict").Words(), StringComparison.Ordinal);
        Assert.Contains("\"order\"", page.Find("[data-json=target]").Words(), StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll(".notes li"));
    }

    [Fact(Timeout = 60_000)]
    public async Task Text_that_is_not_json_is_told_with_line_and_column_and_cannot_be_sent()
    {
        var page = Open();

        await page.InputAsync(".call-editor textarea", "{\n  \"type\": track\n}");

        page.EventuallySays("Line 2, column");
        Assert.True(page.Button("Send to Sandbox").HasAttribute("disabled"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_call_that_lacks_what_it_needs_is_told_with_what_and_why()
    {
        var page = Open();

        await page.InputAsync(".call-editor textarea", """{"type":"track","userId":"jane"}""");

        page.Eventually(() => Assert.StartsWith("Cannot be sent: ", page.Find(".verdict").Words(), StringComparison.Ordinal));
        Assert.DoesNotContain(page.FindAll("button"), button => button.Words() == "Exact request");
    }

    [Fact(Timeout = 60_000)]
    public async Task The_exact_request_stands_with_placeholders_for_what_is_secret()
    {
        var page = Open();

        await page.PressAsync("Exact request");

        var request = page.Find("pre[aria-label='Exact request']").TextContent;
        Assert.StartsWith("POST ", request, StringComparison.Ordinal);
        Assert.EndsWith("/t", request.Split('\n')[0], StringComparison.Ordinal);
        Assert.Contains("Placeholders stand where the secret has its part", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Sending_shows_the_answer_and_leads_to_the_delivery()
    {
        var page = Open();

        await page.PressAsync("Send to Sandbox");

        page.Eventually(() => Assert.Contains("The sandbox accepted it on the first try.", page.Find("[data-testid=lab-result]").Words(), StringComparison.Ordinal));
        Assert.Contains("Nothing left this machine. Open in log", page.Find("[data-testid=lab-result]").TextContent.Replace("\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.StartsWith("/deliveries/dlv_", page.Find("[data-testid=lab-result] a").GetAttribute("href"), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_refusal_of_the_other_side_is_shown_as_one()
    {
        _pages.Answers(422);
        var page = Open();

        await page.PressAsync("Send to Sandbox");

        page.Eventually(() => Assert.StartsWith("Failed It failed after 1 try: Content refused", page.Find("[data-testid=lab-result]").Words(), StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_production_account_asks_once_more_and_says_that_nothing_there_can_be_deleted()
    {
        var shop = await _pages.App.AddSourceAsync("Shop");
        await _pages.Holds.PauseAsync(Actor.System, shop.ConnectionId, null);
        var page = _pages.Open<LabPage>($"/lab?connection={PublicId.Connection(shop.ConnectionId)}");

        await page.PressAsync("Send…");

        Assert.Contains("nothing there can be deleted", page.Words(), StringComparison.Ordinal);
        Assert.Contains("Send this one event to Shop?", page.Words(), StringComparison.Ordinal);
        Assert.Empty((await _pages.Get<LogReader>().PageAsync(LogAsk.By(Actor.System, LogQuery.All), LogPlace.Newest, 1, Xunit.TestContext.Current.CancellationToken)).Rows);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_account_that_became_production_meanwhile_gets_nothing_that_was_meant_for_staging()
    {
        var shop = await _pages.App.AddSourceAsync("Shop", connection => connection.Environment = ConnectionEnvironment.Staging);
        var page = _pages.Open<LabPage>($"/lab?connection={PublicId.Connection(shop.ConnectionId)}");
        await _pages.Get<ConnectionStore>().UpdateAsync(Actor.System, shop.ConnectionId, new ConnectionDraft { Environment = ConnectionEnvironment.Production });

        await page.PressAsync("Send to Shop");

        page.EventuallySays("Shop was changed since this page was opened: it is Production now. Look again, then send.");
        Assert.Empty((await _pages.Get<LogReader>().PageAsync(LogAsk.By(Actor.System, LogQuery.All), LogPlace.Newest, 1, Xunit.TestContext.Current.CancellationToken)).Rows);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_right_to_send_is_asked_of_the_account_as_it_is_now()
    {
        var shop = await _pages.App.AddSourceAsync("Shop", connection => connection.AllowsLabSends = true);
        var before = _pages.App.Directory.Find(shop.ConnectionId)!;
        await _pages.Get<ConnectionStore>().UpdateAsync(Actor.System, shop.ConnectionId, new ConnectionDraft { AllowsLabSends = false });

        var refused = await Assert.ThrowsAsync<ForbiddenException>(() => _pages.Get<LabSender>().SendAsync(
            new Actor(ActorKind.Person, 1, "Quinn", Role.Qa), before, """{"type":"track","event":"A","userId":"u"}"""u8.ToArray(), TimeSpan.FromSeconds(1), Xunit.TestContext.Current.CancellationToken));

        Assert.Equal(Permission.SendToProduction, refused.Permission);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_form_and_the_text_are_one_call_both_ways()
    {
        var page = Open();

        await page.ChangeAsync("#field-user", "user-of-the-form");
        await page.ChangeAsync("#field-total", "12.50");
        Assert.Contains("\"userId\": \"user-of-the-form\"", Text(page), StringComparison.Ordinal);
        Assert.Contains("\"total\": 12.50", Text(page), StringComparison.Ordinal);
        Assert.Contains("Customer: user-of-the-form.", page.Find(".points").Words(), StringComparison.Ordinal);

        await page.InputAsync(".call-editor textarea", """{"type":"identify","userId":"typed"}""");
        page.Eventually(() => Assert.Equal("typed", page.Find("#field-user").GetAttribute("value")));
        Assert.Empty(page.FindAll("#field-total"));
        await page.ChangeAsync("#field-user", "");
        Assert.DoesNotContain("userId", Text(page), StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("New messageId", "lab-")]
    [InlineData("New anonymousId", "anon-")]
    [InlineData("New order id", "L-")]
    [InlineData("Yesterday, as timestamp", "T")]
    public async Task An_id_or_a_time_is_made_on_demand(string button, string begins)
    {
        var page = Open();
        var before = Text(page);

        await page.ClickAsync($"button[aria-label='{button}']");

        Assert.NotEqual(before, Text(page));
        Assert.Contains(begins, Text(page), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Sending_twice_shows_that_the_repeat_was_recognised()
    {
        var page = Open();

        await page.PressAsync("Send twice");

        page.Eventually(() => Assert.Equal(2, page.FindAll("[data-testid=lab-result]").Count));
        Assert.StartsWith("The repeat was recognised", page.Find("[data-testid=twice]").Words(), StringComparison.Ordinal);
        Assert.StartsWith("Second Skipped", page.FindAll("[data-testid=lab-result]")[1].Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task After_a_failure_the_second_send_counts_as_a_new_one()
    {
        _pages.Answers(422, 200);
        var page = Open();

        await page.PressAsync("Send twice");

        page.Eventually(() => Assert.StartsWith("The repeat counts as a new delivery", page.Find("[data-testid=twice]").Words(), StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_answer_shows_phases_headers_and_body()
    {
        var page = Open();

        await page.PressAsync("Send to Sandbox");

        page.Eventually(() => Assert.Contains("HTTP 200", page.Find("[data-testid=lab-result]").Words(), StringComparison.Ordinal));
        Assert.Contains("wait", page.Find("[data-testid=lab-result]").Words(), StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll("pre[aria-label='Response headers']"));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_sent_is_what_stands_on_the_screen_even_before_the_preview_has_followed()
    {
        var page = Open();

        await page.InvokeAsync(async () =>
        {
            _ = page.Find(".call-editor textarea").InputAsync(new() { Value = """{"type":"track","event":"On The Screen","userId":"u","messageId":"lab-screen"}""" });
            await page.Button("Send to Sandbox").ClickAsync(new());
        });

        page.Eventually(() => Assert.NotEmpty(page.FindAll("[data-testid=lab-result]")));
        Assert.Equal("On The Screen", (await _pages.FindAsync("lab-screen")).EventName);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(Role.Qa, false)]
    [InlineData(Role.Viewer, true)]
    public async Task A_delivery_opened_in_the_lab_is_said_with_its_address_and_masked_by_role(Role role, bool masked)
    {
        var row = await _pages.SendAsync(""" "userId":"jane","event":"From The Log","context":{"traits":{"email":"jane@example.com"}} """, "m-log");
        var id = PublicId.Delivery(row.Id);
        _pages.Role = role;

        var page = _pages.Open<LabPage>($"/lab?delivery={id}");

        page.Eventually(() => Assert.Contains($"Loaded: the delivery {id} (From The Log)", page.Find("[data-testid=loaded]").Words(), StringComparison.Ordinal));
        Assert.Equal($"/deliveries/{id}", page.Find("[data-testid=loaded] a").GetAttribute("href"));
        Assert.Equal(!masked, Text(page).Contains("jane@example.com", StringComparison.Ordinal));
        Assert.Equal(masked, page.Words().Contains("Personal data in it is hidden from your role", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_replaces_a_text_is_said_and_one_click_brings_it_back()
    {
        var page = Open();
        await page.InputAsync(".call-editor textarea", """{"type":"track","event":"Mine","userId":"u"}""");
        page.EventuallySays("Edited, from the template Order Completed.");

        await page.PressAsync("Start from…");
        await page.PressAsync("Paste");
        await page.ChangeAsync("#pasted", """curl https://x.example/v1/track -u k: -d '{"userId":"pasted","event":"B"}'""");
        await page.SubmitAsync(".picker form");
        Assert.Contains("pasted", Text(page), StringComparison.Ordinal);
        Assert.Contains("Loaded: a pasted curl command. ", page.Find("[data-testid=loaded]").Words(), StringComparison.Ordinal);
        Assert.Contains("The write key was dropped", page.Words(), StringComparison.Ordinal);

        await page.PressAsync("Undo: back to the template Order Completed");
        Assert.Contains("Mine", Text(page), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Another_address_of_the_open_page_loads_its_call_and_the_one_before_can_be_brought_back()
    {
        var row = await _pages.SendAsync(""" "userId":"jane","event":"From The Log" """, "m-log");
        var page = Open();
        await page.InputAsync(".call-editor textarea", """{"type":"track","event":"Mine","userId":"u"}""");

        await page.InvokeAsync(() => _pages.Address.NavigateTo($"/lab?delivery={PublicId.Delivery(row.Id)}"));   // as the command box does

        page.Eventually(() => Assert.Contains("From The Log", Text(page), StringComparison.Ordinal));
        await page.PressAsync("Send to Sandbox");
        page.Eventually(() => Assert.Contains("Repeat of an earlier call", page.Find("[data-testid=lab-result]").Words(), StringComparison.Ordinal));
        await page.PressAsync("Undo: back to the template Order Completed");
        Assert.Contains("Mine", Text(page), StringComparison.Ordinal);

        await page.InvokeAsync(() => _pages.Address.NavigateTo("/lab?sample=guest-order"));
        page.EventuallySays("Loaded: the template Order of a guest.");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_result_that_waits_goes_on_by_itself()
    {
        _pages.Answers(503, 200);
        var page = Open();
        await page.PressAsync("Send to Sandbox");
        page.Eventually(() => Assert.StartsWith("Waiting", page.Find("[data-testid=lab-result]").Words(), StringComparison.Ordinal));
        var id = PublicId.Parse(page.Find("[data-testid=lab-result] a").GetAttribute("href")!.Split('/')[^1], "dlv")!.Value;

        await _pages.Get<DeliveryActions>().TryNowAsync(Actor.System, id, Xunit.TestContext.Current.CancellationToken);

        page.Eventually(() => Assert.StartsWith("Accepted The sandbox accepted it on try 2", page.Find("[data-testid=lab-result]").Words(), StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_answer_to_an_earlier_text_says_that_it_is_one()
    {
        var page = Open();

        await page.InvokeAsync(async () =>
        {
            var sent = page.Button("Send to Sandbox").ClickAsync(new());
            _ = page.Find(".call-editor textarea").InputAsync(new() { Value = """{"type":"track","event":"Typed On","userId":"u"}""" });
            await sent;
        });

        page.Eventually(() => Assert.Contains("of the call you sent to Sandbox at", page.Find("[data-testid=of-earlier]").Words(), StringComparison.OrdinalIgnoreCase));
        Assert.NotEmpty(page.FindAll("[data-testid=lab-result]"));
        await page.PressAsync("Send to Sandbox");
        page.Eventually(() => Assert.NotEmpty(page.FindAll("[data-testid=lab-result]")));
        Assert.Empty(page.FindAll("[data-testid=of-earlier]"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_sample_saved_by_one_person_is_there_for_the_next()
    {
        _pages.Role = Role.Qa;
        var page = Open();
        await page.InputAsync(".call-editor textarea", """{"type":"track","event":"Saved One","userId":"u"}""");
        await page.ChangeAsync("#sample-name", "Our own");
        await page.InvokeAsync(() => page.Button("Save sample").Closest("form")!.SubmitAsync());
        page.EventuallySays("Saved as “Our own”.");

        page = Open();
        await page.PressAsync("Start from…");
        await page.PressAsync("Saved");
        page.EventuallySays("Our own");
        await page.ClickAsync(".picker .from-item");

        page.Eventually(() => Assert.Contains("Saved One", Text(page), StringComparison.Ordinal));
        Assert.Contains("Loaded: the saved sample Our own.", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_recent_delivery_can_be_picked_and_an_empty_log_says_what_to_do()
    {
        var page = Open();
        await page.PressAsync("Start from…");
        await page.PressAsync("From the log");
        page.EventuallySays("Nothing was received yet.");

        await _pages.SendAsync(""" "userId":"u","event":"Picked" """, "m-pick");
        await page.SubmitAsync(".picker form");
        page.Eventually(() => Assert.NotEmpty(page.FindAll(".picker .from-item")));
        await page.ClickAsync(".picker .from-item");

        page.Eventually(() => Assert.Contains("m-pick", Text(page), StringComparison.Ordinal));
        Assert.Contains("a send is skipped as a duplicate of it", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_call_stands_as_code_for_each_language()
    {
        var page = Open();
        await page.PressAsync("As code");
        Assert.Contains("analytics.track(\"Order Completed\"", page.Find("pre[aria-label='The call as code']").TextContent, StringComparison.Ordinal);

        await page.PressAsync("cURL");

        Assert.StartsWith("curl ", page.Find("pre[aria-label='The call as code']").TextContent, StringComparison.Ordinal);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    private static string Text(IRenderedComponent<LabPage> page) => page.Find(".call-editor textarea").GetAttribute("value")!;

    private IRenderedComponent<LabPage> Open() => _pages.Open<LabPage>("/lab");
}
