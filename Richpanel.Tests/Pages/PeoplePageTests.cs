using Bunit;
using Richpanel.Console.People;
using Richpanel.Core.Access;
using Richpanel.Core.People;
using Richpanel.Tests.SignIn;

namespace Richpanel.Tests.Pages;

/// <summary>People as the local admin of a Development machine sees them.</summary>
public sealed class PeoplePageTests : IAsyncDisposable
{
    private readonly PagesUnderTest _pages = new();

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task Where_nobody_has_an_account_the_page_says_so_and_offers_the_first_admin()
    {
        var page = _pages.Open<PeoplePage>("/people");

        Assert.Contains("Nobody has an account yet", page.Words(), StringComparison.Ordinal);
        await page.PressAsync("Invite the first admin");
        Assert.Equal("Admin", page.Find("#invite-role").GetAttribute("value"));
    }

    [Fact(Timeout = 60_000)]
    public async Task An_invitation_shows_its_link_once()
    {
        var page = _pages.Open<PeoplePage>("/people");
        await page.PressAsync("Invite the first admin");
        await page.ChangeAsync("#invite-name", "Ada Admin");
        await page.ChangeAsync("#invite-email", "ada@example.test");

        await page.SubmitAsync();

        page.EventuallySays("Link for Ada Admin");
        Assert.Contains("/join/per_1?code=", page.Find("[data-testid=one-time-link]").TextContent, StringComparison.Ordinal);
        await page.PressAsync("I have copied it");
        Assert.Empty(page.FindAll("[data-testid=one-time-link]"));
        Assert.Contains("Ada Admin ada@example.test admin Invited until", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_invitation_that_cannot_be_says_why()
    {
        var page = _pages.Open<PeoplePage>("/people");
        await page.PressAsync("Invite the first admin");

        await page.SubmitAsync();

        page.EventuallySays("Give a name of at most 100 characters.");
    }

    [Fact(Timeout = 60_000)]
    public async Task The_last_admin_cannot_be_demoted_or_disabled_and_the_page_says_why_before()
    {
        await _pages.App.AdminAsync();
        var page = _pages.Open<PeoplePage>("/people");

        await page.ClickAsync("button[aria-label='Change Ada Admin']");

        Assert.True(page.Find("#per_1-role").HasAttribute("disabled"));
        Assert.True(page.Button("Disable").HasAttribute("disabled"));
        Assert.Contains("This is the last admin who can sign in.", page.Find("#per_1-role-why").Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_role_is_changed_and_a_person_disabled_and_enabled()
    {
        await _pages.App.AdminAsync();
        var vera = await _pages.App.JoinedAsync("vera@example.test", Role.Viewer);
        var page = _pages.Open<PeoplePage>("/people");
        await page.ClickAsync("button[aria-label='Change vera']");

        await page.ChangeAsync($"#per_2-role", "Qa");
        await page.SubmitAsync(".person form");
        page.EventuallySays("vera is qa now.");

        await page.ChangeAsync("#per_2-reason", "on leave");
        await page.PressAsync("Disable");
        Assert.Contains("Disable vera and end every session?", page.Words(), StringComparison.Ordinal);
        await page.ClickAsync(".confirm button");
        page.EventuallySays("vera is disabled.");
        Assert.NotNull(_pages.App.Known().Find(vera.Id)!.DisabledAt);

        await page.PressAsync("Enable");
        page.EventuallySays("vera may sign in again.");
    }

    [Fact]
    public void Each_state_has_its_word()
    {
        var now = DateTimeOffset.UnixEpoch.AddDays(1);
        Person A(Action<Person> set)
        {
            var person = new Person { Name = "A", Role = Role.Viewer };
            set(person);
            return person;
        }

        Assert.Equal(
            ["Active", "Invited", "Invitation ran out", "Locked out", "Active", "Disabled"],
            new[]
            {
                A(_ => { }), A(one => one.InvitedUntil = now.AddHours(1)), A(one => one.InvitedUntil = now), A(one => one.LockoutEnd = now.AddMinutes(1)),
                A(one => one.LockoutEnd = now), A(one => (one.DisabledAt, one.InvitedUntil) = (now, now)),
            }.Select(person => PersonState.Of(person, now).Word));
    }
}
