using Bunit;
using Microsoft.EntityFrameworkCore;
using Richpanel.Console.Deliveries;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Deliveries;

namespace Richpanel.Tests.Pages;

/// <summary>Pages of roles who may not see personal data: the whole markup counts, titles, labels and what the copy buttons hold included.</summary>
public sealed class MaskedPagesTests : IAsyncLifetime
{
    private const string Call =
        """ "userId":"jane.miller@example.com","event":"Mail to jane.miller@example.com","properties":{"order_id":"A-1","note":"for Jane Miller","phone":"+49 151 2345678"},"context":{"traits":{"email":"jane.miller@example.com"}} """;

    private static readonly string[] s_planted = ["jane", "Miller", "2345678"];

    private readonly PagesUnderTest _pages = new();

    [Theory(Timeout = 60_000)]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Support)]
    public async Task The_page_of_a_delivery_shows_no_personal_data_anywhere_in_its_markup(Role role)
    {
        _pages.Role = role;

        var page = Open(await _pages.SendAsync(Call, "m-1"));

        page.EventuallySays("The sandbox accepted it on the first try.");
        Assert.Contains("••• text of 15 characters", page.Find("[data-json=source]").Words(), StringComparison.Ordinal);
        Assert.Contains("j•••@e•••.com", page.Find(".facts").Words(), StringComparison.Ordinal);
        HidesPerson(page.Markup);
        HidesPerson(Copied(page));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(Role.Viewer)]
    [InlineData(Role.Support)]
    public async Task The_list_shows_no_personal_data(Role role)
    {
        _pages.Role = role;
        await _pages.SendAsync(Call, "m-1");

        var page = _pages.Open<DeliveriesPage>("/deliveries");

        page.EventuallySays("j•••@e•••.com");
        HidesPerson(page.Markup);
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_may_see_personal_data_sees_it_and_is_asked_for_nothing()
    {
        _pages.Role = Role.Qa;

        var page = Open(await _pages.SendAsync(Call, "m-1"));

        page.EventuallySays("for Jane Miller");
        Assert.Empty(page.FindAll("#unmask-title"));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_viewer_finds_the_button_off_and_reads_why()
    {
        _pages.Role = Role.Viewer;

        var page = Open(await _pages.SendAsync(Call, "m-1"));

        page.EventuallySays("Personal data is hidden");
        var fieldset = page.Find("[aria-labelledby=unmask-title] fieldset");
        Assert.True(fieldset.HasAttribute("disabled"));
        Assert.Contains("It needs support: who may see one delivery's personal data after giving a reason", fieldset.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Support_gives_a_reason_sees_this_delivery_and_hides_it_again()
    {
        _pages.Role = Role.Support;
        var row = await _pages.SendAsync(Call, "m-1");
        var page = Open(row);
        page.EventuallySays("Personal data is hidden");

        await page.ChangeAsync("#unmask-reason", "no");
        await page.SubmitAsync("form.unmask");
        page.EventuallySays("in at least 5 characters");
        HidesPerson(page.Markup);
        Assert.Empty(await LinesAsync());

        await page.ChangeAsync("#unmask-reason", "Ticket 4711");
        await page.SubmitAsync("form.unmask");
        page.EventuallySays("Personal data is shown");
        Assert.Contains("for Jane Miller", page.Find("[data-json=source]").Words(), StringComparison.Ordinal);
        Assert.Equal("Mail to jane.miller@example.com", page.Find("h1").Words());
        var line = Assert.Single(await LinesAsync());
        Assert.Equal((PublicId.Delivery(row.Id), "Ticket 4711"), (line.ObjectId, line.Reason));
        Assert.DoesNotContain("jane", line.ObjectName, StringComparison.OrdinalIgnoreCase);

        await page.PressAsync("Hide it again");
        page.EventuallySays("Personal data is hidden");
        HidesPerson(page.Markup);
    }

    [Fact(Timeout = 60_000)]
    public async Task What_was_shown_is_hidden_on_the_next_page_and_once_the_role_is_gone()
    {
        _pages.Role = Role.Support;
        var row = await _pages.SendAsync(Call, "m-1");
        var page = Open(row);
        page.EventuallySays("Personal data is hidden");
        await page.ChangeAsync("#unmask-reason", "Ticket 4711");
        await page.SubmitAsync("form.unmask");
        page.EventuallySays("for Jane Miller");

        _pages.Role = Role.Viewer;
        _pages.Get<ChangeFeed>().Raise();
        page.EventuallySays("Personal data is hidden");
        HidesPerson(page.Markup);

        _pages.Role = Role.Support;
        HidesPerson(OpenedAgain(row).Markup);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_address_with_somebody_else_s_search_does_not_say_whom_they_searched()
    {
        await _pages.SendAsync(Call, "m-1");
        var who = _pages.Get<Richpanel.Console.Shared.PersonalFilters>().Keep(new("email:jane.miller@example.com", "Person:77"));
        _pages.Role = Role.Support;

        var page = _pages.Open<DeliveriesPage>($"/deliveries?who={who}");

        page.EventuallySays("is somebody else's");
        HidesPerson(page.Markup);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    private static void HidesPerson(string text) => Assert.All(s_planted, planted => Assert.DoesNotContain(planted, text, StringComparison.OrdinalIgnoreCase));

    /// <summary>Everything the copy buttons would put on the clipboard.</summary>
    private static string Copied(IRenderedComponent<DeliveryDetailPage> page) =>
        string.Join('\n', page.FindComponents<Richpanel.Console.Shared.CopyButton>().Select(button => button.Instance.Text));

    private IRenderedComponent<DeliveryDetailPage> OpenedAgain(DeliveryRow row)
    {
        var page = Open(row);
        page.EventuallySays("Personal data is hidden");
        return page;
    }

    private IRenderedComponent<DeliveryDetailPage> Open(DeliveryRow row)
    {
        var id = PublicId.Delivery(row.Id);
        return _pages.Open<DeliveryDetailPage>($"/deliveries/{id}", set => set.Add(p => p.PublicDeliveryId, id));
    }

    private async Task<List<ChangeEntry>> LinesAsync()
    {
        await using var context = _pages.App.Read();
        return await context.ChangeLog.Where(line => line.Action == ChangeCatalog.DeliveryUnmasked.Code).ToListAsync(Xunit.TestContext.Current.CancellationToken);
    }
}
