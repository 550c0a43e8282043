using Bunit;
using Richpanel.Console.Deliveries;
using Richpanel.Console.Lab;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;

namespace Richpanel.Tests.Pages;

/// <summary>The lab with a delivery to be edited and sent in its place.</summary>
public sealed class LabEditTests : IAsyncLifetime
{
    private readonly PagesUnderTest _pages = new();

    private static CancellationToken Ct => Xunit.TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task The_edited_one_takes_the_place_of_the_original_and_both_lead_to_each_other()
    {
        var id = await FailedAsync();
        var page = await OpenAsync(id);
        Assert.Contains($"You edit {id} . Sending replaces it; the original is never sent.", page.Find("[data-testid=editing]").Words(), StringComparison.Ordinal);
        Assert.Contains("\"type\": \"track\"", Text(page), StringComparison.Ordinal);
        Assert.Contains("It came to the address for track calls", page.Find("[data-testid=loaded]").Words(), StringComparison.Ordinal);
        Assert.Contains("The call itself is the same.", page.Find("[data-testid=edit-diff]").Words(), StringComparison.Ordinal);
        Assert.Empty(page.FindAll("input[name=target]"));
        Assert.DoesNotContain(page.FindAll("button"), button => button.Words() is "Send twice" or "Send to Sandbox" or "New message id and time");

        await page.InputAsync(".call-editor textarea", Text(page).Replace("A-1", "A-2", StringComparison.Ordinal));
        page.Eventually(() => Assert.Contains("$.properties.order_id changed A-1 A-2", page.Find("[data-testid=edit-diff] table").Words().Replace("\"", "", StringComparison.Ordinal), StringComparison.Ordinal));
        await page.PressAsync("Resend as edited…");
        Assert.Contains($"Send it to Sandbox in place of {id}? The original is never sent.", page.Words(), StringComparison.Ordinal);
        await page.PressAsync("Resend as edited");

        page.Eventually(() => Assert.Contains("The sandbox accepted it on the first try.", page.Find("[data-testid=lab-result]").Words(), StringComparison.Ordinal));
        Assert.Contains($"it took the place of {id}", page.Find("[data-testid=lab-result]").Words(), StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-testid=editing]"));
        Assert.DoesNotContain("edit=", _pages.Address.Uri, StringComparison.Ordinal);
        Assert.Contains("editing is over", page.Words(), StringComparison.Ordinal);
        var copy = page.Find("[data-testid=lab-result] a").GetAttribute("href")!.Split('/')[^1];

        var original = Detail(id);
        original.Eventually(() => Assert.Contains($"Replaced by {copy}", original.Find("dl.facts").Words(), StringComparison.Ordinal));
        Assert.Contains("It was replaced by an edited copy.", original.Words(), StringComparison.Ordinal);
        Assert.Contains($"See what became of the copy: {copy}", original.Words(), StringComparison.Ordinal);
        Assert.Contains("Edited and resent by Local admin", original.Find("ol.timeline").Words(), StringComparison.Ordinal);
        Assert.DoesNotContain(original.FindAll("a, button"), button => button.Words() is "Edit and resend" or "Retry");
        var edited = Detail(copy);
        edited.Eventually(() => Assert.Contains($"Edited from {id}", edited.Find("dl.facts").Words(), StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task Support_gives_a_reason_first_and_the_browser_keeps_no_draft_of_what_is_shown()
    {
        var id = await FailedAsync();
        _pages.Role = Role.Support;
        var page = _pages.Open<LabPage>($"/lab?edit={id}");
        page.EventuallySays("It can be edited once you see it in clear");
        Assert.Empty(page.FindAll(".call-editor"));

        await page.SubmitAsync("form.unmask");
        page.EventuallySays(DeliveryUnmasking.ReasonNeeded);
        await page.ChangeAsync("#unmask-reason", "Ticket 4711");
        await page.SubmitAsync("form.unmask");
        page.Eventually(() => Assert.Contains("jane@example.com", Text(page), StringComparison.Ordinal));
        await page.InputAsync(".call-editor textarea", Text(page).Replace("A-1", "A-2", StringComparison.Ordinal));
        page.Eventually(() => Assert.NotEmpty(page.FindAll("[data-testid=edit-diff] table")));
        await page.PressAsync("Resend as edited…");
        await page.PressAsync("Resend as edited");

        page.Eventually(() => Assert.StartsWith("Accepted", page.Find("[data-testid=lab-result]").Words(), StringComparison.Ordinal));
        Assert.DoesNotContain(_pages.Browser.Invocations, call => call.Identifier == "richpanel.draft.write");
    }

    [Fact(Timeout = 60_000)]
    public async Task What_may_have_been_received_must_be_confirmed()
    {
        var id = await FailedAsync();
        await MarkAsync(id);
        var page = await OpenAsync(id);

        Assert.Contains("The original may have been received. It may have reached the other side", page.Find("[data-testid=guard]").Words(), StringComparison.Ordinal);
        Assert.True(page.Button("Resend as edited…").HasAttribute("disabled"));
        await page.ChangeAsync("#edit-knows", true);
        await page.PressAsync("Resend as edited…");
        await page.PressAsync("Resend as edited");

        page.Eventually(() => Assert.StartsWith("Accepted", page.Find("[data-testid=lab-result]").Words(), StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_becomes_known_while_it_is_edited_shows_and_a_send_that_was_confirmed_before_is_refused()
    {
        var id = await FailedAsync();
        var page = await OpenAsync(id);
        await page.PressAsync("Resend as edited…");
        await MarkAsync(id);   // unseen: no live update tells of it

        await page.PressAsync("Resend as edited");
        page.EventuallySays("It was not sent, and the original stays as it is.");
        Assert.NotEmpty(page.FindAll("[data-testid=guard]"));

        _pages.Answers(422);
        await _pages.Get<DeliveryActions>().RetryAsync(Actor.System, PublicId.Parse(id, "dlv")!.Value, false, Ct);
        page.EventuallySays("It was tried again while you edit it, and is failed now.");
        _pages.Answers(200);
        await _pages.Get<DeliveryActions>().RetryAsync(Actor.System, PublicId.Parse(id, "dlv")!.Value, false, Ct);
        page.Eventually(() => Assert.Contains("It was accepted, and what stands in Richpanel cannot be replaced.", page.Find("[data-testid=closed]").Words(), StringComparison.Ordinal));
        Assert.DoesNotContain(page.FindAll("button"), button => button.Words() == "Resend as edited…");
    }

    [Fact(Timeout = 60_000)]
    public async Task Another_text_ends_the_edit_and_says_so_and_undo_makes_it_the_edit_again()
    {
        var id = await FailedAsync();
        var page = await OpenAsync(id);
        await page.InputAsync(".call-editor textarea", Text(page).Replace("A-1", "A-2", StringComparison.Ordinal));

        await page.PressAsync("Start from…");
        await page.ClickAsync("[data-template=guest-order]");
        Assert.Contains($"You no longer edit {id}: what stands here is a call of its own.", page.Find("[data-testid=ended]").Words(), StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-testid=editing]"));
        Assert.NotEmpty(page.FindAll("input[name=target]"));
        Assert.DoesNotContain("edit=", _pages.Address.Uri, StringComparison.Ordinal);

        await page.PressAsync($"Undo: back to the edit of {id} (Order Completed)");
        Assert.Contains("A-2", Text(page), StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll("[data-testid=editing]"));
        Assert.Contains($"edit={id}", _pages.Address.Uri, StringComparison.Ordinal);

        await page.PressAsync("Stop editing");
        Assert.Contains($"Loaded: your edit of {id}.", page.Words(), StringComparison.Ordinal);
        Assert.Contains("A-2", Text(page), StringComparison.Ordinal);
        Assert.Empty(page.FindAll("[data-testid=editing]"));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_draft_of_an_edit_is_an_edit_again_whatever_the_address_or_says_that_it_is_none_any_more(bool still)
    {
        var id = await FailedAsync();
        if (!still)
        {
            await _pages.Get<DeliveryActions>().RetryAsync(Actor.System, PublicId.Parse(id, "dlv")!.Value, false, Ct);
            await _pages.Get<DeliveryActions>().WaitForOutcomeAsync(PublicId.Parse(id, "dlv")!.Value, 1, PagesUnderTest.Patience, Ct);
        }

        KeptDraft($$"""{"type":"track","event":"From The Draft","userId":"u"}""", id);
        var page = _pages.Open<LabPage>("/lab");

        page.Eventually(() => Assert.Contains("From The Draft", Text(page), StringComparison.Ordinal));
        Assert.Contains("Restored draft from", page.Words(), StringComparison.Ordinal);
        Assert.Equal(still ? 1 : 0, page.FindAll("[data-testid=editing]").Count);
        Assert.Equal(still, _pages.Address.Uri.Contains($"edit={id}", StringComparison.Ordinal));
        Assert.Equal(!still, page.Words().Contains($"It was to take the place of {id}, which is not possible any more. It was accepted", StringComparison.Ordinal));
        Assert.Equal(still, page.FindAll("button").Any(button => button.Words() == "Resend as edited…"));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("dlv_zzz", "There is no such delivery.")]
    [InlineData(null, "It was accepted, and what stands in Richpanel cannot be replaced.")]
    public async Task What_cannot_be_edited_is_said_and_what_stands_there_is_a_call_of_its_own(string? asked, string why)
    {
        var row = await _pages.SendAsync(""" "userId":"jane","event":"Order Completed" """, "m-ok");

        var page = _pages.Open<LabPage>($"/lab?edit={asked ?? PublicId.Delivery(row.Id)}");

        page.Eventually(() => Assert.Contains(why, page.Find("[data-testid=not-editable]").Words(), StringComparison.Ordinal));
        Assert.Contains("Loaded: the template Order Completed.", page.Words(), StringComparison.Ordinal);
        Assert.NotEmpty(page.FindAll("input[name=target]"));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_fails_after_it_was_kept_is_not_said_to_be_unsent()
    {
        var id = await FailedAsync();
        var page = await OpenAsync(id);
        await _pages.App.Writer.WriteAsync(session => session.Execute($"""
            CREATE TRIGGER "Unreadable" AFTER INSERT ON "Deliveries" WHEN NEW."CopyOf"={PublicId.Parse(id, "dlv")} BEGIN UPDATE "Deliveries" SET "EndedAt"={long.MaxValue} WHERE "Id"=NEW."Id"; END
            """));

        await page.PressAsync("Resend as edited…");
        await page.PressAsync("Resend as edited");

        page.EventuallySays("It is not known whether it was sent");
        Assert.Contains($"Look at {id} before you send anything again.", page.Words(), StringComparison.Ordinal);
        Assert.DoesNotContain("It was not sent", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_would_not_be_sent_cannot_take_the_place_of_anything()
    {
        var page = await OpenAsync(await FailedAsync());

        await page.InputAsync(".call-editor textarea", """{"type":"track","userId":"jane"}""");

        page.EventuallySays("Resend is off until the text is a call that would be sent.");
        Assert.True(page.Button("Resend as edited…").HasAttribute("disabled"));
        Assert.Contains("as edited it would not be sent", page.Find("[data-testid=edit-diff]").Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task At_production_it_is_said_what_that_means_and_one_that_waits_says_when_it_goes_out_by_itself()
    {
        var shop = await _pages.App.AddSourceAsync("Shop");
        var row = await _pages.SendAsync(""" "userId":"jane","event":"Order Completed" """, "m-shop", shop);   // nothing listens there: it waits for an hour
        var page = await OpenAsync(PublicId.Delivery(row.Id));

        Assert.Contains("Shop is production. The event will stand in Richpanel beside real data", page.Words(), StringComparison.Ordinal);
        Assert.Contains($"It still waits: at {_pages.Time.Clock(row.DueAt!.Value)} the original goes out by itself", page.Find("[data-testid=editing]").Words(), StringComparison.Ordinal);

        await _pages.Holds.PauseAsync(Actor.System, shop.ConnectionId, null);
        page.Eventually(() => Assert.Contains("It is held", page.Find("[data-testid=editing]").Words(), StringComparison.Ordinal));
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    private static string Text(IRenderedComponent<LabPage> page) => page.Find(".call-editor textarea").GetAttribute("value")!;

    private async Task<IRenderedComponent<LabPage>> OpenAsync(string id)
    {
        var page = _pages.Open<LabPage>($"/lab?edit={id}");
        await page.WaitForElementAsync("[data-testid=editing]", PagesUnderTest.Patience);
        return page;
    }

    private IRenderedComponent<DeliveryDetailPage> Detail(string id) => _pages.Open<DeliveryDetailPage>($"/deliveries/{id}", set => set.Add(page => page.PublicDeliveryId, id));

    private async Task<string> FailedAsync()
    {
        _pages.Answers(422);
        var row = await _pages.SendAsync(""" "userId":"jane","event":"Order Completed","timestamp":"2026-01-31T12:00:00Z","properties":{"order_id":"A-1"},"context":{"traits":{"email":"jane@example.com"}} """, "m-edit");
        _pages.Answers(200);
        return PublicId.Delivery(row.Id);
    }

    /// <summary>Nothing tells the page of it.</summary>
    private Task MarkAsync(string id) => _pages.App.Writer.WriteAsync(session => session.Execute($"""UPDATE "Deliveries" SET "Marks"="Marks"|1 WHERE "Id"={PublicId.Parse(id, "dlv")}"""));

    private void KeptDraft(string text, string edit)
    {
        var kept = System.Text.Json.JsonSerializer.Serialize(new { Value = new LabDraft(text, $"the edit of {edit}", null, edit), At = _pages.Get<TimeProvider>().GetUtcNow() });
        _pages.Browser.Setup<string?>("richpanel.draft.read", call => call.Arguments[1] is 0).SetResult(kept);
    }
}
