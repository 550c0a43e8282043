using Bunit;
using Richpanel.Console.Overview;
using Richpanel.Core;
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
        Assert.Equal("Failed 1", page.Find("a[href='/deliveries?state=failed']").Words());
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

        await page.PressAsync("Resume sending");

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

        page.EventuallySays("Sandbox gets nothing through: Content refused (422).");
        page.EventuallySays("None of the last 3 tries was accepted.");
        Assert.Equal($"/deliveries?connection={PublicId.Connection(_pages.Sandbox.Id)}", page.Find(".health a.mud-button-root").GetAttribute("href"));

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

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();
}
