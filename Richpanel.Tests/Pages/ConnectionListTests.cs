using Bunit;
using Richpanel.Console.Connections;
using Richpanel.Console.Shell;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;

namespace Richpanel.Tests.Pages;

/// <summary>The list of connections in each of its states, and the banner of what is stopped.</summary>
public sealed class ConnectionListTests : IAsyncLifetime
{
    private readonly PagesUnderTest _pages = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task A_row_tells_the_last_24_hours_with_links_that_prove_it_and_the_last_success()
    {
        await _pages.SendAsync(""" "userId":"u","event":"Sent" """, "m-1");
        _pages.Answers(422);
        await _pages.SendAsync(""" "userId":"u","event":"Refused" """, "m-2");

        var page = _pages.Open<ConnectionsPage>("/connections");

        page.EventuallySays("1 accepted , 1 failed");
        Assert.Equal((1, 1), (page.FindAll("svg.spark rect.good").Count, page.FindAll("svg.spark rect:not(.good)").Count));
        Assert.Contains(page.FindAll("a"), link => Uri.UnescapeDataString(link.GetAttribute("href")!).StartsWith("/deliveries?q=state:failed -origin:lab connection:Sandbox since:", StringComparison.Ordinal));
        Assert.NotEmpty(page.FindAll("td[data-label='Last success'] time"));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_filter_narrows_by_name_environment_state_or_address_and_stands_in_the_address()
    {
        var shop = await _pages.App.AddSourceAsync("Shop");
        await _pages.App.AddSourceAsync("Store", connection => connection.Environment = ConnectionEnvironment.Staging);
        await _pages.Holds.PauseAsync(Actor.System, shop.ConnectionId, null);
        var page = _pages.Open<ConnectionsPage>("/connections");
        page.EventuallySays("Store 1 source");

        await page.InputAsync("#connection-filter", "prod PAUSED");

        page.Eventually(() => Assert.Equal(["Shop"], page.FindAll("tbody .row-link").Select(link => link.Words())));
        page.EventuallySays("1 of 3");
        Assert.EndsWith("/connections?q=prod%20PAUSED", _pages.Address.Uri, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public void A_filter_that_fits_nothing_says_so_and_leads_back()
    {
        var page = _pages.Open<ConnectionsPage>("/connections?q=nowhere");

        page.EventuallySays("No connection has “nowhere” in its name");
        Assert.Equal("/connections", page.FindAll("a").Single(link => link.Words() == "Clear filters").GetAttribute("href"));
    }

    [Fact(Timeout = 60_000)]
    public async Task Without_any_connection_the_next_step_is_said()
    {
        await _pages.App.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            foreach (var connection in context.Connections)
            {
                connection.DeletedAt = DateTimeOffset.UnixEpoch;
            }

            context.SaveChanges();
        });
        await _pages.App.Directory.ReloadAsync(Xunit.TestContext.Current.CancellationToken);

        _pages.Open<ConnectionsPage>("/connections").EventuallySays("No connection yet");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_pause_is_told_on_every_page_to_whoever_may_see_the_connection_and_ends_there_by_itself()
    {
        var banner = _pages.Show<StopBanner>();
        Assert.Equal("", banner.Words());

        await _pages.Holds.PauseAsync(Actor.System, _pages.Sandbox.Id, TimeProvider.System.GetUtcNow().AddHours(1));

        banner.EventuallySays("Sandbox is paused since");
        banner.EventuallySays("by itself on again at");
        await _pages.Holds.ResumeAsync(Actor.System, _pages.Sandbox.Id);
        banner.Eventually(() => Assert.Equal("", banner.Words()));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_hold_is_told_on_every_page_with_its_cause_and_how_many_it_keeps_back()
    {
        var banner = _pages.Show<StopBanner>();
        await _pages.Holds.HoldAsync(_pages.Sandbox.Id, "unauthorized", null);
        banner.EventuallySays("Sandbox is on hold: Key not accepted (401)");
        banner.EventuallySays("Events are kept, none is sent and no try is spent.");

        await _pages.SendAsync(""" "userId":"jane","event":"Held" """, "held-1", settled: false);
        await _pages.SendAsync(""" "userId":"jane","event":"Held" """, "held-2", settled: false);

        banner.EventuallySays("2 deliveries are held and no try is spent.");
        await _pages.Holds.ReleaseAsync(Actor.System, _pages.Sandbox.Id);
        banner.Eventually(() => Assert.Equal("", banner.Words()));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_open_breaker_is_told_on_every_page_with_the_clock_time_of_its_next_probe()
    {
        var banner = _pages.Show<StopBanner>();
        await ChangeAsync(connection =>
            (connection.BreakerSince, connection.BreakerCause, connection.BreakerUntil) = (TimeProvider.System.GetUtcNow(), "service_unavailable", TimeProvider.System.GetUtcNow().AddMinutes(5)));

        banner.EventuallySays("Sandbox gets no answers: Unavailable (503) since");
        banner.EventuallySays("next probe at");
        banner.EventuallySays("Events wait and spend no try.");
        await ChangeAsync(connection => connection.PausedAt = TimeProvider.System.GetUtcNow());
        banner.EventuallySays("Sandbox is paused since");
        banner.Eventually(() => Assert.DoesNotContain("gets no answers", banner.Words(), StringComparison.Ordinal));   // one reason is enough
    }

    [Fact(Timeout = 60_000)]
    public async Task A_list_that_cannot_be_read_says_so_and_tries_again()
    {
        await _pages.App.RenameTableAsync("HourlyRollups", "Away");
        var page = _pages.Open<ConnectionsPage>("/connections");
        page.EventuallySays("This could not be loaded");
        await _pages.App.RenameTableAsync("Away", "HourlyRollups");

        await page.PressAsync("Try again");

        page.EventuallySays("Sandbox Made by the product");
    }

    /// <summary>As the dispatcher writes it.</summary>
    private async Task ChangeAsync(Action<Connection> change)
    {
        await _pages.App.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            change(context.Connections.Single(connection => connection.Id == _pages.Sandbox.Id));
            context.SaveChanges();
        });
        await _pages.App.Directory.ReloadAsync(Xunit.TestContext.Current.CancellationToken);
        _pages.Get<Richpanel.Core.ChangeFeed>().Raise();
    }
}
