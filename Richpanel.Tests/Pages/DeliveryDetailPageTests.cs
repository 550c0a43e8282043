using System.Globalization;
using Bunit;
using Microsoft.EntityFrameworkCore;
using Richpanel.Console.Deliveries;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Connections;
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
        Assert.Matches("Try 2 next try .* Waits (59 min|1 h): the schedule's wait after try 1. Try 1 HTTP 503 .* Received ", page.Find(".timeline").Words());

        await page.PressAsync("Cancel");
        Assert.Contains("It will not be sent.", page.Words(), StringComparison.Ordinal);
        await page.PressAsync("Cancel the delivery");

        page.EventuallySays("Someone canceled it.");
        Assert.Equal(DeliveryState.Canceled, (await _pages.FindAsync("m-1")).State);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_tries_to_come_are_those_of_the_connection_s_own_schedule()
    {
        await _pages.Get<ConnectionStore>().UpdateAsync(Core.Access.Actor.System, _pages.Sandbox.Id, new ConnectionDraft { RetryWaits = "1 h, 3 h, 5 h" });
        _pages.Answers(503);
        var row = await _pages.SendAsync(""" "userId":"jane","event":"Later" """, "m-1");

        var page = Open(row);

        page.EventuallySays("If that fails, too: 2 more tries, the last one not before");   // the product's own schedule ends with the second try
        var last = row.DueAt!.Value.AddHours(8).UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
        Assert.Contains(last, page.Find(".timeline summary").Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_question_about_one_delivery_is_never_answered_for_the_next()
    {
        _pages.Answers(503, 503);
        var one = await _pages.SendAsync(""" "userId":"jane","event":"One" """, "m-1");
        var two = await _pages.SendAsync(""" "userId":"june","event":"Two" """, "m-2");
        _pages.Role = Core.Access.Role.Support;
        var page = Open(one);
        page.EventuallySays("Personal data is hidden");
        await page.ChangeAsync("#unmask-reason", "Ticket 4711: about One");
        await page.PressAsync("Cancel");
        page.EventuallySays("Cancel One? It will not be sent.");

        page.Render(set => set.Add(shown => shown.PublicDeliveryId, PublicId.Delivery(two.Id)));

        page.Eventually(() => Assert.Equal("Two", page.Find("h1").Words()));
        Assert.DoesNotContain("It will not be sent.", page.Words(), StringComparison.Ordinal);
        Assert.Equal("", page.Find("#unmask-reason").GetAttribute("value") ?? "");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_retry_shows_in_place_that_it_was_accepted()
    {
        var page = await OpenFailedAsync();
        _pages.Answers();

        await page.PressAsync("Retry");
        await page.PressAsync("Retry it");

        page.Eventually(() => Assert.Equal("Accepted on try 2.", page.Find("[data-testid=outcome]").Words()));
        page.Eventually(() => Assert.Equal("Accepted", page.Find(".head .state").Words()));
        page.Eventually(() => Assert.Matches("Try 2 HTTP 200 · Accepted retried by .+ as now .*Try 1 HTTP 422", page.Find(".timeline").Words()));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_retry_that_fails_again_says_so_and_never_claims_success()
    {
        var page = await OpenFailedAsync();
        _pages.Answers(422);

        await page.PressAsync("Retry");
        await page.PressAsync("Retry it");

        page.Eventually(() => Assert.Equal("Failed again: Content refused (422).", page.Find("[data-testid=outcome]").Words()));
        Assert.Equal("Failed", page.Find(".head .state").Words());
    }

    [Fact(Timeout = 60_000)]
    public async Task A_retry_that_comes_too_late_says_what_the_delivery_is_now()
    {
        var page = await OpenFailedAsync();
        await page.PressAsync("Retry");
        var id = (await _pages.FindAsync("m-1")).Id;
        await _pages.App.Writer.WriteAsync(session =>   // as another process would: this page is not told
        {
            using var context = session.Context();
            context.Deliveries.Where(d => d.Id == id).ExecuteUpdate(set => set.SetProperty(d => d.State, DeliveryState.Sending));
        });

        await page.PressAsync("Retry it");

        page.Eventually(() => Assert.Equal("Not done: the delivery has moved on and is sending now.", page.Find("[data-testid=outcome]").Words()));
    }

    [Fact(Timeout = 60_000)]
    public async Task While_a_retry_is_under_way_it_is_said_to_be_queued_and_nothing_more()
    {
        var page = await OpenFailedAsync();
        await _pages.Holds.PauseAsync(Core.Access.Actor.System, _pages.Sandbox.Id, null);
        await page.PressAsync("Retry");
        page.EventuallySays("The connection is stopped: the retry is queued, and goes out once it goes on.");

        _ = page.PressAsync("Retry it");

        page.Eventually(() => Assert.Matches(@"^Queued at \d\d:\d\d:\d\d\. Waiting for the answer…$", page.Find("[data-testid=outcome]").Words()));
        Assert.Equal("Held", page.Find(".head .state").Words());
        Assert.DoesNotContain("Accepted", page.Words(), StringComparison.Ordinal);
        _pages.Answers();
        await _pages.Holds.ResumeAsync(Core.Access.Actor.System, _pages.Sandbox.Id);
        page.Eventually(() => Assert.Equal("Accepted on try 2.", page.Find("[data-testid=outcome]").Words()));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(false, "Retry as now", "Order Completed")]
    [InlineData(true, "Retry as then", "order")]
    public async Task A_retry_sends_what_was_chosen_in_the_dialog_that_shows_both(bool asThen, string button, string sent)
    {
        _pages.Answers(422);
        var row = await _pages.SendAsync(""" "userId":"jane","event":"Order Completed","properties":{"order_id":"A-1"} """, "m-1");
        await _pages.Get<ConnectionStore>().UpdateAsync(Core.Access.Actor.System, _pages.Sandbox.Id, new ConnectionDraft { TranslateEvents = false });
        var page = Open(row);
        page.EventuallySays("It failed after 1 try");
        _pages.Answers();

        await page.PressAsync("Retry");
        var changed = page.FindAll("dialog tr").Single(line => line.Words().StartsWith("$.event changed", StringComparison.Ordinal)).Words();
        Assert.Equal("$.event changed \"order\" \"Order Completed\"", changed);
        Assert.True(page.Find("input[value=now]").HasAttribute("checked"));   // now, where the two differ
        if (asThen)
        {
            await page.ChangeAsync("input[value=then]", "then");
        }

        await page.PressAsync(button);

        page.Eventually(() => Assert.Equal("Accepted on try 2.", page.Find("[data-testid=outcome]").Words()));
        var kept = (await _pages.Get<DeliveryQueries>().FindAsync(Core.Privacy.Sight.Of(Core.Access.Actor.System), row.Id, Xunit.TestContext.Current.CancellationToken))!.Attempts[^1].Sent!;
        Assert.Contains($"\"event\":\"{sent}\"", kept.Content, StringComparison.Ordinal);
        Assert.Contains(asThen ? "as then" : "as now", page.Find("[data-try='2'] .tag").Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_dialog_that_was_opened_before_another_try_sends_nothing()
    {
        var page = await OpenFailedAsync();
        await page.PressAsync("Retry");
        var row = await _pages.FindAsync("m-1");
        await _pages.Get<DeliveryActions>().RetryAsync(Core.Access.Actor.System, row.Id, asThen: false, Xunit.TestContext.Current.CancellationToken);
        await _pages.Get<DeliveryActions>().WaitForOutcomeAsync(row.Id, 1, PagesUnderTest.Patience, Xunit.TestContext.Current.CancellationToken);

        await page.PressAsync("Retry it");

        page.Eventually(() => Assert.Equal("Not done: the delivery has moved on and is accepted now.", page.Find("[data-testid=outcome]").Words()));
        Assert.Equal(2, (await _pages.FindAsync("m-1")).AttemptCount);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_dialog_that_was_opened_with_other_settings_sends_nothing()
    {
        var page = await OpenFailedAsync();
        await page.PressAsync("Retry");
        await _pages.Get<ConnectionStore>().UpdateAsync(Core.Access.Actor.System, _pages.Sandbox.Id, new ConnectionDraft { TranslateEvents = false });

        await page.PressAsync("Retry it");

        page.Eventually(() => Assert.StartsWith("Not done: the connection's settings were changed after this was shown.", page.Find("[data-testid=outcome]").Words(), StringComparison.Ordinal));
        Assert.Equal(1, (await _pages.FindAsync("m-1")).AttemptCount);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_id_in_another_spelling_is_the_same_delivery()
    {
        _pages.Answers(422);
        var id = PublicId.Delivery((await _pages.SendAsync(""" "userId":"jane","event":"Refused" """, "m-1")).Id);
        var typed = "DLV" + id[3..].ToUpperInvariant();
        var page = _pages.Open<DeliveryDetailPage>($"/deliveries/{typed}", set => set.Add(p => p.PublicDeliveryId, typed));
        page.EventuallySays("It failed after 1 try");
        _pages.Answers();

        await page.PressAsync("Retry");
        await page.PressAsync("Retry it");

        page.Eventually(() => Assert.Equal("Accepted on try 2.", page.Find("[data-testid=outcome]").Words()));
        Assert.False(page.Button("Send again").HasAttribute("disabled"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_filter_that_is_lost_is_told_and_no_other_list_is_walked_instead()
    {
        await _pages.SendAsync(""" "userId":"a","event":"One" """, "m-1");
        var row = await _pages.SendAsync(""" "userId":"b","event":"Two" """, "m-2");

        var page = Open(row, "?who=0123456789abcdef");

        page.EventuallySays("The customer filter of this address has expired");
        page.EventuallySays("accepted it on the first try");
        Assert.Equal(["Deliveries"], page.FindAll(".steps-bar a").Select(link => link.Words()));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_read_to_learn_whether_a_delivery_moved_moves_with_it_and_its_connection_alone()
    {
        var ct = Xunit.TestContext.Current.CancellationToken;
        _pages.Answers(422);
        var id = (await _pages.SendAsync(""" "userId":"a","event":"Refused" """, "m-1")).Id;
        var queries = _pages.Get<DeliveryQueries>();
        var first = await queries.StampAsync(id, ct);

        await _pages.SendAsync(""" "userId":"b","event":"Other" """, "m-2");
        Assert.Equal(first, await queries.StampAsync(id, ct));
        await _pages.Holds.PauseAsync(Core.Access.Actor.System, _pages.Sandbox.Id, null);
        var paused = await queries.StampAsync(id, ct);
        Assert.NotEqual(first, paused);
        await _pages.Get<DeliveryActions>().RetryAsync(Core.Access.Actor.System, id, asThen: false, ct);
        Assert.NotEqual(paused, await queries.StampAsync(id, ct));
        Assert.Null(await queries.StampAsync(long.MaxValue, ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_refresh_that_fails_leaves_what_is_shown_and_the_open_dialog_and_says_so()
    {
        var page = await OpenFailedAsync();
        await page.PressAsync("Retry");
        await _pages.App.RenameTableAsync("Exchanges", "Away");
        await _pages.Holds.PauseAsync(Core.Access.Actor.System, _pages.Sandbox.Id, null);

        page.EventuallySays("Not refreshed since");

        Assert.Contains("It failed after 1 try", page.Words(), StringComparison.Ordinal);
        Assert.NotNull(page.Find("dialog"));
        await _pages.App.RenameTableAsync("Away", "Exchanges");
        await page.PressAsync("Try again");
        page.Eventually(() => Assert.DoesNotContain("Not refreshed since", page.Words(), StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task Each_part_has_an_address_and_what_is_copied_is_what_is_shown()
    {
        _pages.Answers(422);
        var row = await _pages.SendAsync(""" "userId":"jane","event":"Refused","properties":{"kept_nowhere":null} """, "m-1");

        var page = Open(row, "?tab=request&q=state%3Afailed");
        page.EventuallySays("Body as it went over the wire");
        Assert.Equal("true", page.FindAll(".tabs a").Single(tab => tab.Words() == "Request sent").GetAttribute("aria-current"));
        Assert.EndsWith("?q=state%3Afailed&tab=response", page.FindAll(".tabs a").Single(tab => tab.Words() == "Response").GetAttribute("href"), StringComparison.Ordinal);
        var curl = page.Find("pre[aria-label='Request as cURL']").TextContent;
        Assert.Equal(curl, page.FindComponents<CopyButton>().Single(button => button.Instance.What == "cURL").Instance.Text);
        Assert.Contains("SECRET='{{API_SECRET}}'", curl, StringComparison.Ordinal);
        await page.PressAsync("Copy as cURL");
        Assert.Equal(curl, _pages.Browser.Invocations["richpanel.copy"][^1].Arguments[0]);
        Assert.All(page.FindComponents<JsonView>(), json => Assert.Equal(
            json.Find("pre").TextContent.TrimEnd('\n'), json.FindComponent<CopyButton>().Instance.Text));

        page = Open(row, "?tab=response");
        page.EventuallySays("HTTP 422");
        Assert.NotEmpty(page.FindAll("[aria-label='Response body']"));

        page = Open(row, "?tab=event");
        page.EventuallySays("As the sender posted it");

        page = Open(row, "?tab=diff");
        page.EventuallySays("The call itself is the same.");
    }

    [Fact(Timeout = 60_000)]
    public async Task The_mapping_names_what_was_not_used_and_what_was_filled_in()
    {
        var row = await _pages.SendAsync(""" "userId":"jane","event":"Order Completed","properties":{"order_id":"A-1"},"somewhere":{"else":"x"} """, "m-1");

        var page = Open(row);

        page.EventuallySays("Not used");
        Assert.Contains("$.somewhere.else", page.Find("[data-testid=unused]").Words(), StringComparison.Ordinal);
        Assert.DoesNotContain("$.userId", page.Find("[data-testid=unused]").Words(), StringComparison.Ordinal);
        Assert.All(page.FindAll("[data-testid=defaulted] [data-target]"), field => Assert.Contains(page.FindAll("[data-json=target] [data-path]"), line => line.GetAttribute("data-path")!.StartsWith(field.GetAttribute("data-target")!, StringComparison.Ordinal)));
    }

    [Fact(Timeout = 60_000)]
    public async Task Previous_and_next_stay_within_the_filter_it_was_opened_from()
    {
        _pages.Answers(422);
        var oldest = await _pages.SendAsync(""" "userId":"a","event":"Refused" """, "m-1");
        _pages.Answers();
        await _pages.SendAsync(""" "userId":"b","event":"Went Well" """, "m-2");
        _pages.Answers(422, 422);
        var middle = await _pages.SendAsync(""" "userId":"c","event":"Refused" """, "m-3");
        var newest = await _pages.SendAsync(""" "userId":"d","event":"Refused" """, "m-4");

        var page = Open(middle, "?q=state%3Afailed&tab=response");

        page.Eventually(() => Assert.Equal($"/deliveries/{PublicId.Delivery(oldest.Id)}?q=state%3Afailed&tab=response", page.FindAll(".steps-bar a").Single(link => link.Words() == "Next").GetAttribute("href")));
        Assert.Equal($"/deliveries/{PublicId.Delivery(newest.Id)}?q=state%3Afailed&tab=response", page.FindAll(".steps-bar a").Single(link => link.Words() == "Previous").GetAttribute("href"));
        Assert.Equal("/deliveries?q=state%3Afailed", page.FindAll(".steps-bar a")[0].GetAttribute("href"));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_belongs_together_is_linked_and_all_of_a_customer_is_asked_without_naming_them_in_the_address()
    {
        var first = await _pages.SendAsync(""" "userId":"jane@example.com","event":"One" """, "m-1");
        var other = await _pages.SendAsync(""" "userId":"jane@example.com","event":"Two" """, "m-2");
        await _pages.SendAsync(""" "userId":"jane@example.com","event":"Two" """, "m-2", settled: false);

        var page = Open(other);

        page.EventuallySays("Newest of the same customer");
        Assert.Contains(page.FindAll(".related a"), link => link.GetAttribute("href") == $"/deliveries/{PublicId.Delivery(first.Id)}");
        Assert.Contains(page.FindAll("a"), link => link.GetAttribute("href") == "/deliveries?q=message%3Am-2");
        await page.PressAsync("All in the log");
        Assert.Matches("/deliveries\\?who=[0-9a-f]{16}$", _pages.Address.Uri);

        _pages.Role = Core.Access.Role.Support;
        page = Open(other);
        page.EventuallySays("Newest of the same customer");
        Assert.DoesNotContain("jane", page.Markup, StringComparison.Ordinal);
        Assert.DoesNotContain(page.FindAll("button"), button => button.Words() == "All in the log");   // whom that would be, they may not see
    }

    [Fact(Timeout = 60_000)]
    public async Task A_delivery_opens_beside_the_list_and_closes_without_the_list_being_read_again()
    {
        var row = await _pages.SendAsync(""" "userId":"jane","event":"Beside" """, "m-1");
        var id = PublicId.Delivery(row.Id);
        var page = _pages.Open<DeliveriesPage>("/deliveries?q=event%3ABeside");
        page.Eventually(() => page.Find($"tr[data-row='{row.Id}']"));
        var list = page.FindComponent<Richpanel.Console.Deliveries.Log.LogTable>().Instance.Rows;

        await page.InvokeAsync(() => page.Instance.OpenRow(row.Id.ToString(CultureInfo.InvariantCulture)));
        Assert.EndsWith($"/deliveries?q=event%3ABeside&open={id}", _pages.Address.Uri, StringComparison.Ordinal);
        page = _pages.Show<DeliveriesPage>();

        page.Eventually(() => Assert.Equal("Beside", page.Find(".beside-list h2.name").Words()));
        page.Eventually(() => Assert.Equal("true", page.Find($"tr[data-row='{row.Id}']").GetAttribute("aria-current")));
        Assert.StartsWith($"/deliveries?q=event%3ABeside&open={id}&tab=", page.Find(".beside-list .tabs a").GetAttribute("href"), StringComparison.Ordinal);
        Assert.Equal($"/deliveries/{id}?q=event%3ABeside", page.Find(".beside-list [data-own]").GetAttribute("href"));
        Assert.Single(list);

        await page.InvokeAsync(page.Instance.CloseRowAsync);
        Assert.EndsWith("/deliveries?q=event%3ABeside", _pages.Address.Uri, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("mapping")]
    [InlineData("event")]
    [InlineData("request")]
    [InlineData("response")]
    [InlineData("diff")]
    public async Task No_part_shows_support_a_person(string tab)
    {
        _pages.Role = Core.Access.Role.Support;
        _pages.Answers(422);
        var row = await _pages.SendAsync(""" "userId":"jane.miller@example.com","event":"Order Completed","properties":{"order_id":"A-1","note":"for Jane Miller"},"context":{"traits":{"email":"jane.miller@example.com"} } """, "m-1");
        await _pages.Get<ConnectionStore>().UpdateAsync(Core.Access.Actor.System, _pages.Sandbox.Id, new ConnectionDraft { TranslateEvents = false });

        var page = Open(row, $"?tab={tab}");
        page.EventuallySays("It failed after 1 try");
        await page.PressAsync("Retry");

        page.EventuallySays("$.event changed");
        foreach (var text in page.FindComponents<CopyButton>().Select(button => button.Instance.Text).Append(page.Markup))
        {
            Assert.DoesNotContain("miller", text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToBase64String("jane.mill"u8), text, StringComparison.Ordinal);   // nor inside the payload of the request
            Assert.DoesNotContain(Convert.ToBase64String("ane.mille"u8), text, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String("ne.miller"u8), text, StringComparison.Ordinal);
        }
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

    private IRenderedComponent<DeliveryDetailPage> Open(DeliveryRow row, string rest = "")
    {
        var id = PublicId.Delivery(row.Id);
        return _pages.Open<DeliveryDetailPage>($"/deliveries/{id}{rest}", set => set.Add(p => p.PublicDeliveryId, id));
    }
}
