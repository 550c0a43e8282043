using Bunit;
using Microsoft.Data.Sqlite;
using Richpanel.Console.Deliveries;
using Richpanel.Console.Retention;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Retention;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Pages;

/// <summary>The page of the retention, and what a delivery says of its time.</summary>
public sealed class RetentionPagesTests : IAsyncDisposable
{
    private readonly PagesUnderTest _pages = new();

    private static CancellationToken Ct => Xunit.TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task Rules_are_tried_before_they_are_saved_refused_where_they_cannot_be_kept_and_a_round_runs_on_demand()
    {
        var page = _pages.Open<RetentionPage>("/retention");
        page.EventuallySays("as configured (section Retention)");
        page.EventuallySays("No round yet");
        Assert.True(page.Button("Save").HasAttribute("disabled"));

        await page.ChangeAsync("#keep-rows", "40");
        Assert.Contains("give 90 days or more", page.Find("#keep-rows-fault").Words(), StringComparison.Ordinal);
        await page.SubmitAsync();
        Assert.Equal(180, (await Rules()).RowDays);

        await page.ChangeAsync("#keep-rows", "400");
        page.EventuallySays("by the rules above, not saved yet");
        await page.PressAsync("Count what would go");
        page.EventuallySays("Nothing is too old");
        Assert.Equal(180, (await Rules()).RowDays);
        await page.SubmitAsync();
        page.EventuallySays("Saved. It holds from the next round on.");
        page.EventuallySays("changed by Local admin");
        Assert.Equal(400, (await Rules()).RowDays);

        await page.PressAsync("Run now");
        await page.PressAsync("Remove it");
        page.Eventually(() => Assert.Contains("Local admin", page.Find("table").Words(), StringComparison.Ordinal));

        await page.ChangeAsync("input[type=checkbox]", false);
        await page.PressAsync("Count what would go");
        page.EventuallySays("Nothing: retention is off.");
        await page.PressAsync("As configured");
        await page.SubmitAsync();
        Assert.Equal(new RetentionRules(true, 30, 90, 180, 30), await Rules());

        async Task<RetentionRules> Rules() => (await _pages.Get<RetentionStore>().SettingsAsync(Ct)).Rules;
    }

    [Fact(Timeout = 60_000)]
    public async Task A_delivery_says_until_when_it_stays_is_pinned_with_a_reason_and_shows_its_content_gone()
    {
        var row = await _pages.SendAsync(""" "userId":"jane","event":"One" """, "m-1");
        var id = PublicId.Delivery(row.Id);
        var page = _pages.Open<DeliveryDetailPage>($"/deliveries/{id}", set => set.Add(one => one.PublicDeliveryId, id));
        page.EventuallySays("Kept until");
        page.Eventually(() => Assert.Contains("then only its count is left", page.Find("[data-testid=row-until]").Words(), StringComparison.Ordinal));

        await page.PressAsync("Pin…");
        await page.ChangeAsync("#pin-reason", "no");
        await page.SubmitAsync("form:has(#pin-reason)");
        page.EventuallySays("Say why it must stay");
        await page.ChangeAsync("#pin-reason", "Ticket 4711 is open");
        await page.SubmitAsync("form:has(#pin-reason)");
        page.EventuallySays("It is pinned, so it stays.");
        page.EventuallySays("Ticket 4711 is open by Local admin");
        await page.PressAsync("Take the pin away");
        await page.PressAsync("Take it away");
        page.Eventually(() => Assert.NotNull(page.Find("[data-testid=row-until]")));

        await _pages.App.Writer.WriteAsync(session => DeliveryRemoval.RemoveContent(session, DeliveryRemoval.Find(session, row.Id)!.Value));
        var again = _pages.Open<DeliveryDetailPage>($"/deliveries/{id}", set => set.Add(one => one.PublicDeliveryId, id));
        again.EventuallySays("Removed by its age.");
        again.EventuallySays("The event's own text is gone");
        again.EventuallySays("It cannot be sent again: its content was removed by its age.");
        Assert.DoesNotContain(again.FindAll("button"), button => button.Words() is "Send again" or "Retry");
        var spent = row with { Marks = DeliveryMarks.ContentRemoved, Cause = null };
        Assert.All([DeliveryState.Failed, DeliveryState.Canceled], state => Assert.Contains("nothing left to send", DeliveryStory.Of(spent with { State = state }, null).Retry, StringComparison.Ordinal));
        Assert.Equal("See what became of the copy:", DeliveryStory.Of(spent with { State = DeliveryState.Settled }, null).ToDo);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_page_of_a_delivery_that_is_removed_meanwhile_shows_nothing_of_it_any_longer()
    {
        var row = await _pages.SendAsync(""" "userId":"jane-4711","event":"One" """, "m-1");
        var id = PublicId.Delivery(row.Id);
        var page = _pages.Open<DeliveryDetailPage>($"/deliveries/{id}", set => set.Add(one => one.PublicDeliveryId, id));
        page.EventuallySays("jane-4711");
        page.EventuallySays("then only its count is left");

        await _pages.App.Writer.WriteAsync(session => DeliveryRemoval.RemoveRow(session, DeliveryRemoval.Find(session, row.Id)!.Value, DeliveryRemoval.Erased));
        _pages.Get<ChangeFeed>().Raise();

        page.EventuallySays("By its age, or with its customer.");
        Assert.DoesNotContain("jane-4711", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain("Kept until", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_round_is_stopped_by_whoever_looks_at_it()
    {
        await using var crowd = await CrowdedDoor.OfAsync(_pages.Get<DoorLoad>(), Ct);   // it rests, so that it is still under way
        await _pages.Get<RetentionCare>().RunNowAsync(Actor.System);
        var page = _pages.Open<RetentionPage>("/retention");
        page.EventuallySays("Under way, begun");
        Assert.DoesNotContain(page.FindAll("button"), button => button.Words() == "Run now");

        await page.PressAsync("Stop the round");

        page.EventuallySays("broken off; the next one goes on");
        page.Eventually(() => Assert.NotNull(page.Button("Run now")));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_list_says_small_how_long_rows_stay_hears_of_pins_and_is_shown_without_that_where_it_cannot_be_read()
    {
        _pages.Answers(503);
        await _pages.SendAsync(""" "userId":"jane","event":"Two" """, "m-2");
        _pages.Answers(200);
        await _pages.SendAsync(""" "userId":"bert","event":"One" """, "m-1");
        IReadOnlyList<Richpanel.Console.Deliveries.Log.ShownRow> rows = [Shown(await _pages.FindAsync("m-1")), Shown(await _pages.FindAsync("m-2"))];
        var page = Open();
        Assert.Empty(Brief(page));   // its thirty days are weeks away
        await _pages.Get<RetentionStore>().SaveAsync(Actor.System, new RetentionRules(true, 5, 90, 180, 30));
        page.Eventually(() => Assert.Equal(["5 days left"], Brief(page)));   // what waits stays, and no word of it

        await _pages.Get<PinStore>().PinAsync(Actor.System, rows[0].Id, "Ticket 4711 is open");
        page.Eventually(() => Assert.Equal(["pinned"], Brief(page)));

        await _pages.App.Writer.WriteAsync(session => session.Execute("DROP TABLE \"Pins\""));
        await Assert.ThrowsAsync<SqliteException>(() => _pages.Get<RetentionStore>().OfAsync([rows[0].Id], Ct));
        var broken = Open();
        Assert.Equal(2, broken.FindAll("tbody tr").Count);
        Assert.Empty(Brief(broken));

        IRenderedComponent<Richpanel.Console.Deliveries.Log.LogTable> Open() => _pages.Show<Richpanel.Console.Deliveries.Log.LogTable>(set => set
            .Add(table => table.Rows, rows).Add(table => table.Columns, Richpanel.Console.Deliveries.Log.ListColumns.Default));

        static IEnumerable<string> Brief(IRenderedComponent<Richpanel.Console.Deliveries.Log.LogTable> page) => page.FindAll("td[data-column=state] [data-kept]").Select(line => line.Words());

        static Richpanel.Console.Deliveries.Log.ShownRow Shown(DeliveryRow row) => new(new Core.Deliveries.Log.LogRow(row, null, null));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_list_shows_until_when_rows_stay_to_whoever_wants_the_column()
    {
        await _pages.SendAsync(""" "userId":"jane","event":"One" """, "m-1");
        _pages.Answers(503);
        var waits = await _pages.SendAsync(""" "userId":"jane","event":"Two" """, "m-2");
        var pinned = await _pages.FindAsync("m-1");
        await _pages.Get<PinStore>().PinAsync(Actor.System, pinned.Id, "Ticket 4711 is open");

        var page = _pages.Show<Richpanel.Console.Deliveries.Log.LogTable>(set => set
            .Add(table => table.Rows, Rows())
            .Add(table => table.Columns, Richpanel.Console.Deliveries.Log.ListColumns.Default.With(["event", "kept"])));

        page.Eventually(() => Assert.Equal(["while it waits", "pinned"], page.FindAll("td[data-column=kept]").Select(cell => cell.Words())));
        Assert.Empty(page.FindAll("[data-kept]"));

        IReadOnlyList<Richpanel.Console.Deliveries.Log.ShownRow> Rows() =>
        [
            new(new Core.Deliveries.Log.LogRow(waits, null, null)), new(new Core.Deliveries.Log.LogRow(pinned, null, null)),
        ];
    }
}
