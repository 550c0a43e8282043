using Bunit;
using Richpanel.Console.Alerts;
using Richpanel.Core.Access;
using Richpanel.Core.Alerts;
using Richpanel.Core.Alerts.Rules;
using Richpanel.Core.Health;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Pages;

public sealed class AlertsPageTests : IAsyncDisposable
{
    private const string Url = "http://127.0.0.1:9/services/planted-hook-path";

    private readonly PagesUnderTest _pages = new() { Role = Role.Admin };

    private static CancellationToken Ct => Xunit.TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task A_channel_is_made_tested_with_its_true_outcome_in_place_changed_and_deleted()
    {
        var page = _pages.Open<AlertsPage>("/alerts");
        page.EventuallySays("Nobody is told yet");
        Assert.Contains("All well: no alert is open.", page.Words(), StringComparison.Ordinal);
        Assert.Contains("Nothing was told yet", page.Words(), StringComparison.Ordinal);

        await page.PressAsync("New channel…");
        await page.SubmitAsync("form.source-form");
        Assert.StartsWith("Give the channel a name", page.Find("#channel-name-fault").Words(), StringComparison.Ordinal);
        Assert.StartsWith("Give the address", page.Find("#channel-secret-fault").Words(), StringComparison.Ordinal);
        await page.ChangeAsync("#channel-name", "On-call");
        await page.ChangeAsync("#channel-secret", Url);
        await page.SubmitAsync("form.source-form");
        page.EventuallySays("On-call is saved. Send a test to see whether it arrives.");
        page.EventuallySays("never used: send a test");
        Assert.DoesNotContain("planted-hook-path", page.Markup, StringComparison.Ordinal);
        Assert.Equal("http://localhost", (await _pages.Get<AlertChannels>().SettingsAsync(Actor.System, Ct)).ConsoleUrl);

        await page.PressAsync("Test");
        page.EventuallySays("Test not taken");
        page.EventuallySays("may not reach");
        page.EventuallySays("Test This is a test");

        await page.PressAsync("Edit");
        Assert.Equal("", page.Find("#channel-secret").GetAttribute("value") ?? "");
        await page.ChangeAsync("#channel-name", "Night watch");
        await page.SubmitAsync("form.source-form");
        page.EventuallySays("Night watch is saved.");
        await page.PressAsync("Delete");
        await page.PressAsync("Delete it");
        page.EventuallySays("Nobody is told yet");
        Assert.Empty(await _pages.Get<AlertChannels>().ListAsync(Actor.System, Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_channel_that_names_a_deleted_connection_says_so_and_can_be_edited()
    {
        var (shop, gone) = (await _pages.App.AddSourceAsync("Shop"), await _pages.App.AddSourceAsync("Gone"));
        await _pages.Get<AlertChannels>().CreateAsync(Actor.System, new AlertChannelDraft { Name = "On-call", Kind = AlertChannelKind.Webhook, Url = Url, Connections = [shop.ConnectionId, gone.ConnectionId] });
        await _pages.App.Writer.WriteAsync(session => session.Execute($"""UPDATE "Connections" SET "DeletedAt"=1,"Disabled"=1 WHERE "Id"={gone.ConnectionId}"""));
        await _pages.App.Directory.ReloadAsync(Ct);

        var page = _pages.Open<AlertsPage>("/alerts");
        page.EventuallySays("Shop, Gone (deleted)");
        await page.PressAsync("Edit");
        await page.ChangeAsync("#channel-name", "Night watch");
        await page.SubmitAsync("form.source-form");

        page.EventuallySays("Night watch is saved.");
        Assert.Equal([shop.ConnectionId], (await _pages.Get<AlertChannels>().ListAsync(Actor.System, Ct)).Single().Connections);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_mail_channel_takes_the_usual_port_along_and_says_what_is_missing()
    {
        var page = _pages.Open<AlertsPage>("/alerts");
        page.EventuallySays("Nobody is told yet");
        await page.PressAsync("New channel…");
        await page.ChangeAsync("#channel-kind", "Mail");
        Assert.Equal("587", page.Find("#channel-port").GetAttribute("value"));
        await page.ChangeAsync("#channel-security", "Tls");
        Assert.Equal("465", page.Find("#channel-port").GetAttribute("value"));
        await page.ChangeAsync("#channel-reach", "some");
        await page.SubmitAsync("form.source-form");
        Assert.StartsWith("Choose at least one connection", page.Find("#channel-reach-fault").Words(), StringComparison.Ordinal);

        await page.ChangeAsync("#channel-reach", "all");
        await page.ChangeAsync("#channel-name", "Letters");
        await page.ChangeAsync("#channel-host", "smtp.example.com");
        await page.ChangeAsync("#channel-from", "console@example.com");
        await page.ChangeAsync("#channel-to", "jane@example.com; joe@example.com");
        await page.ChangeAsync("#channel-user", "console");
        await page.SubmitAsync("form.source-form");
        Assert.StartsWith("User name and password go together", page.Find("#channel-secret-fault").Words(), StringComparison.Ordinal);
        await page.ChangeAsync("#channel-secret", "planted-password");
        await page.SubmitAsync("form.source-form");

        page.EventuallySays("jane@example.com, joe@example.com by smtp.example.com");
        _pages.Role = Role.Support;
        var seen = _pages.Open<AlertsPage>("/alerts");
        seen.EventuallySays("2 recipients by smtp.example.com");
        Assert.DoesNotContain("jane@example.com", seen.Markup, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_was_told_stands_with_its_tries_and_what_is_not_over_first()
    {
        var shop = await _pages.App.AddSourceAsync("Shop");
        var at = TimeProvider.System.GetUtcNow();
        var item = new AlertItem(AlertNoticeKind.Change, AlertFact.SubjectOf(shop.ConnectionId), HealthState.Held, HealthState.Healthy, "Shop is on hold: Key not accepted (401)", "It was refused.", "Enter it again.", "/connections/con_2")
        {
            ConnectionId = shop.ConnectionId,
            Since = at,
            Waiting = 312,
            Held = 312,
        };
        var alert = new OpenAlert(at, [item]);
        var send = new OpenSend(alert, 1, "On-call") { Tries = 1, DueAt = at.AddHours(1) };
        send.Unkept.Add(new AlertTry { At = at, Milliseconds = 1234, Outcome = "It answered 503 (ServiceUnavailable)." });
        alert.Sends.Add(send);
        await _pages.Get<AlertOutbox>().KeepAsync(alert, [new AlertMemory(item.Subject) { Told = HealthState.Held, ToldAt = at, LastToldAt = at, BadSince = at }]);

        var page = _pages.Open<AlertsPage>("/alerts");

        page.EventuallySays("Shop is on hold: Key not accepted (401)");
        Assert.StartsWith("Shop Held", page.Find("[data-testid=alerts-standing] tbody tr").Words(), StringComparison.Ordinal);
        Assert.Contains("Deliveries: 312 waiting, 312 of them held.", page.Words(), StringComparison.Ordinal);
        Assert.Contains($"Since {_pages.Time.Exact(at)}.", page.Words(), StringComparison.Ordinal);   // by the clock of whoever looks, as every time on the page
        Assert.Contains("What to do: Enter it again.", page.Words(), StringComparison.Ordinal);
        Assert.Contains("1,234 ms: It answered 503 (ServiceUnavailable).", page.Words(), StringComparison.Ordinal);
        Assert.Contains("Waiting On-call next try", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task How_quiet_is_saved_and_what_cannot_be_stands_at_its_field()
    {
        var page = _pages.Open<AlertsPage>("/alerts");
        page.EventuallySays("How quiet");
        await page.ChangeAsync("#alerts-settle", "300");
        await page.ChangeAsync("#alerts-console", "nowhere");
        await page.InvokeAsync(() => page.Find("#alerts-settle").Closest("form")!.SubmitAsync());
        page.EventuallySays("Not saved: see what is marked above.");
        Assert.StartsWith("The address of this console is whole", page.Find("#alerts-console-fault").Words(), StringComparison.Ordinal);

        await page.ChangeAsync("#alerts-console", "https://console.example.com");
        await page.InvokeAsync(() => page.Find("#alerts-settle").Closest("form")!.SubmitAsync());

        page.EventuallySays("Saved.");
        Assert.Equal(new AlertSettings(300, 24, "https://console.example.com"), await _pages.Get<AlertChannels>().SettingsAsync(Actor.System, Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_database_that_does_not_answer_is_said_and_asked_again()
    {
        await _pages.App.RenameTableAsync("Alerts");
        var page = _pages.Open<AlertsPage>("/alerts");
        page.EventuallySays("This could not be loaded");
        await _pages.App.RenameTableAsync("Gone", "Alerts");

        await page.PressAsync("Try again");

        page.EventuallySays("Nobody is told yet");
    }
}
