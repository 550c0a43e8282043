using Bunit;
using Richpanel.Console.Deliveries;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;

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
    public async Task The_address_alone_narrows_the_list(string address, string only)
    {
        await _pages.SendAsync(""" "userId":"jane","event":"Went well","properties":{"order_id":"A-1"} """, "m-1");
        _pages.Answers(422);
        await _pages.SendAsync(""" "userId":"joe","event":"Refused" """, "m-2");

        var page = _pages.Open<DeliveriesPage>(address);

        page.EventuallySays(only);
        Assert.Equal([only], page.FindAll("tbody .row-link").Select(link => link.Words()));
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

        await page.ChangeAsync("input[inputmode=email]", "JANE@example.com");
        await page.SubmitAsync();

        page.Eventually(() => Assert.Equal(["Hers"], page.FindAll("tbody .row-link").Select(link => link.Words())));
        Assert.DoesNotContain("jane", _pages.Address.Uri, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("1 matches", page.Words(), StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(2, "jane@example.com", "order")]
    [InlineData(2, "+49 151 12345678", "order")]
    [InlineData(2, "4915112345678", "order")]
    [InlineData(3, "Mail to jane@example.com", "event")]
    [InlineData(4, "4915112345678", "messageId")]
    public async Task What_looks_like_a_person_s_stays_out_of_the_address_whatever_field_it_is_typed_in(int field, string typed, string name)
    {
        var page = _pages.Open<DeliveriesPage>("/deliveries");
        page.EventuallySays("Nothing yet");
        await page.InvokeAsync(() => page.FindAll("form.filters input")[field].Change(typed));

        await page.InvokeAsync(() => page.Find("form.filters").SubmitAsync());

        page.EventuallySays("Nothing matches");
        Assert.Matches(@"/deliveries\?who=[0-9a-f]{16}$", _pages.Address.Uri);
        Assert.Equal(typed, page.FindAll("form.filters input")[field].GetAttribute("value"));

        _pages.Open<DeliveriesPage>($"/deliveries?{name}={Uri.EscapeDataString(typed)}").EventuallySays("Nothing matches");
        Assert.Matches(@"/deliveries\?who=[0-9a-f]{16}$", _pages.Address.Uri);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_order_and_an_event_that_are_nobody_s_stand_in_the_address()
    {
        var page = _pages.Open<DeliveriesPage>("/deliveries");
        page.EventuallySays("Nothing yet");
        await page.InvokeAsync(() => page.FindAll("form.filters input")[2].Change("A-20417"));
        await page.InvokeAsync(() => page.FindAll("form.filters input")[3].Change("Order Completed"));

        await page.InvokeAsync(() => page.Find("form.filters").SubmitAsync());

        Assert.EndsWith("/deliveries?event=Order%20Completed&order=A-20417", _pages.Address.Uri, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public void A_personal_filter_that_has_expired_is_told_and_not_passed_over()
    {
        var page = _pages.Open<DeliveriesPage>("/deliveries?who=0123456789abcdef");

        page.EventuallySays("The customer filter of this address has expired");
    }

    [Theory]
    [InlineData(0, false, "0 match")]
    [InlineData(1, false, "1 matches")]
    [InlineData(10_000, false, "10,000 match")]
    [InlineData(10_000, true, "10,000+ match")]
    [InlineData(1, true, "1+ match")]
    public void A_count_that_was_cut_off_says_so(int found, bool andMore, string words) =>
        Assert.Equal(words, DeliveryView.Matches(new DeliveryCount(found, andMore)));

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();
}
