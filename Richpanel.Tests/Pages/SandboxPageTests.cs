using Bunit;
using Richpanel.Console.Sandbox;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Sandbox;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Pages;

public sealed class SandboxPageTests : IAsyncLifetime
{
    private const string Identify = """ "type":"identify","userId":"user-7","anonymousId":"anon-7","traits":{"email":"jane@example.com","plan":"gold"} """;

    private readonly PagesUnderTest _pages = new();

    [Fact(Timeout = 60_000)]
    public async Task Before_anything_came_it_says_what_to_do_and_then_shows_each_request_by_itself()
    {
        var page = _pages.Open<SandboxPage>("/sandbox");
        page.EventuallySays("Nothing came yet");
        page.EventuallySays("Answers as Richpanel does: 200 to everything.");

        await _pages.SendAsync(""" "userId":"u","event":"Seen" """, "m-1");

        page.Eventually(() => Assert.Single(page.FindAll("tr[data-request]")));
        page.Eventually(() => Assert.Matches("POST /v2/t Seen 200 [0-9]+ ms kept", page.Find("tr[data-request]").Words()));
        page.EventuallySays("1 of 100,000 requests kept");
    }

    [Fact(Timeout = 60_000)]
    public async Task The_chosen_request_stands_in_the_address_with_contract_calls_and_the_delivery_that_sent_it()
    {
        var row = await _pages.SendAsync(""" "userId":"u","event":"Seen" """, "m-1");

        var page = _pages.Open<SandboxPage>("/sandbox?request=1");

        page.EventuallySays("Contract: kept");
        Assert.Contains("signature", page.Find(".rules").TextContent, StringComparison.Ordinal);
        Assert.Contains(page.FindAll("[data-testid=request] a"), link => link.GetAttribute("href") == $"/deliveries/{PublicId.Delivery(row.Id)}");
        Assert.Contains(page.FindAll("[data-testid=request] a"), link => link.GetAttribute("href") == $"/lab?delivery={PublicId.Delivery(row.Id)}");
        Assert.Equal("/sandbox?request=1&pane=headers", page.FindAll("[data-testid=request] .tab")[1].GetAttribute("href"));

        page = _pages.Open<SandboxPage>("/sandbox?request=1&pane=headers");
        page.EventuallySays("Content-Type");
        page = _pages.Open<SandboxPage>("/sandbox?request=1&pane=body");
        page.EventuallySays("Decoded call");
        page = _pages.Open<SandboxPage>("/sandbox?request=1&pane=raw");
        page.Eventually(() => Assert.Contains("\"event_type\":\"track\"", page.Find("[data-testid=request] pre").TextContent, StringComparison.Ordinal));
        page = _pages.Open<SandboxPage>("/sandbox?request=1&pane=answer");
        page.EventuallySays("HTTP 200");
        page = _pages.Open<SandboxPage>("/sandbox?request=99");
        page.EventuallySays("No such request");
    }

    [Fact(Timeout = 60_000)]
    public async Task Rows_do_not_move_under_a_pointer_nor_when_the_newest_is_not_followed()
    {
        await _pages.SendAsync(""" "userId":"u","event":"First" """, "m-1");
        var page = _pages.Open<SandboxPage>("/sandbox");
        page.Eventually(() => Assert.Single(page.FindAll("tr[data-request]")));
        await page.InvokeAsync(() => page.Find("div.list").TriggerEventAsync("onpointerenter", new Microsoft.AspNetCore.Components.Web.PointerEventArgs()));

        await _pages.SendAsync(""" "userId":"u","event":"Second" """, "m-2");
        page.EventuallySays("1 new");
        Assert.Equal("1", Assert.Single(page.FindAll("tr[data-request]")).GetAttribute("data-request"));

        await page.InvokeAsync(() => page.Find("div.list").TriggerEventAsync("onpointerleave", new Microsoft.AspNetCore.Components.Web.PointerEventArgs()));
        page.Eventually(() => Assert.Equal(2, page.FindAll("tr[data-request]").Count));

        await page.ChangeAsync(".follow input", false);
        await _pages.SendAsync(""" "userId":"u","event":"Third" """, "m-3");
        page.EventuallySays("1 new");
        Assert.Equal(2, page.FindAll("tr[data-request]").Count);
        await page.PressAsync("1 new");
        page.Eventually(() => Assert.Equal("3", page.Find("tr[data-request]").GetAttribute("data-request")));
    }

    [Fact(Timeout = 60_000)]
    public async Task Keys_lead_from_one_request_to_the_next()
    {
        await _pages.SendAsync(""" "userId":"u","event":"First" """, "m-1");
        await _pages.SendAsync(""" "userId":"u","event":"Second" """, "m-2");
        var page = _pages.Open<SandboxPage>("/sandbox");
        page.Eventually(() => Assert.Equal(2, page.FindAll("tr[data-request]").Count));

        await page.InvokeAsync(() => _pages.Keys.Find("j")!.Do());
        Assert.EndsWith("/sandbox?request=2", _pages.Address.Uri, StringComparison.Ordinal);
        page = _pages.Show<SandboxPage>();
        page.Eventually(() => Assert.Equal(2, page.FindAll("tr[data-request]").Count));
        await page.InvokeAsync(() => _pages.Keys.Find("j")!.Do());
        Assert.EndsWith("/sandbox?request=1", _pages.Address.Uri, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_preset_is_applied_by_its_button_alone_and_the_step_that_is_next_moves_by_itself()
    {
        var page = _pages.Open<SandboxPage>("/sandbox");
        await page.PressAsync("Change…");
        await page.PressAsync("503 three times, then 200");
        Assert.Empty(_pages.Get<SandboxScenarios>().Now.Scenario.Steps);

        await page.SubmitAsync();

        page.EventuallySays("Step 1 of 1 is next: HTTP 503, 3 times (0 of 3 answered).");
        await _pages.SendAsync(""" "userId":"u","event":"Seen" """, "m-1", settled: false);
        page.EventuallySays("(1 of 3 answered)");
        await page.PressAsync("Start again from step 1");
        page.EventuallySays("(0 of 3 answered)");
        await page.PressAsync("Answer as Richpanel");
        page.EventuallySays("Answers as Richpanel does");
        await using var context = _pages.App.Read();
        Assert.Equal(3, context.ChangeLog.Count(line => line.Action == "sandbox.scenario-set"));
    }

    [Fact(Timeout = 60_000)]
    public async Task Steps_are_added_moved_and_removed_and_a_faulty_one_is_marked_and_not_applied()
    {
        var page = _pages.Open<SandboxPage>("/sandbox");
        await page.PressAsync("Change…");
        await page.PressAsync("422 once");
        await page.PressAsync("Add a step");
        await page.ChangeAsync("input[aria-label='Status of step 2']", "700");
        await page.SubmitAsync();

        page.EventuallySays("Step 2, status: must be from 200 to 599.");
        Assert.Empty(_pages.Get<SandboxScenarios>().Now.Scenario.Steps);

        await page.ChangeAsync("input[aria-label='Status of step 2']", "500");
        Assert.DoesNotContain("must be from", page.Words(), StringComparison.Ordinal);
        await page.ClickAsync("button[aria-label='Move step 2 up']");
        await page.SubmitAsync();
        page.Eventually(() => Assert.Equal([500, 422], _pages.Get<SandboxScenarios>().Now.Scenario.Steps.Select(step => step.Status)));

        await page.ClickAsync("button[aria-label='Remove step 1']");
        await page.SubmitAsync();
        page.Eventually(() => Assert.Equal([422], _pages.Get<SandboxScenarios>().Now.Scenario.Steps.Select(step => step.Status)));
    }

    [Fact(Timeout = 60_000)]
    public async Task Customers_visitors_sessions_and_their_timelines_are_as_the_sandbox_recorded_them()
    {
        await _pages.SendIdentifyAsync(Identify, "m-1");

        var page = _pages.Open<SandboxPage>("/sandbox?tab=customers");
        page.EventuallySays("user-7");
        Assert.Contains("jane@example.com", page.Words(), StringComparison.Ordinal);
        Assert.Equal("/sandbox?tab=timeline&of=customer-1", page.Find("td[data-label=Customer] a").GetAttribute("href"));
        page = _pages.Open<SandboxPage>("/sandbox?tab=visitors");
        page.EventuallySays("anon-7");
        page = _pages.Open<SandboxPage>("/sandbox?tab=sessions");
        page.EventuallySays("assumed");
        page = _pages.Open<SandboxPage>("/sandbox?tab=timeline&of=customer-1");
        page.EventuallySays("Only of customer user-7.");
        Assert.Contains("identify", page.Find("tbody").Words(), StringComparison.Ordinal);
        page = _pages.Open<SandboxPage>("/sandbox?tab=timeline&of=customer-999");
        page.EventuallySays("Nothing matches");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_viewer_reads_all_of_it_masked_and_changes_nothing()
    {
        await _pages.SendIdentifyAsync(Identify, "m-1");
        _pages.Role = Role.Viewer;

        foreach (var address in new[] { "/sandbox?tab=customers", "/sandbox?tab=timeline&of=customer-1", "/sandbox?request=1", "/sandbox?request=1&pane=body", "/sandbox?request=1&pane=raw" })
        {
            var page = _pages.Open<SandboxPage>(address);
            page.Eventually(() => Assert.DoesNotContain("Loading ", page.Words(), StringComparison.Ordinal));
            page.EventuallySays("Your role may not do this. It needs support");
            Assert.DoesNotContain("jane@", page.Markup, StringComparison.Ordinal);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Clearing_asks_with_the_counts_and_forgets_everything_but_the_scenario()
    {
        _pages.Answers(200, 503);
        await _pages.SendIdentifyAsync(Identify, "m-1");
        var page = _pages.Open<SandboxPage>("/sandbox");
        page.EventuallySays("1 of 100,000");

        await page.PressAsync("Clear…");
        Assert.Contains("Forget 1 request, 1 customer, 1 visitor, 1 session and 1 event of the sandbox?", page.Words(), StringComparison.Ordinal);
        await page.PressAsync("Forget it all");

        page.EventuallySays("Nothing came yet");
        Assert.Equal(2, _pages.Get<SandboxScenarios>().Now.Scenario.Steps.Count);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("broken", "Every request the sandbox remembers keeps the contract.")]
    [InlineData("not-taken", "The sandbox answered every request as Richpanel would.")]
    public async Task A_filter_that_fits_nothing_says_so(string only, string says)
    {
        await _pages.SendAsync(""" "userId":"u","event":"Seen" """, "m-1");

        var page = _pages.Open<SandboxPage>($"/sandbox?only={only}");

        page.EventuallySays(says);
        Assert.Equal("/sandbox", page.Find(".list .empty a").GetAttribute("href"));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("/sandbox", "Requests")]
    [InlineData("/sandbox?tab=customers", "Customers")]
    public void A_database_that_does_not_answer_is_told(string address, string table)
    {
        _ = _pages.App.Services;
        using (var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={Path.Combine(_pages.App.Folder, "sandbox.db")};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"ALTER TABLE {table} RENAME TO Gone";
            command.ExecuteNonQuery();
        }

        var page = _pages.Open<SandboxPage>(address);

        page.EventuallySays("The sandbox's own database did not answer.");
    }

    [Theory]
    [InlineData("/sandbox")]
    [InlineData("/sandbox?tab=customers&before=7")]
    [InlineData("/sandbox?tab=timeline&of=session-3")]
    [InlineData("/sandbox?only=broken&before=9&request=3&pane=raw")]
    public void An_address_is_read_and_written_the_same(string address)
    {
        var query = System.Web.HttpUtility.ParseQueryString(new Uri("http://x" + address).Query);

        Assert.Equal(address, SandboxView.Read(query["tab"], query["request"], query["pane"], query["only"], query["before"], query["of"]).ToAddress());
    }

    [Fact]
    public void A_step_survives_the_form()
    {
        var step = new SandboxStep(503, 20, 7, 0, 0.25, SandboxFault.None, "x", new Dictionary<string, string> { ["X-A"] = "1" });

        var again = StepInput.Of(step).ToStep();

        Assert.Equal(step with { Headers = null }, again with { Headers = null });
        Assert.Equal(step.Headers, again.Headers);
        Assert.All(ScenarioPresets.All, preset => Assert.Empty(preset.Scenario.Faults()));
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();
}

internal static class SandboxSending
{
    /// <summary>As SendAsync, at the address of identifies.</summary>
    public static async Task SendIdentifyAsync(this PagesUnderTest pages, string call, string messageId)
    {
        var key = pages.Get<Core.Connections.SourceStore>().RevealWriteKey(pages.App.Directory.Sources.Single(one => one.ConnectionId == pages.Sandbox.Id));
        using var client = pages.App.CreateClient();
        await client.PostCallAsync("/v1/identify", $$"""{"messageId":"{{messageId}}",{{call}}}""", key).AcceptedAsync();
        await pages.App.ExpandedAsync();
        await pages.Get<Core.Deliveries.DeliveryActions>().WaitForOutcomeAsync((await pages.FindAsync(messageId)).Id, 0, PagesUnderTest.Patience, Xunit.TestContext.Current.CancellationToken);
    }
}
