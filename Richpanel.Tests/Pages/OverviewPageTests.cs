using Bunit;
using Microsoft.AspNetCore.Components.Web;
using Richpanel.Console.Overview;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Pages;

public sealed class OverviewPageTests : IAsyncLifetime
{
    private readonly PagesUnderTest _pages = new();

    [Fact(Timeout = 60_000)]
    public void Before_the_first_event_it_shows_zeroes_a_ready_sandbox_and_the_command_to_send_one()
    {
        var page = _pages.Open<OverviewPage>("/");

        page.EventuallySays("Send your first event");
        Assert.Contains("0 created = 0 skipped + 0 accepted", page.Words(), StringComparison.Ordinal);
        Assert.Contains("Sandbox is sending. Sandbox 0 deliveries wait.", page.Words(), StringComparison.Ordinal);
        Assert.Contains("No request has been refused.", page.Words(), StringComparison.Ordinal);
        Assert.Contains("/v1/track", page.Find("pre").TextContent, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_event_that_arrives_shows_by_itself_and_the_ledger_adds_up()
    {
        var page = _pages.Open<OverviewPage>("/");
        await _pages.SendAsync(""" "userId":"u","event":"Seen" """, "m-1");
        _pages.Answers(422);
        await _pages.SendAsync(""" "userId":"u","event":"Refused" """, "m-2");
        await _pages.SendAsync(""" "userId":"u","event":"Seen" """, "m-1", settled: false);

        page.EventuallySays("3 created = 1 skipped + 1 accepted + 0 waiting (0 held) + 1 failed + 0 canceled + 0 settled + 0 purged");
        page.EventuallySays("3 requests = 3 let in + 0 rejected");
        Assert.Contains("Adds up", page.Words(), StringComparison.Ordinal);
        page.Eventually(() => Assert.Equal("Failed 1 none before", page.Find("a.tile[data-state=failed]").Words()));
        Assert.Contains("state:failed -origin:lab since:", Uri.UnescapeDataString(page.Find("a.tile[data-state=failed]").GetAttribute("href")!), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_connection_on_hold_stands_first_with_since_when_why_what_waits_and_the_button_to_mend_it()
    {
        var shop = await _pages.App.AddSourceAsync("Shop");
        await _pages.Holds.HoldAsync(shop.ConnectionId, "unauthorized", null);
        await _pages.SendAsync(""" "userId":"u","event":"Held back" """, "m-1", shop, settled: false);

        var page = _pages.Open<OverviewPage>("/");

        page.EventuallySays("Shop is on hold: Key not accepted (401) since");
        var first = page.FindAll(".health")[0];
        Assert.Contains("1 delivery waits; no try is spent.", first.Words(), StringComparison.Ordinal);
        Assert.StartsWith("/connections/con_", first.QuerySelector("a.mud-button-root")!.GetAttribute("href"), StringComparison.Ordinal);
        Assert.Contains("1 waiting (1 held)", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_paused_connection_goes_on_at_the_press_of_its_button()
    {
        await _pages.Holds.PauseAsync(Actor.System, _pages.Sandbox.Id, null);
        var page = _pages.Open<OverviewPage>("/");
        page.EventuallySays("Sandbox is paused");

        await page.PressAsync("Resume…");
        await page.PressAsync("Resume");

        page.EventuallySays("Sandbox is sending.");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_connection_that_gets_nothing_through_is_never_said_to_be_sending()
    {
        _pages.Answers([.. Enumerable.Repeat(422, 3)]);
        await _pages.SendAsync(""" "userId":"u","event":"Refused" """, "m-1");
        await _pages.SendAsync(""" "userId":"u","event":"Refused" """, "m-2");
        var page = _pages.Open<OverviewPage>("/");
        page.EventuallySays("Sandbox is sending.");   // two may be the calls' own fault

        await _pages.SendAsync(""" "userId":"u","event":"Refused" """, "m-3");

        page.EventuallySays("Sandbox gets nothing through: Content refused (422) since");
        page.EventuallySays("None of the last 3 tries was accepted.");
        Assert.Equal("/deliveries?q=state%3Afailed%2Cwaiting%20cause%3Aunprocessable%20connection%3ASandbox", page.Find(".health a.mud-button-root").GetAttribute("href"));

        await _pages.SendAsync(""" "userId":"u","event":"Seen" """, "m-4");
        page.EventuallySays("Sandbox is sending.");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_refused_request_says_once_what_to_do()
    {
        using var sender = _pages.App.CreateClient();
        using var unknown = await sender.PostCallAsync("/v1/track", "{}", "nobodys-key");
        using var large = await sender.PostCallAsync("/v1/track", new byte[1_100_000], "nobodys-key");

        var page = _pages.Open<OverviewPage>("/");

        page.EventuallySays("No source has this write key. Send it as Basic user name or as 'writeKey' in the body.");
        page.EventuallySays("after decompression. Send smaller batches, or raise Receiver:MaxRequestBytes");
        Assert.DoesNotContain("Send smaller batches. Send", page.Words(), StringComparison.Ordinal);
        Assert.DoesNotContain("Send the write key of a source", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_held_is_counted_in_the_sentence_and_proved_by_its_link()
    {
        var shop = await _pages.App.AddSourceAsync("Shop");
        await _pages.Holds.HoldAsync(shop.ConnectionId, "unauthorized", null);
        await _pages.SendAsync(""" "userId":"u","event":"Held back" """, "m-1", shop, settled: false);

        var page = _pages.Open<OverviewPage>("/");

        page.EventuallySays("1 held .");
        Assert.Equal("/deliveries?q=state:held connection:Shop", Uri.UnescapeDataString(page.Find(".health p a").GetAttribute("href")!));
        Assert.Contains("Nothing failed in this time.", page.Words(), StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing waits.", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_the_lab_sends_is_no_sign_of_health_but_stands_in_the_funnel()
    {
        var page = _pages.Open<OverviewPage>("/");

        await page.PressAsync("Send a sample order");

        page.EventuallySays("1 created = 0 skipped + 1 accepted");
        Assert.Equal("Accepted, first try 0 as before", page.Find("a.tile[data-state=accepted]").Words());
        Assert.Contains("without what was sent from the lab", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_cause_an_event_and_a_status_are_told_with_links_that_prove_them()
    {
        _pages.Answers(422, 200);
        await _pages.SendAsync(""" "userId":"u","event":"Refused" """, "m-1");
        await _pages.SendAsync(""" "userId":"u","event":"Seen" """, "m-2");
        await _pages.SendAsync(""" "userId":"u","event":"jane@example.com came" """, "m-3");
        var page = _pages.Open<OverviewPage>("/");

        page.EventuallySays("Content refused (422)");
        var links = page.FindAll("td a").Select(link => Uri.UnescapeDataString(link.GetAttribute("href")!)).ToList();
        Assert.Contains(links, link => link.Contains("state:failed,waiting cause:", StringComparison.Ordinal));
        Assert.Contains(links, link => link.Contains("code:422", StringComparison.Ordinal));
        Assert.Contains(links, link => link.Contains("event:Refused", StringComparison.Ordinal));
        Assert.DoesNotContain(links, link => link.Contains("jane", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_viewer_sees_no_personal_name_and_no_change_log()
    {
        await _pages.SendAsync(""" "userId":"u","event":"jane@example.com came" """, "m-1");
        await _pages.Holds.PauseAsync(Actor.System, _pages.Sandbox.Id, null);
        _pages.Role = Role.Viewer;

        var page = _pages.Open<OverviewPage>("/");

        page.EventuallySays("By event");
        Assert.DoesNotContain("jane@", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("Last changes", page.Words(), StringComparison.Ordinal);
        Assert.Empty(page.FindAll("a.mark"));
        page.Eventually(() => Assert.Contains(page.FindAll(".mark"), mark => mark.GetAttribute("title")!.EndsWith("A connection was changed, stopped or released", StringComparison.Ordinal)));   // what kind of thing, not who and which
    }

    [Fact(Timeout = 60_000)]
    public async Task A_change_is_a_mark_however_much_else_the_log_holds_since()
    {
        await _pages.Holds.PauseAsync(Actor.System, _pages.Sandbox.Id, null);
        var log = _pages.Get<Core.ChangeLog.ChangeWriting>();
        await _pages.App.Writer.WriteAsync(session =>
        {
            for (var i = 0; i < 510; i++)
            {
                log.Append(session, Actor.System, new Core.ChangeLog.Change(Core.ChangeLog.ChangeCatalog.SignedIn));
            }
        });

        var page = _pages.Open<OverviewPage>("/");

        page.Eventually(() => Assert.Contains(page.FindAll("a.mark"), mark => mark.GetAttribute("title")!.Contains("paused the connection Sandbox", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 60_000)]
    public async Task Refusals_are_counted_by_cause_where_their_figure_leads_to()
    {
        using var sender = _pages.App.CreateClient();
        using var unknown = await sender.PostCallAsync("/v1/track", "{}", "nobodys-key");
        using var again = await sender.PostCallAsync("/v1/track", "{}", "nobodys-key");

        var page = _pages.Open<OverviewPage>("/");

        page.EventuallySays("2 in this time:");
        Assert.Equal("/receiver?cause=unknown_source#rejected", page.Find("#rejected .causes a").GetAttribute("href"));
        Assert.Equal("2", page.FindAll("a.figure").Single(link => link.GetAttribute("href")!.EndsWith("#rejected", StringComparison.Ordinal)).Words());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_pause_is_a_mark_on_the_chart_for_whoever_may_read_the_change_log()
    {
        await _pages.Holds.PauseAsync(Actor.System, _pages.Sandbox.Id, null);

        var page = _pages.Open<OverviewPage>("/");

        page.EventuallySays("Last changes");
        page.Eventually(() => Assert.Contains(page.FindAll("a.mark"), mark => mark.GetAttribute("title")!.Contains("paused the connection Sandbox", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 60_000)]
    public async Task Bars_are_chosen_by_keyboard_and_the_whole_page_follows_by_its_address()
    {
        var page = _pages.Open<OverviewPage>("/?range=1h");
        page.Eventually(() => Assert.Equal(12, page.FindAll("[role=option]").Count));

        await PressAsync(page, "ArrowLeft");
        await PressAsync(page, "ArrowLeft", shift: true);
        Assert.Equal(2, page.FindAll("[aria-selected=true]").Count);
        Assert.Contains("Chosen: ", page.Words(), StringComparison.Ordinal);
        await PressAsync(page, "Enter");

        Assert.Contains("/?since=", _pages.Address.Uri, StringComparison.Ordinal);
        page.Eventually(() => Assert.Equal(2, page.FindAll("[role=option]").Count));
        Assert.Empty(page.FindAll("[aria-selected=true]"));
    }

    [Fact(Timeout = 60_000)]
    public async Task Bars_that_were_dragged_over_are_what_the_page_shows()
    {
        var page = _pages.Open<OverviewPage>("/?range=1h");
        page.Eventually(() => Assert.Equal(12, page.FindAll("[role=option]").Count));

        await page.InvokeAsync(() => page.FindComponent<BarChart>().Instance.ChooseAsync(6, 8));

        page.Eventually(() => Assert.Equal(3, page.FindAll("[role=option]").Count));
    }

    [Fact(Timeout = 60_000)]
    public async Task First_steps_are_ticked_by_facts_and_go_away_for_good_with_the_first_real_event()
    {
        var page = _pages.Open<OverviewPage>("/");
        page.EventuallySays("0 of 5 done");
        await page.PressAsync("Send a sample order");
        page.EventuallySays("1 of 5 done");

        await _pages.App.Writer.WriteAsync(session => session.Command("INSERT INTO Milestones VALUES ('FirstRealEvent', 0)").ExecuteNonQuery());
        var again = _pages.Open<OverviewPage>("/?range=7d");

        again.EventuallySays("By event");
        Assert.DoesNotContain("First steps", again.Words(), StringComparison.Ordinal);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    private static Task PressAsync(IRenderedComponent<OverviewPage> page, string key, bool shift = false) =>
        page.InvokeAsync(() => page.Find("[role=listbox]").KeyDownAsync(new KeyboardEventArgs { Key = key, ShiftKey = shift }));
}
