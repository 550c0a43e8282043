using Bunit;
using Richpanel.Console.Erasure;
using Richpanel.Console.Overview;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Core.Erasure;

namespace Richpanel.Tests.Pages;

/// <summary>Privacy tasks and the erasure of a customer, as people see them.</summary>
public sealed class PrivacyPagesTests : IAsyncDisposable
{
    private readonly PagesUnderTest _pages = new();

    private static CancellationToken Ct => Xunit.TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task A_task_stands_on_the_overview_leads_to_the_erasure_and_is_closed_with_a_note()
    {
        Assert.Empty(_pages.Open<OverviewPage>("/").FindAll("[data-testid=privacy]"));
        await _pages.SendAsync(""" "userId":"jane@planted.example","event":"One" """, "m-1");
        await _pages.SendAsync(""" "type":"delete","userId":"jane@planted.example" """, "m-2", settled: false);
        var overview = _pages.Open<OverviewPage>("/");
        overview.Eventually(() => Assert.StartsWith("Privacy tasks See to them 1 customer that Segment asks to delete, the first due", overview.Find("[data-testid=privacy]").Words(), StringComparison.Ordinal));

        _pages.Role = Role.Support;
        var masked = _pages.Open<PrivacyPage>("/privacy");
        masked.EventuallySays("ptk_1");
        Assert.DoesNotContain("jane@", masked.Words(), StringComparison.Ordinal);
        Assert.DoesNotContain("Erasures", masked.Words(), StringComparison.Ordinal);
        _pages.Role = null;
        var page = _pages.Open<PrivacyPage>("/privacy");
        page.EventuallySays("jane@planted.example");
        page.EventuallySays("Nobody was erased yet.");
        Assert.Equal("/privacy/erase?task=ptk_1", page.FindAll("a").Single(link => link.Words() == "Erase here…").GetAttribute("href"));
        await page.PressAsync("Close…");
        await page.SubmitAsync();
        page.EventuallySays("Say what was done");
        await page.ChangeAsync("textarea", "Deleted in Richpanel by hand.");
        await page.SubmitAsync();
        page.EventuallySays("by Local admin: Deleted in Richpanel by hand.");
        Assert.Empty(page.FindAll("textarea"));
        Assert.Equal(0, (await _pages.Get<PrivacyTasks>().CountAsync(Actor.System, Ct)).Open);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_customer_is_looked_for_by_every_name_confirmed_by_typing_and_erased_with_a_receipt()
    {
        await _pages.SendAsync(""" "userId":"jane-4711","event":"One","context":{"traits":{"email":"jane@example.test"}} """, "m-1");
        await _pages.SendAsync(""" "userId":"bert","event":"Stays" """, "m-2");
        var (hers, others) = (_pages.Get<PersonalFilters>().Keep(new PersonalFilter("user:jane-4711", null)), _pages.Get<PersonalFilters>().Keep(new PersonalFilter("user:bert", null)));
        var page = _pages.Open<ErasePage>("/privacy/erase");
        await page.ChangeAsync("#erase-value", "jane");
        await page.SubmitAsync();
        page.EventuallySays("An e-mail address has something before and after its @.");
        await page.ChangeAsync("#erase-value", "jane@example.test");
        await page.SubmitAsync();
        page.Eventually(() => Assert.Equal("1", page.Find("[data-testid=deliveries]").Words()));
        page.EventuallySays("user id jane-4711 on 1");

        await page.PressAsync("Add");
        page.Eventually(() => Assert.Equal(2, page.FindAll("ul[aria-label^='Names the customer'] li").Count));
        await page.InputAsync("#erase-typed", "JANE@example.test");
        await page.SubmitAsync("form:has(#erase-typed)");
        page.EventuallySays("Say why, in at least 5 characters.");
        await page.ChangeAsync("#erase-reason", "Letter of 12 August");
        await page.InputAsync("#erase-typed", "jane");
        await page.SubmitAsync("form:has(#erase-typed)");
        page.EventuallySays("Type the first name once more, exactly as it stands above");
        await page.InputAsync("#erase-typed", "JANE@example.test");
        await page.SubmitAsync("form:has(#erase-typed)");
        page.Eventually(() => Assert.EndsWith("/privacy/erasures/ers_1", _pages.Address.Uri, StringComparison.Ordinal));

        var receipt = _pages.Show<ReceiptPage>(set => set.Add(one => one.PublicErasureId, "ers_1"));
        receipt.EventuallySays("Receipt of an erasure");
        Assert.Equal("1", receipt.Find("[data-place=deliveries]").Words());
        Assert.Contains("Overwritten in the database file", receipt.Words(), StringComparison.Ordinal);
        Assert.DoesNotContain("jane", receipt.Words(), StringComparison.Ordinal);
        var list = _pages.Open<PrivacyPage>("/privacy");
        list.EventuallySays("ers_1");
        list.EventuallySays("Done");
        Assert.Null(_pages.Get<PersonalFilters>().Find(hers));
        Assert.NotNull(_pages.Get<PersonalFilters>().Find(others));
        Assert.Equal("m-2", (await _pages.FindAsync("m-2")).MessageId);
    }

    [Fact(Timeout = 60_000)]
    public async Task Many_tasks_say_how_many_are_shown_and_closed_ones_are_turned_page_by_page()
    {
        await _pages.App.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            context.PrivacyTasks.AddRange(Enumerable.Range(1, PrivacyTasks.Most + 2).Select(n => new PrivacyTask { DeliveryId = n, ConnectionId = _pages.Sandbox.Id, DueAt = DateTimeOffset.UnixEpoch.AddDays(n) }));
            context.PrivacyTasks.AddRange(Enumerable.Range(1, 21).Select(n => new PrivacyTask { DeliveryId = 1_000 + n, ConnectionId = _pages.Sandbox.Id, ClosedAt = DateTimeOffset.UnixEpoch.AddDays(n), ClosedBy = "Ada", Note = $"Note {n}." }));
            context.SaveChanges();
        });

        var page = _pages.Open<PrivacyPage>("/privacy");
        page.EventuallySays("500 of 502, the most urgent first.");
        Assert.Contains("Note 21.", page.Words(), StringComparison.Ordinal);
        Assert.DoesNotContain("Note 1.", page.Words(), StringComparison.Ordinal);
        await page.PressAsync("Older");
        page.EventuallySays("Note 1.");
        Assert.DoesNotContain("Note 21.", page.Words(), StringComparison.Ordinal);
        await page.PressAsync("Newer");
        page.EventuallySays("Note 21.");
        Assert.DoesNotContain(page.FindAll("button"), button => button.Words() == "Newer");
    }

    [Fact(Timeout = 60_000)]
    public async Task One_that_was_given_up_says_why_and_leads_to_another()
    {
        await _pages.App.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            context.Erasures.Add(new CustomerErasure { State = ErasureState.GivenUp, AskedBy = "Ada", Reason = "Her wish", Names = "user id #1a2b", EndedAt = DateTimeOffset.UnixEpoch, Fault = "The names cannot be opened." });
            context.SaveChanges();
        });

        var page = _pages.Open<ReceiptPage>("/privacy/erasures/ers_1", set => set.Add(one => one.PublicErasureId, "ers_1"));

        page.EventuallySays("Given up");
        page.EventuallySays("The names cannot be opened.");
        Assert.DoesNotContain("It goes on by itself", page.Words(), StringComparison.Ordinal);
        page.Eventually(() => Assert.Equal("/privacy/erase", page.FindAll("a").Single(link => link.Words() == "Erase a customer…").GetAttribute("href")));
    }

    [Fact(Timeout = 60_000)]
    public void An_erasure_that_does_not_exist_says_so()
    {
        var page = _pages.Open<ReceiptPage>("/privacy/erasures/ers_zz", set => set.Add(one => one.PublicErasureId, "ers_zz"));

        page.EventuallySays("There is no such erasure");
    }

    [Fact(Timeout = 60_000)]
    public async Task From_a_task_the_customer_is_looked_for_at_once()
    {
        await _pages.SendAsync(""" "userId":"jane-4711","event":"One" """, "m-1");
        await _pages.SendAsync(""" "type":"delete","userId":"jane-4711" """, "m-2", settled: false);

        var page = _pages.Open<ErasePage>("/privacy/erase?task=ptk_1");

        page.Eventually(() => Assert.Equal("2", page.Find("[data-testid=deliveries]").Words()));
        page.EventuallySays("asked for by ptk_1");
        page.EventuallySays($"Type jane-4711 to confirm");
    }
}
