using Bunit;
using Microsoft.Extensions.Options;
using Richpanel.Console.Connections;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Preview;

namespace Richpanel.Tests.Pages;

/// <summary>The parts of a connection's page: schedule, pause, trial, keys and danger zone.</summary>
public sealed class ConnectionPartsTests : IAsyncLifetime
{
    private const string Typed = "{\"Value\":{\"Input\":{\"Name\":\"Half a shop\",\"RetryWaits\":\"9 s\"},\"Version\":null},\"At\":\"{AT}\"}";

    private readonly PagesUnderTest _pages = new();

    private static CancellationToken Ct => Xunit.TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task The_schedule_is_drawn_anew_while_its_numbers_are_typed()
    {
        var page = _pages.Open<NewConnectionPage>("/connections/new");
        Assert.Equal(_pages.Get<IOptions<DeliveryOptions>>().Value.EffectiveSchedule.Count, page.FindAll(".schedule circle").Count);

        await page.InputAsync("#retry-waits", "5 s, 1 min, 2 h");
        Assert.Equal(4, page.FindAll(".schedule circle").Count);
        Assert.Contains("4 tries over 2 h 1 min 5 s", page.Words(), StringComparison.Ordinal);
        await page.InputAsync("#retry-jitter", "20");
        Assert.Contains("with all jitter 2 h 25 min 18 s", page.Words(), StringComparison.Ordinal);
        Assert.DoesNotContain("style=", page.Markup, StringComparison.Ordinal);   // the content security policy lets no inline style in

        await page.InputAsync("#retry-waits", "5 s, so");
        Assert.StartsWith("'so' is no wait.", page.Find("#retry-waits-fault").Words(), StringComparison.Ordinal);
        Assert.Contains("The drawing shows the last list that could be read", page.Words(), StringComparison.Ordinal);
        Assert.Equal(4, page.FindAll(".schedule circle").Count);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_a_schedule_means_for_a_thousand_events_moves_with_the_rate_the_requests_and_the_time_out()
    {
        var page = _pages.Open<NewConnectionPage>("/connections/new");
        await page.InputAsync("#retry-waits", "5 s, 2 h");
        await page.InputAsync("#retry-jitter", "20");
        page.EventuallySays("1,000 queued events at 100 a minute: sent once in 10 min.");
        page.EventuallySays("one round of tries takes 20 min 50 s, 8 at a time with 10 s each.");
        page.EventuallySays("try 2 asks for more than 100 a minute");

        await page.InputAsync("#concurrency", "100");
        await page.InputAsync("#assumed-rate", "1000");

        page.EventuallySays("at 1,000 a minute: sent once in 1 min.");
        page.EventuallySays("one round of tries takes 1 min 40 s, 100 at a time");
    }

    [Fact(Timeout = 60_000)]
    public async Task Own_waits_are_saved_in_one_spelling_and_an_emptied_list_gives_the_option_back()
    {
        var shop = await _pages.App.AddSourceAsync("Shop", connection => connection.BaseUrl = "https://richpanel.invalid/v2");
        var page = Open(shop.ConnectionId);
        await page.InputAsync("#retry-waits", "90s,2H");
        await page.SubmitAsync("#settings");
        page.EventuallySays("Saved.");
        Assert.Equal("1 min 30 s, 2 h", _pages.App.Directory.Find(shop.ConnectionId)!.RetryWaits);

        await page.InputAsync("#retry-waits", "");
        await page.SubmitAsync("#settings");

        page.Eventually(() => Assert.Null(_pages.App.Directory.Find(shop.ConnectionId)!.RetryWaits));
    }

    [Fact(Timeout = 60_000)]
    public void What_was_typed_before_the_circuit_was_lost_comes_back_without_any_secret()
    {
        var kept = Typed.Replace("{AT}", TimeProvider.System.GetUtcNow().ToString("O"), StringComparison.Ordinal);
        _pages.Browser.Setup<string?>("richpanel.draft.read", _ => true).SetResult(kept);

        var page = _pages.Open<NewConnectionPage>("/connections/new");

        page.EventuallySays("Restored draft from");
        page.EventuallySays("A secret is not kept; type it again.");
        Assert.Equal(("Half a shop", "9 s", null), (page.Find("#name").GetAttribute("value"), page.Find("#retry-waits").GetAttribute("value"), page.Find("#api-secret").GetAttribute("value")));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_save_undoes_nothing_that_a_trial_or_another_admin_changed_meanwhile()
    {
        var shop = await _pages.App.AddSourceAsync("Shop");
        var page = Open(shop.ConnectionId);
        await page.InputAsync("#name", "Renamed");

        await Store.UpdateAsync(Actor.System, shop.ConnectionId, new ConnectionDraft { SignatureHash = SignatureHash.Md5, Transport = Transport.Batch, TimeoutSeconds = 20 });
        page.Eventually(() => Assert.Equal(("Md5", "20"), (page.Find("#hash").GetAttribute("value"), page.Find("#timeout").GetAttribute("value"))));
        Assert.Equal("Renamed", page.Find("#name").GetAttribute("value"));
        await page.SubmitAsync("#settings");

        page.EventuallySays("Saved.");
        var now = _pages.App.Directory.Find(shop.ConnectionId)!;
        Assert.Equal(("Renamed", SignatureHash.Md5, Transport.Batch, 20), (now.Name, now.SignatureHash, now.Transport, now.TimeoutSeconds));
    }

    [Fact(Timeout = 60_000)]
    public async Task Two_who_change_the_same_field_are_told_before_one_saves_over_the_other()
    {
        var shop = await _pages.App.AddSourceAsync("Shop");
        var page = Open(shop.ConnectionId);
        await page.InputAsync("#name", "Mine");

        await Store.UpdateAsync(Actor.System, shop.ConnectionId, new ConnectionDraft { Name = "Theirs" });

        page.EventuallySays("Somebody else has changed what you are typing: name.");
        Assert.Equal("Mine", page.Find("#name").GetAttribute("value"));
        await page.PressAsync("Discard what you typed");
        Assert.Equal("Theirs", page.Find("#name").GetAttribute("value"));
    }

    [Fact]
    public void A_draft_brings_back_what_was_typed_and_nothing_else()
    {
        var before = Of(SignatureHash.Sha256);
        var typed = ConnectionInput.Of(before);
        typed.Concurrency = 3;
        var form = ConnectionInput.Of(Of(SignatureHash.Md5));   // a trial was used since

        var contested = form.Take(typed, ConnectionInput.Of(before));

        Assert.Equal((SignatureHash.Md5, 3), (form.SignatureHash, form.Concurrency));
        Assert.Empty(contested);

        static Connection Of(SignatureHash hash) => new() { Name = "Shop", BaseUrl = "https://api.richpanel.com/v2", ApiKey = "api-key-of-shop", SignatureHash = hash };
    }

    [Fact(Timeout = 60_000)]
    public async Task A_database_that_does_not_answer_takes_away_neither_the_page_nor_what_is_typed()
    {
        var page = Open(_pages.Sandbox.Id);
        await page.ChangeAsync("input[placeholder='Web shop']", "Typed source");
        await _pages.App.RenameTableAsync("ChangeLog");

        await page.SubmitAsync("#sources footer form");
        page.EventuallySays("It was not done: the database did not answer. What you typed is still here");
        Assert.Equal("Typed source", page.Find("input[placeholder='Web shop']").GetAttribute("value"));

        await page.PressAsync("Pause");
        page.Eventually(() => Assert.Contains("It was not done", page.Find("#sending [role=alert]").Words(), StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_hold_and_a_pause_at_once_are_both_said_with_who_paused_and_why_and_each_has_its_way_out()
    {
        var shop = await _pages.App.AddSourceAsync("Shop");
        await _pages.Holds.PauseAsync(new Actor(ActorKind.Person, 1, "Olga", Role.Operator), shop.ConnectionId, null, "The shop moves");
        await _pages.Holds.HoldAsync(shop.ConnectionId, "unauthorized", null);
        var page = Open(shop.ConnectionId);

        page.EventuallySays("by Olga: The shop moves");
        Assert.Contains("On hold:", page.Find("#sending").Words(), StringComparison.Ordinal);
        await page.PressAsync("Release…");
        await page.InvokeAsync(() => page.Find("#go-on-reason").Change("The key is right again"));
        await page.PressAsync("Release");
        page.Eventually(() => Assert.DoesNotContain("On hold", page.Find("#sending").Words(), StringComparison.Ordinal));
        await page.PressAsync("Resume…");
        await page.PressAsync("Resume");
        page.EventuallySays("What is due is sent.");
    }

    [Fact(Timeout = 60_000)]
    public async Task An_address_is_checked_as_it_is_typed_before_anything_is_saved()
    {
        var page = _pages.Open<NewConnectionPage>("/connections/new");
        await page.InputAsync("#address", "no address");
        await page.PressAsync("Check this address");
        page.EventuallySays("The base address is a whole https address");

        await page.InputAsync("#address", "http://127.0.0.1:9/v2");
        await page.PressAsync("Check this address");

        page.EventuallySays("http://127.0.0.1:9/v2 , as it was typed; nothing was saved");
        page.EventuallySays("Nothing can be delivered this way.");
        Assert.Single(_pages.App.Directory.Connections);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_number_without_bounds_breaks_no_drawing_and_a_hint_ends_with_its_save()
    {
        var shop = await _pages.App.AddSourceAsync("Shop");
        var page = Open(shop.ConnectionId);
        await page.InputAsync("#timeout", "1000000000");
        await page.InputAsync("#concurrency", "-1");
        Assert.Contains("While nothing answers", page.Words(), StringComparison.Ordinal);
        await page.InputAsync("#timeout", "10");
        await page.InputAsync("#concurrency", "");

        await page.ChangeAsync("#api-key", " \"key-in-quotes\" ");
        Assert.NotEmpty(page.FindAll("#settings .hint"));
        await page.SubmitAsync("#settings");
        page.EventuallySays("Saved.");
        Assert.Empty(page.FindAll("#settings .hint"));
    }

    [Fact(Timeout = 60_000)]
    public void Each_key_says_where_to_find_it_in_Richpanel()
    {
        var page = _pages.Open<NewConnectionPage>("/connections/new");

        Assert.Contains("In Richpanel: Data Sources → Integrations → Segment Connector, field API Key", page.Find("#api-key-help").Words(), StringComparison.Ordinal);
        Assert.Contains("In Richpanel: Data Sources → Integrations → Segment Connector, field API Secret", page.Find("#api-secret-help").Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_pause_until_a_time_of_ones_own_is_in_the_viewers_zone_and_must_be_to_come()
    {
        var page = Open(_pages.Sandbox.Id);
        await page.ChangeAsync("#pause-for", "at");
        await page.ChangeAsync("#pause-until", "2020-01-01T10:00");
        await page.PressAsync("Pause");
        page.EventuallySays("Give a time that is still to come.");

        await page.ChangeAsync("#pause-until", "2120-01-01T10:00");
        await page.ChangeAsync("#pause-reason", "Planned work");
        await page.PressAsync("Pause");

        page.EventuallySays("by itself on again at");
        Assert.Equal(new DateTimeOffset(2120, 1, 1, 10, 0, 0, TimeSpan.Zero), _pages.Sandbox.PausedUntil);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_trial_says_what_came_back_and_keeps_what_the_person_saw()
    {
        var page = Open(_pages.Sandbox.Id);
        page.EventuallySays("Not yet confirmed.");
        await page.PressAsync("Send a test visitor…");
        Assert.Contains("Send 1 marked test visitor to Sandbox (Sandbox)?", page.Words(), StringComparison.Ordinal);
        Assert.Empty(await _pages.Get<ConnectionTrials>().ListAsync(_pages.Sandbox.Id, Ct));   // nothing before the second click

        await page.PressAsync("Send 1 to Sandbox");
        page.EventuallySays("Sent 1. In about five minutes look for the name below");
        page.EventuallySays("HTTP 200");

        await page.PressAsync("Seen");
        page.EventuallySays("Confirmed. Local admin saw “Console trial");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_trial_that_nothing_answered_says_why_and_asks_for_nothing()
    {
        var staging = await _pages.App.AddSourceAsync("Staging", connection => connection.Environment = ConnectionEnvironment.Staging);
        var page = Open(staging.ConnectionId);

        await page.PressAsync("Send a test visitor…");
        await page.PressAsync("Send 1 to Staging");

        page.EventuallySays("Not taken");
        page.EventuallySays("nothing to see");
    }

    [Fact(Timeout = 60_000)]
    public async Task Production_gets_no_trial_and_reads_what_to_do_instead()
    {
        var shop = await _pages.App.AddSourceAsync("Shop");

        var page = Open(shop.ConnectionId);

        page.EventuallySays("no test visitor is sent to production. Make a second connection of environment Staging");
        Assert.DoesNotContain(page.FindAll("button"), button => button.Words().StartsWith("Send a test", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_new_write_key_is_shown_once_and_the_old_one_says_until_when_and_who_still_uses_it()
    {
        var web = await _pages.App.AddSourceAsync("Web");
        var page = Open(web.ConnectionId);
        await page.ClickAsync("button[aria-label='New key… for Web']");
        await page.ChangeAsync("#keep-key", "1.00:00:00");
        await page.SubmitAsync("form.source-form");

        page.EventuallySays("Copy the new write key of Web now. The old one is let in until");
        page.EventuallySays("Nobody used it since the change");
        var shown = page.Find("td[data-label='Write key'] .mono").Words();
        Assert.Equal(web.SourceId, _pages.App.Directory.FindSourceByWriteKey(shown)!.Id);
        Assert.DoesNotContain(web.WriteKey, page.Markup, StringComparison.Ordinal);
        _pages.App.Directory.FindSourceByWriteKey(web.WriteKey);

        var again = Open(web.ConnectionId);
        again.EventuallySays("some sender still has it.");
        Assert.DoesNotContain(shown, again.Markup, StringComparison.Ordinal);   // once
        await again.PressAsync("End it now");
        await again.PressAsync("End it");
        again.EventuallySays("The old write key of Web is refused from now on.");
        Assert.Null(_pages.App.Directory.FindSourceByWriteKey(web.WriteKey));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_danger_zone_counts_what_waits_and_acts_only_on_the_typed_name()
    {
        var shop = await _pages.App.AddSourceAsync("Shop", connection => connection.PausedAt = DateTimeOffset.UnixEpoch);
        await _pages.SendAsync(""" "userId":"u","event":"E" """, "m-1", shop, settled: false);
        var page = Open(shop.ConnectionId);
        page.EventuallySays("1 delivery waits: held until it is enabled again. What arrives from then on is kept as Skipped rows and never sent");
        page.EventuallySays("1 delivery waits: canceled, never sent.");
        await page.InputAsync("#disable-name", "shop");
        await page.SubmitAsync("#danger form");
        page.EventuallySays("Not disabled. Type its name, Shop, exactly as it stands here.");
        await page.InputAsync("#delete-name", "shop");
        await page.InvokeAsync(() => page.FindAll("#danger form")[^1].SubmitAsync());
        page.EventuallySays("Type the name of the connection, Shop, to delete it.");

        await page.InputAsync("#disable-name", "Shop");
        await page.SubmitAsync("#danger form");
        page.EventuallySays("Shop is disabled.");
        page.EventuallySays("Nothing is sent, and what arrives is skipped");
        await page.PressAsync("Enable Shop");
        page.EventuallySays("Shop is enabled.");

        await page.InputAsync("#delete-name", "Shop");
        await page.InvokeAsync(() => page.FindAll("#danger form")[^1].SubmitAsync());

        page.Eventually(() => Assert.EndsWith("/connections", _pages.Address.Uri, StringComparison.Ordinal));
        _pages.Show<ConnectionsPage>().EventuallySays("Shop was deleted. 1 delivery that waited was canceled.");
        Assert.DoesNotContain("was deleted", _pages.Show<ConnectionsPage>().Words(), StringComparison.Ordinal);   // once
        Open(shop.ConnectionId).EventuallySays("This connection was deleted");
    }

    [Fact(Timeout = 60_000)]
    public void The_Sandbox_cannot_be_deleted_and_says_why() => Open(_pages.Sandbox.Id).EventuallySays("The Sandbox is the product's own and cannot be deleted.");

    [Fact(Timeout = 60_000)]
    public async Task A_source_is_deleted_by_its_typed_name()
    {
        var web = await _pages.App.AddSourceAsync("Web");
        var page = Open(web.ConnectionId);
        await page.ClickAsync("button[aria-label='Delete Web']");
        await page.InputAsync("#delete-source-name", "web");
        await page.SubmitAsync("form.source-form");
        page.EventuallySays("Not deleted. Type its name, Web, exactly as it stands here.");

        await page.InputAsync("#delete-source-name", "Web");
        await page.SubmitAsync("form.source-form");

        page.EventuallySays("Web was deleted: what it posts is refused with 401.");
        page.EventuallySays("No source yet");
    }

    private ConnectionStore Store => _pages.Get<ConnectionStore>();

    private IRenderedComponent<ConnectionPage> Open(long id) =>
        _pages.Open<ConnectionPage>($"/connections/{PublicId.Connection(id)}", set => set.Add(p => p.PublicConnectionId, PublicId.Connection(id)));
}
