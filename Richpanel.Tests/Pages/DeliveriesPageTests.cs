using Bunit;
using Richpanel.Console.Deliveries;
using Richpanel.Console.Deliveries.Log;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Tests.Pages;

public sealed class DeliveriesPageTests : IAsyncLifetime
{
    private readonly PagesUnderTest _pages = new();

    [Fact(Timeout = 60_000)]
    public void Before_the_first_event_it_says_how_to_send_one()
    {
        var page = _pages.Open<DeliveriesPage>("/deliveries");

        page.EventuallySays("Nothing yet");
        Assert.Equal(["/lab", "/"], page.FindAll(".empty a").Select(link => link.GetAttribute("href")));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_row_says_its_state_its_customer_and_its_cause_in_plain_words()
    {
        await _pages.SendAsync(""" "userId":"jane","event":"Went well","properties":{"order_id":"A-1"},"context":{"traits":{"email":"jane@example.com"}} """, "m-1");
        _pages.Answers(422);
        await _pages.SendAsync(""" "userId":"joe","event":"Refused" """, "m-2");
        await _pages.SendAsync(""" "userId":"joe" """, "m-3", settled: false);
        await _pages.SendAsync(""" "userId":"jane","event":"Went well" """, "m-1", settled: false);

        var page = _pages.Open<DeliveriesPage>("/deliveries");

        page.Eventually(() => Assert.Equal(4, page.FindAll("tbody tr").Count));
        var rows = page.FindAll("tbody tr").Select(row => row.Words()).ToList();
        Assert.StartsWith("Skipped Went well track Repeat of an earlier call", rows[0], StringComparison.Ordinal);
        Assert.StartsWith("Failed Track track", rows[1], StringComparison.Ordinal);
        Assert.StartsWith("Failed Refused track Content refused", rows[2], StringComparison.Ordinal);
        Assert.Contains("HTTP 422", rows[2], StringComparison.Ordinal);
        Assert.StartsWith("Accepted Went well track jane@example.com user jane", rows[3], StringComparison.Ordinal);
        page.Eventually(() => Assert.StartsWith("4", page.Find(".results").Words(), StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_waits_for_a_retry_says_when_and_what_is_held_says_so()
    {
        _pages.Answers(503);
        var row = await _pages.SendAsync(""" "userId":"u","event":"Later" """, "m-1");
        var shop = await _pages.App.AddSourceAsync("Shop");
        await _pages.Holds.PauseAsync(Actor.System, shop.ConnectionId, null);
        await _pages.SendAsync(""" "userId":"u","event":"Held back" """, "m-2", shop, settled: false);

        var page = _pages.Open<DeliveriesPage>("/deliveries");

        page.EventuallySays("Later");
        var clock = row.DueAt!.Value.UtcDateTime.ToString("HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Matches($"^Waiting Later .*Next try .*{clock}", page.FindAll("tbody tr")[1].Words());
        Assert.Matches("^Held Held back .* When resumed", page.FindAll("tbody tr")[0].Words());
    }

    [Theory(Timeout = 60_000)]
    [InlineData("/deliveries?state=failed", "Refused")]
    [InlineData("/deliveries?state=ACCEPTED", "Went well")]
    [InlineData("/deliveries?event=went%20well", "Went well")]
    [InlineData("/deliveries?code=4xx", "Refused")]
    [InlineData("/deliveries?messageId=m-2", "Refused")]
    [InlineData("/deliveries?order=A-1", "Went well")]
    [InlineData("/deliveries?q=state%3Afailed", "Refused")]
    [InlineData("/deliveries?q=event%3A%22Went%20well%22", "Went well")]
    [InlineData("/deliveries?q=-state%3Afailed%20~state%3Afailed", "Went well")]
    public async Task The_address_alone_narrows_the_list(string address, string only)
    {
        await _pages.SendAsync(""" "userId":"jane","event":"Went well","properties":{"order_id":"A-1"} """, "m-1");
        _pages.Answers(422);
        await _pages.SendAsync(""" "userId":"joe","event":"Refused" """, "m-2");

        var page = _pages.Open<DeliveriesPage>(address);

        page.Eventually(() => Assert.Equal([only], page.FindAll("tbody .row-link").Select(link => link.Words())));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_filter_that_fits_nothing_says_so_and_can_be_cleared()
    {
        await _pages.SendAsync(""" "userId":"jane","event":"Went well" """, "m-1");

        var page = _pages.Open<DeliveriesPage>("/deliveries?event=Nothing");

        page.EventuallySays("Nothing matches");
        Assert.Equal("/deliveries", page.Find(".empty a").GetAttribute("href"));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_e_mail_typed_into_the_filter_finds_its_rows_and_stays_out_of_the_address()
    {
        await _pages.SendAsync(""" "userId":"jane","event":"Hers","context":{"traits":{"email":"jane@example.com"}} """, "m-1");
        await _pages.SendAsync(""" "userId":"joe","event":"His" """, "m-2");
        var page = _pages.Open<DeliveriesPage>("/deliveries");
        page.EventuallySays("His");

        await AskAsync(page, "email:JANE@example.com");

        page.Eventually(() => Assert.Equal(["Hers"], page.FindAll("tbody .row-link").Select(link => link.Words())));
        Assert.DoesNotContain("jane", _pages.Address.Uri, StringComparison.OrdinalIgnoreCase);
        page.Eventually(() => Assert.StartsWith("1 of 2", page.Find(".results").Words(), StringComparison.Ordinal));
        Assert.Equal("email:JANE@example.com", page.Find("[role=combobox]").GetAttribute("value"));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("order:A-20417", "order=A-20417")]
    [InlineData("event:\"Mail to jane@example.com\"", "event=Mail%20to%20jane%40example.com")]
    [InlineData("message:4915112345678", "messageId=4915112345678")]
    [InlineData("\"jane miller\"", "q=%22jane%20miller%22")]
    public async Task What_is_a_person_s_stays_out_of_the_address_whichever_way_it_comes_in(string typed, string address)
    {
        await _pages.SendAsync(""" "userId":"joe","event":"His" """, "m-1");
        var page = _pages.Open<DeliveriesPage>("/deliveries");
        page.EventuallySays("His");

        await AskAsync(page, typed);

        page.EventuallySays("Nothing matches");
        Assert.Matches(@"/deliveries\?who=[0-9a-f]{16}$", _pages.Address.Uri);
        Assert.Equal(typed, page.Find("[role=combobox]").GetAttribute("value"));

        _pages.Open<DeliveriesPage>($"/deliveries?{address}").EventuallySays("Nothing matches");
        Assert.Matches(@"/deliveries\?who=[0-9a-f]{16}$", _pages.Address.Uri);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_nobody_s_stands_in_the_address_whole_blanks_included()
    {
        var page = _pages.Open<DeliveriesPage>("/deliveries");
        page.EventuallySays("Nothing yet");

        await AskAsync(page, "event:\"Order Completed\" code:5xx");

        Assert.EndsWith("/deliveries?q=event%3A%22Order%20Completed%22%20code%3A5xx", _pages.Address.Uri, StringComparison.Ordinal);
        Assert.Equal(["event is Order Completed", "code is 5xx"], page.FindAll(".chip .face").Select(chip => chip.Words()));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_cannot_be_read_is_told_at_its_place_and_changes_nothing()
    {
        await _pages.SendAsync(""" "userId":"joe","event":"His" """, "m-1");
        var page = _pages.Open<DeliveriesPage>("/deliveries");
        page.EventuallySays("His");

        await AskAsync(page, "state:failed sate:failed");

        Assert.Contains("sate", page.Find("#query-faults").Words(), StringComparison.Ordinal);
        Assert.Equal("state:failed sate:failed", page.Find("[role=combobox]").GetAttribute("value"));
        Assert.EndsWith("/deliveries", _pages.Address.Uri, StringComparison.Ordinal);
        Assert.Contains("His", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_address_with_a_fault_and_a_person_s_value_keeps_both_and_joins_what_is_the_person_s()
    {
        var who = _pages.Get<PersonalFilters>().Keep(new PersonalFilter("order:A-1", PersonalFilter.KeyOf(null)));

        var page = _pages.Open<DeliveriesPage>($"/deliveries?q=email%3Ajane%40example.com%20sate%3Afailed&who={who}");

        page.Eventually(() => Assert.Contains("sate", page.Find("#query-faults").Words(), StringComparison.Ordinal));
        Assert.Equal("email:jane@example.com sate:failed", page.Find("[role=combobox]").GetAttribute("value"));
        Assert.DoesNotContain("jane", _pages.Address.Uri, StringComparison.Ordinal);
        Assert.Equal(["order is A-1", "email is jane@example.com"], page.FindAll(".chip .face").Select(chip => chip.Words()));
    }

    [Fact(Timeout = 60_000)]
    public async Task With_words_only_new_rows_that_hold_them_are_counted_and_the_chart_says_that_it_knows_none()
    {
        await _pages.SendAsync(""" "userId":"joe","event":"First","properties":{"note":"needle"} """, "m-1");
        var page = _pages.Open<DeliveriesPage>("/deliveries");
        page.EventuallySays("First");
        await AskAsync(page, "needle");
        page.EventuallySays("words in bodies are not counted");

        await _pages.SendAsync(""" "userId":"joe","event":"Second","properties":{"note":"hay"} """, "m-2");
        await _pages.SendAsync(""" "userId":"joe","event":"Third","properties":{"note":"needle"} """, "m-3");

        page.EventuallySays("1 new");
        await page.PressAsync("1 new");
        page.Eventually(() => Assert.Equal(["Third", "First"], page.FindAll("tbody .row-link").Select(link => link.Words())));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_view_s_columns_go_with_the_view()
    {
        await _pages.SendAsync(""" "userId":"joe","event":"First" """, "m-1");
        var view = (await _pages.Get<LogViewStore>().CreateAsync(Actor.System, new LogViewDraft("Narrow", LogQuery.Of("state:accepted"), ["event"], IsShared: true))).View!;
        var page = _pages.Open<DeliveriesPage>($"/deliveries?view={view.Id}");
        page.Eventually(() => Assert.Single(page.FindAll("th[data-column]")));

        _pages.Address.NavigateTo("/deliveries");

        page.Eventually(() => Assert.Equal(ListColumns.Default.Shown.Count, page.FindAll("th[data-column]").Count));
    }

    [Fact(Timeout = 60_000)]
    public async Task Another_clock_and_another_zone_are_seen_everywhere_on_the_page()
    {
        await _pages.SendAsync(""" "userId":"joe","event":"First" """, "m-1");
        var page = _pages.Open<DeliveriesPage>("/deliveries");
        page.Eventually(() => Assert.NotEmpty(page.FindAll(".axis")));

        await page.InvokeAsync(() => _pages.Time.Choose(new TimeChoice(Utc: false, Twelve: true)));
        page.Eventually(() => Assert.Matches("[AP]M", page.Find(".axis").Words()));

        var before = page.Find(".axis > span:last-child").Words();
        await _pages.Time.LearnZoneAsync(new FarBrowser());
        await page.InvokeAsync(() => _pages.Time.Choose(new TimeChoice(Utc: false, Twelve: true)));
        page.Eventually(() => Assert.NotEqual(before, page.Find(".axis > span:last-child").Words()));
    }

    [Fact(Timeout = 60_000)]
    public async Task Rows_that_cannot_be_read_again_are_not_said_to_be_live()
    {
        await _pages.SendAsync(""" "userId":"joe","event":"First" """, "m-1");
        var page = _pages.Open<DeliveriesPage>("/deliveries");
        page.Eventually(() => Assert.Contains("Live", page.Find(".results").Words(), StringComparison.Ordinal));

        await _pages.App.RenameTableAsync("Attempts", "Away");
        _pages.Get<ChangeFeed>().Raise();

        page.Eventually(() => Assert.Contains("Not refreshed since", page.Find(".results").Words(), StringComparison.Ordinal));
        Assert.Contains("First", page.Words(), StringComparison.Ordinal);
        await _pages.App.RenameTableAsync("Away", "Attempts");
        _pages.Get<ChangeFeed>().Raise();
        page.Eventually(() => Assert.Contains("Live", page.Find(".results").Words(), StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task New_rows_are_counted_and_move_nothing_until_they_are_asked_for()
    {
        await _pages.SendAsync(""" "userId":"joe","event":"First" """, "m-1");
        var page = _pages.Open<DeliveriesPage>("/deliveries");
        page.EventuallySays("First");

        await _pages.SendAsync(""" "userId":"joe","event":"Second" """, "m-2");

        page.EventuallySays("1 new");
        Assert.Equal(["First"], page.FindAll("tbody .row-link").Select(link => link.Words()));
        await page.PressAsync("1 new");
        page.Eventually(() => Assert.Equal(["Second", "First"], page.FindAll("tbody .row-link").Select(link => link.Words())));
    }

    [Fact(Timeout = 60_000)]
    public async Task While_paused_rows_stand_still_and_filters_still_count()
    {
        await _pages.SendAsync(""" "userId":"joe","event":"First" """, "m-1");
        var page = _pages.Open<DeliveriesPage>("/deliveries");
        page.EventuallySays("First");
        await page.ClickAsync("[data-press=live]");
        Assert.Contains("Paused since", page.Words(), StringComparison.Ordinal);

        await _pages.SendAsync(""" "userId":"joe","event":"Second" """, "m-2");
        await AskAsync(page, "event:Second");

        page.Eventually(() => Assert.Equal(["Second"], page.FindAll("tbody .row-link").Select(link => link.Words())));
        Assert.Contains("Paused since", page.Words(), StringComparison.Ordinal);
        await page.ClickAsync("[data-press=live]");
        Assert.Equal("Live", page.Find("[data-press=live]").Words());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_row_that_no_longer_fits_stays_where_it_is_and_says_so()
    {
        _pages.Answers(503);
        var row = await _pages.SendAsync(""" "userId":"u","event":"Later" """, "m-1");
        var page = _pages.Open<DeliveriesPage>("/deliveries?q=state%3Awaiting");
        page.EventuallySays("Later");
        _pages.Answers(200);

        await _pages.Get<Richpanel.Core.Deliveries.DeliveryActions>().TryNowAsync(Actor.System, row.Id, Xunit.TestContext.Current.CancellationToken);

        page.EventuallySays("Changed: it no longer fits these filters.");
        Assert.StartsWith("Accepted Later", page.Find("tbody tr").Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 120_000)]
    public async Task Pages_go_down_and_up_by_their_rows_and_more_rows_than_a_page_are_counted()
    {
        for (var i = 1; i <= LogScreen.PageSize + 2; i++)
        {
            await _pages.SendAsync($$""" "userId":"u","event":"E{{i}}" """, $"m-{i}", settled: false);
        }

        var page = _pages.Open<DeliveriesPage>("/deliveries");
        page.Eventually(() => Assert.Equal(LogScreen.PageSize, page.FindAll("tbody tr").Count));
        page.Eventually(() => Assert.StartsWith("52 ·", page.Find(".results").Words(), StringComparison.Ordinal));
        var older = page.Find("[data-page=older]").GetAttribute("href")!;

        page = _pages.Open<DeliveriesPage>(older);

        page.Eventually(() => Assert.Equal(["E2", "E1"], page.FindAll("tbody .row-link").Select(link => link.Words())));
        page = _pages.Open<DeliveriesPage>(page.Find("[data-page=newer]").GetAttribute("href")!);
        page.Eventually(() => Assert.Equal("E52", page.Find("tbody .row-link").Words()));
    }

    [Fact(Timeout = 60_000)]
    public async Task Selecting_goes_from_a_row_to_the_page_to_all_that_match()
    {
        for (var i = 1; i <= 3; i++)
        {
            await _pages.SendAsync($$""" "userId":"u","event":"E{{i}}" """, $"m-{i}", settled: false);
        }

        var page = _pages.Open<DeliveriesPage>("/deliveries?q=event%3AE*");
        page.Eventually(() => Assert.StartsWith("3", page.Find(".results").Words(), StringComparison.Ordinal));
        await page.ChangeAsync("tbody tr input[type=checkbox]", true);
        Assert.StartsWith("1 selected", page.Find(".selection").Words(), StringComparison.Ordinal);
        await page.ChangeAsync("thead input[type=checkbox]", true);
        Assert.StartsWith("3 selected", page.Find(".selection").Words(), StringComparison.Ordinal);
        await page.PressAsync("Copy ids");
        await page.PressAsync("Clear selection");

        Assert.Empty(page.FindAll(".selection"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_row_leads_to_only_this_and_to_not_this()
    {
        await _pages.SendAsync(""" "userId":"joe","event":"Some thing" """, "m-1");
        var page = _pages.Open<DeliveriesPage>("/deliveries");
        page.EventuallySays("Some thing");

        await page.ClickAsync("[data-menu]");
        await page.ClickAsync("[aria-label='Not event Some thing']");

        page.EventuallySays("Nothing matches");
        Assert.Equal("-event:\"Some thing\"", page.Find("[role=combobox]").GetAttribute("value"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_view_is_kept_under_a_name_opened_by_its_tab_and_says_how_many_it_has()
    {
        await _pages.SendAsync(""" "userId":"jane","event":"Hers","context":{"traits":{"email":"jane@example.com"}} """, "m-1");
        var page = _pages.Open<DeliveriesPage>("/deliveries");
        page.EventuallySays("Hers");
        await AskAsync(page, "email:jane@example.com");
        page.EventuallySays("Save view");
        await page.PressAsync("Save view");
        await page.InputAsync("#view-name", "Hers alone");

        await page.SubmitAsync("form.view-form");

        page.Eventually(() => Assert.Matches("^Hers alone", page.Find(".tab[aria-current]").Words()));
        Assert.Matches(@"/deliveries\?view=viw_\w+$", _pages.Address.Uri);
        Assert.Equal("email:jane@example.com", page.Find("[role=combobox]").GetAttribute("value"));
        page.Eventually(() => Assert.Equal("Hers alone 1", page.Find(".tab[aria-current]").Words()));
    }

    [Fact(Timeout = 60_000)]
    public void A_personal_filter_that_has_expired_is_told_and_not_passed_over()
    {
        var page = _pages.Open<DeliveriesPage>("/deliveries?who=0123456789abcdef");

        page.EventuallySays("The customer filter of this address has expired");
    }

    private static async Task AskAsync(IRenderedComponent<DeliveriesPage> page, string query)
    {
        await page.InputAsync("[role=combobox]", query);
        await page.SubmitAsync("form.query");
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    /// <summary>Somewhere at UTC+5:30.</summary>
    private sealed class FarBrowser : Microsoft.JSInterop.IJSRuntime
    {
        public ValueTask<T> InvokeAsync<T>(string identifier, object?[]? args) =>
            ValueTask.FromResult(System.Text.Json.JsonSerializer.Deserialize<T>("""{"Name":"Nowhere/Far","OffsetMinutes":330}""")!);

        public ValueTask<T> InvokeAsync<T>(string identifier, CancellationToken cancellationToken, object?[]? args) => InvokeAsync<T>(identifier, args);
    }
}
