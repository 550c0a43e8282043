using Richpanel.Console.Deliveries.Log;
using Richpanel.Console.Shared;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;

namespace Richpanel.Tests.Pages.DeliveryLog;

public sealed class LogAddressTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(null)]
    [InlineData("oldest")]
    [InlineData("below-dlv_2k")]
    [InlineData("above-dlv_2k")]
    [InlineData("2026-11-24T10:00:00Z")]
    public void A_place_is_read_as_it_was_written(string? at) => Assert.Equal(at, LogAddress.Word(LogAddress.Place(at)));

    [Theory]
    [InlineData("below-")]
    [InlineData("sideways-dlv_2k")]
    [InlineData("<script>")]
    public void A_place_that_cannot_be_read_is_the_newest_rows(string at) => Assert.Null(LogAddress.Word(LogAddress.Place(at)));

    [Fact]
    public void A_value_with_a_blank_stands_whole_in_an_address_and_is_read_back_whole()
    {
        var address = LogAddress.Of(LogQuery.Of("event:\"Order Updated\" state:failed")).ToString();

        Assert.Equal("/deliveries?q=event%3A%22Order%20Updated%22%20state%3Afailed", address);
        Assert.Equal("Order Updated", LogQuery.Of(Uri.UnescapeDataString(address.Split("q=")[1])).Terms[0].Values[0].Text);
    }

    [Fact]
    public void An_address_made_of_a_query_never_holds_a_person_s_values() =>
        Assert.Equal("/deliveries?q=state%3Afailed", LogAddress.Of(LogQuery.Of("email:jane@example.com state:failed order:A-1 \"jane miller\"")).ToString());

    [Fact]
    public void A_row_s_own_page_learns_the_filter_and_an_export_of_chosen_rows_names_only_them()
    {
        var address = new LogAddress { Query = "state:failed", Who = "0123", At = "oldest" };

        Assert.Equal($"/deliveries/{Core.PublicId.Delivery(7)}?q=state%3Afailed&who=0123&at=oldest", address.Detail(7));
        Assert.Equal("/deliveries/export?format=csv&columns=id%2Cstate&q=state%3Afailed&who=0123", address.Export(LogFormat.Csv, ["id", "state"], TimeZoneInfo.Utc));
        Assert.Equal($"/deliveries/export?format=ndjson&columns=id&q=id%3A{Core.PublicId.Delivery(7)}", address.Export(LogFormat.Ndjson, ["id"], TimeZoneInfo.Utc, [7]));
    }

    [Fact]
    public void A_link_to_an_event_finds_what_was_counted_or_is_none()
    {
        var range = Core.Ledger.OverviewRange.Last(TimeSpan.FromHours(1), s_now);

        Assert.StartsWith("/deliveries?q=state%3Afailed%20event%3Anone%20since%3A", LogLink.ToEvent("", "state:failed", range), StringComparison.Ordinal);
        Assert.Null(LogLink.ToEvent("None", "state:failed", range));   // that word stands for no name
        Assert.Null(LogLink.ToEvent("jane@example.com came", "state:failed", range));
    }

    [Theory]
    [InlineData("state", "failed", "state:failed")]
    [InlineData("state", "waiting", "state:waiting -state:held")]
    [InlineData("event", "Order Updated", "event:\"Order Updated\"")]
    [InlineData("code", "5xx", "code:5xx")]
    [InlineData("code", "dns_not_found", "cause:dns_not_found")]
    [InlineData("connection", "con_1", "connection:\"My shop\"")]
    [InlineData("messageId", "m-1", "message:m-1")]
    [InlineData("nothing", "x", null)]
    [InlineData("state", " ", null)]
    public void A_link_of_before_still_means_the_same(string name, string value, string? query) =>
        Assert.Equal(query, OldAddress.Query([(name, value)], id => id == "con_1" ? "My shop" : null));

    [Theory]
    [InlineData(5, false, 9, "5 of 9", "5")]
    [InlineData(9, false, 9, "9", "9")]
    [InlineData(1_284, false, 96_201, "1,284 of 96,201", "1,284")]
    [InlineData(10_000, true, 96_201, "10,000+ of 96,201", "10k+")]
    [InlineData(37, true, 96_201, "37+ of 96,201", "37+")]
    public void A_count_that_was_cut_off_says_so(long found, bool andMore, long of, string words, string tab)
    {
        Assert.Equal(words, LogWords.FoundOf(new LogCount(found, andMore, of)));
        Assert.Equal(tab, LogWords.Short(new LogCount(found, andMore, of)));
    }

    [Theory]
    [InlineData("", "All time")]
    [InlineData("since:24h", "Last 24 hours")]
    [InlineData("since:3h", "Since 3h ago")]
    [InlineData("~since:24h", "All time")]
    [InlineData("since:2026-11-24T10:00:00Z until:2026-11-24T11:30:00Z", "24 Nov 11:00:00 – 24 Nov 12:30:00")]
    public void A_time_range_is_told_by_the_clock_of_whoever_looks(string query, string words)
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("one", TimeSpan.FromHours(1), "one", "one");

        Assert.Equal(words, LogWords.Span(LogQuery.Of(query), s_now, zone, at => TimeWords.Exact(TimeZoneInfo.ConvertTime(at, zone), TimeZoneInfo.ConvertTime(s_now, zone))));
    }

    [Fact]
    public void What_is_masked_for_somebody_is_not_offered_to_narrow_by()
    {
        var row = Row() with { Email = "j•••@e•••.com", UserId = "7", EventName = "Mail to j•••@e•••.com" };

        var offered = LogFacets.Of(row, "Shop", ListColumns.Connection).Select(term => term.ToString()).ToList();

        Assert.Equal("connection:Shop", offered[0]);
        Assert.Contains("user:7", offered);
        Assert.DoesNotContain(offered, term => term.Contains('•', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("state:failed", false)]
    [InlineData("-state:failed", true)]
    [InlineData("state:held", true)]
    [InlineData("~state:failed", true)]
    [InlineData("event:Other", true)]
    public void A_row_that_changed_is_judged_by_its_state(string query, bool mayFit) => Assert.Equal(mayFit, LogFacets.MayFit(LogQuery.Of(query), Row() with { Held = true }));

    [Theory]
    [InlineData(DeliveryState.Sending, "state:waiting", true)]
    [InlineData(DeliveryState.Sending, "-state:waiting", false)]
    [InlineData(DeliveryState.Sending, "state:held", false)]
    [InlineData(DeliveryState.Sending, "-state:held", true)]
    [InlineData(DeliveryState.Sending, "state:sending", true)]
    [InlineData(DeliveryState.Accepted, "state:waiting", false)]
    public void A_row_that_is_being_sent_fits_what_the_log_would_find_it_by(DeliveryState state, string query, bool mayFit) =>
        Assert.Equal(mayFit, LogFacets.MayFit(LogQuery.Of(query), Row() with { State = state, Held = true }));

    [Fact]
    public void Columns_are_kept_as_they_were_chosen_and_what_is_kept_wrongly_is_as_at_first()
    {
        var chosen = ListColumns.Default.Toggle(ListColumns.Origin).Move(ListColumns.Received, -1).Resize(ListColumns.Customer, 5_000);

        var kept = ListColumns.Of(chosen.ToJson());

        Assert.Equal(chosen.Shown, kept.Shown);
        Assert.Equal(ListColumns.Widest, kept.Columns.Single(column => column.Name == ListColumns.Customer).Width);
        Assert.All(new[] { null, "", "{", "[]", "{\"Shown\":[\"no such\"]}" }, json => Assert.Equal(ListColumns.Default.Shown, ListColumns.Of(json).Shown));
        Assert.Single(ListColumns.Default.With([ListColumns.State]).Toggle(ListColumns.State).Shown);
    }

    private static DeliveryRow Row() => new(
        7, 1, Origin.Receiver, DeliveryState.Waiting, false, FailureStage.None, DeliveryMarks.None, SegmentCallType.Track, "Event", "m-1", null, null, null, null, s_now, null, 0, null, null, null, null);
}
