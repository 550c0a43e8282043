using System.Globalization;
using Bunit;
using Microsoft.EntityFrameworkCore;
using Richpanel.Console.Deliveries;
using Richpanel.Core;
using Richpanel.Core.Deliveries;

namespace Richpanel.Tests.Pages;

public sealed class DeliveryDetailPageTests : IAsyncLifetime
{
    private readonly PagesUnderTest _pages = new();

    [Fact(Timeout = 60_000)]
    public async Task An_accepted_event_shows_what_it_was_what_it_became_and_the_notes()
    {
        var row = await _pages.SendAsync(""" "userId":"jane","event":"Order Completed","properties":{"order_id":"A-1","total":"12,50"} """, "m-1");

        var page = Open(row);

        page.EventuallySays("The sandbox accepted it on the first try.");
        Assert.Equal("Order Completed", page.Find("h1").Words());
        Assert.Contains("\"event\"", page.Find("[data-json=source]").Words(), StringComparison.Ordinal);
        Assert.Contains("\"order\"", page.Find("[data-json=target]").Words(), StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll(".notes li"));
        Assert.Contains("Try 1 HTTP 200", page.Find(".timeline").Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_wait_for_the_next_try_is_a_clock_time_with_its_reason_and_can_be_called_off()
    {
        _pages.Answers(503);
        var row = await _pages.SendAsync(""" "userId":"jane","event":"Later" """, "m-1");
        var page = Open(row);

        var clock = row.DueAt!.Value.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        page.Eventually(() => Assert.Contains(clock, page.Find(".timeline .next").Words(), StringComparison.Ordinal));
        Assert.Contains($"Yes, by itself {clock}", page.Find(".story").TextContent, StringComparison.Ordinal);   // the blank, too
        Assert.Matches("Try 1 HTTP 503 .* Then a wait of .*, until ", page.Find(".timeline").Words());

        await page.PressAsync("Cancel");
        Assert.Contains("It will not be sent.", page.Words(), StringComparison.Ordinal);
        await page.PressAsync("Cancel the delivery");

        page.EventuallySays("Someone canceled it.");
        Assert.Equal(DeliveryState.Canceled, (await _pages.FindAsync("m-1")).State);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_retry_shows_in_place_that_it_was_accepted()
    {
        var page = await OpenFailedAsync();
        _pages.Answers();

        await page.PressAsync("Retry");

        page.Eventually(() => Assert.Equal("Accepted on try 2.", page.Find("[data-testid=outcome]").Words()));
        Assert.Equal("Accepted", page.Find(".head .state").Words());
        Assert.Matches("Try 2 HTTP 200 .*by a person.* Try 1 HTTP 422", page.Find(".timeline").Words());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_retry_that_fails_again_says_so_and_never_claims_success()
    {
        var page = await OpenFailedAsync();
        _pages.Answers(422);

        await page.PressAsync("Retry");

        page.Eventually(() => Assert.Equal("Failed again: Content refused (422).", page.Find("[data-testid=outcome]").Words()));
        Assert.Equal("Failed", page.Find(".head .state").Words());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_retry_that_comes_too_late_says_what_the_delivery_is_now()
    {
        var page = await OpenFailedAsync();
        var id = (await _pages.FindAsync("m-1")).Id;
        await _pages.App.Writer.WriteAsync(session =>   // as another process would: this page is not told
        {
            using var context = session.Context();
            context.Deliveries.Where(d => d.Id == id).ExecuteUpdate(set => set.SetProperty(d => d.State, DeliveryState.Sending));
        });

        await page.PressAsync("Retry");

        page.Eventually(() => Assert.Equal("Not done: the delivery has moved on and is sending now.", page.Find("[data-testid=outcome]").Words()));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_call_that_could_not_be_read_says_where_and_offers_no_retry()
    {
        var row = await _pages.SendAsync(""" "userId":"jane" """, "m-1", settled: false);

        var page = Open(row);

        page.EventuallySays("It could not be read");
        Assert.Contains("It cannot be retried", page.Words(), StringComparison.Ordinal);
        Assert.Contains("It was never sent.", page.Words(), StringComparison.Ordinal);
        Assert.DoesNotContain(page.FindAll("button"), button => button.Words() == "Retry");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_repeat_leads_to_the_first_one()
    {
        var first = await _pages.SendAsync(""" "userId":"jane","event":"Once" """, "m-1");
        await _pages.SendAsync(""" "userId":"jane","event":"Once" """, "m-1", settled: false);

        var page = Open(await _pages.FindAsync("m-1"));

        page.EventuallySays("It was skipped: Repeat of an earlier call.");
        Assert.Single(page.FindAll($"dd a[href='/deliveries/{PublicId.Delivery(first.Id)}']"));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("dlv_0000000000000")]
    [InlineData("nonsense")]
    public void An_id_that_leads_nowhere_says_so(string id)
    {
        var page = _pages.Open<DeliveryDetailPage>($"/deliveries/{id}", set => set.Add(p => p.PublicDeliveryId, id));

        page.EventuallySays("There is no such delivery");
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    private async Task<IRenderedComponent<DeliveryDetailPage>> OpenFailedAsync()
    {
        _pages.Answers(422);
        var page = Open(await _pages.SendAsync(""" "userId":"jane","event":"Refused" """, "m-1"));
        page.EventuallySays("It failed after 1 try");
        return page;
    }

    private IRenderedComponent<DeliveryDetailPage> Open(DeliveryRow row)
    {
        var id = PublicId.Delivery(row.Id);
        return _pages.Open<DeliveryDetailPage>($"/deliveries/{id}", set => set.Add(p => p.PublicDeliveryId, id));
    }
}
