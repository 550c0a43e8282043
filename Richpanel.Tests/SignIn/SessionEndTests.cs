using System.Net;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.People;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.SignIn;

/// <summary>What ends a session, at the very next request.</summary>
public sealed class SessionEndTests : IAsyncLifetime
{
    private readonly ConsoleUnderTest _console = Somebody.Console();
    private Visitor _vera = null!;
    private Person _person = null!;

    public async ValueTask InitializeAsync()
    {
        _vera = new Visitor(_console);
        await _console.AdminAsync();
        _person = await _console.JoinedAsync("vera@example.test", Role.Support);
        await _vera.SignInAsync("vera@example.test", Somebody.Password);
        Assert.True(await _vera.IsInAsync());
    }

    [Fact]
    public async Task A_disabled_person_is_out_and_stays_out_and_enabling_does_not_wake_the_old_session()
    {
        Somebody.Done(await _console.Store().DisableAsync(Actor.System, _person.Id, "left the company"));
        Assert.Equal("/sign-in?to=%2Flab", (await _vera.GetAsync("/lab")).To);
        await _vera.SignInAsync("vera@example.test", Somebody.Password);
        Assert.False(await _vera.IsInAsync());

        Somebody.Done(await _console.Store().EnableAsync(Actor.System, _person.Id));
        Assert.False(await _vera.IsInAsync());
        await _vera.SignInAsync("vera@example.test", Somebody.Password);
        Assert.True(await _vera.IsInAsync());
    }

    [Fact]
    public async Task Another_role_ends_the_sessions_of_the_old_one()
    {
        Somebody.Done(await _console.Store().SetRoleAsync(Actor.System, _person.Id, Role.Viewer));

        Assert.False(await _vera.IsInAsync());
    }

    [Fact]
    public async Task The_same_role_again_ends_nothing()
    {
        Somebody.Done(await _console.Store().SetRoleAsync(Actor.System, _person.Id, Role.Support));

        Assert.True(await _vera.IsInAsync());
    }

    [Fact]
    public async Task A_link_for_a_new_password_ends_the_sessions()
    {
        Assert.NotNull((await _console.Store().MakeLinkAsync(Actor.System, _person.Id)).Code);

        Assert.False(await _vera.IsInAsync());
    }

    [Fact]
    public async Task The_own_new_password_ends_the_other_sessions_and_this_one_goes_on()
    {
        using var telephone = new Visitor(_console);
        await telephone.SignInAsync("vera@example.test", Somebody.Password);

        var changed = await _vera.SendAsync("/account", "password", ("Password.Current", Somebody.Password), ("Password.Next", "another long password"), ("Password.Again", "another long password"));

        Assert.Equal("/account?done=password", changed.To);
        Assert.True(await _vera.IsInAsync());
        Assert.False(await telephone.IsInAsync());
        await telephone.SignInAsync("vera@example.test", "another long password");
        Assert.True(await telephone.IsInAsync());
    }

    [Fact]
    public async Task A_wrong_current_password_changes_nothing_and_says_so()
    {
        var refused = await _vera.SendAsync("/account", "password", ("Password.Current", "not the password"), ("Password.Next", "another long password"), ("Password.Again", "another long password"));

        Assert.Contains("The current password is wrong.", refused.Text, StringComparison.Ordinal);
        Assert.True(await _vera.IsInAsync());
    }

    [Fact]
    public async Task The_own_name_is_changed_without_ending_anything()
    {
        Assert.Equal("/account?done=name", (await _vera.SendAsync("/account", "name", ("Name.Name", "  Vera Voss "))).To);
        Assert.Contains("Give a name", (await _vera.SendAsync("/account", "name", ("Name.Name", " "))).Text, StringComparison.Ordinal);

        Assert.Equal("Vera Voss", _console.Known().Find(_person.Id)!.Name);
        Assert.True(await _vera.IsInAsync());
        Assert.Contains(ChangeCatalog.PersonRenamed.Code, await _console.ChangesAsync());
    }

    [Fact]
    public async Task A_page_that_the_role_may_not_see_leads_to_one_that_says_so()
    {
        Assert.Equal("/no-right?to=%2Fpeople", (await _vera.GetAsync("/people")).To);
        Assert.Equal(HttpStatusCode.OK, (await _vera.GetAsync("/no-right?to=%2Fpeople")).Status);
    }

    [Fact]
    public async Task Whoever_is_signed_in_already_is_led_on_from_the_sign_in() =>
        Assert.Equal("/lab", (await _vera.GetAsync("/sign-in?to=%2Flab")).To);

    public async ValueTask DisposeAsync()
    {
        _vera.Dispose();
        await _console.DisposeAsync();
    }
}
