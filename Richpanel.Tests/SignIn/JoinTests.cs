using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.People;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.SignIn;

/// <summary>One-time links, for an invitation and for a forgotten password.</summary>
public sealed class JoinTests : IAsyncLifetime
{
    private readonly ConsoleUnderTest _console = Somebody.Console();
    private Visitor _visitor = null!;
    private Person _person = null!;
    private string _code = "";

    public async ValueTask InitializeAsync()
    {
        _visitor = new Visitor(_console);
        await _console.AdminAsync();
        var (outcome, code) = await _console.Store().InviteAsync(Actor.System, "o'brien+shop@example.test", "Ivy O'Brien", Role.Support);
        (_person, _code) = (Somebody.Done(outcome), code!);
    }

    [Fact]
    public async Task An_invited_person_chooses_a_password_and_signs_in()
    {
        Assert.Contains("Welcome, Ivy O'Brien", (await _visitor.GetAsync(Somebody.Link(_person, _code))).Text, StringComparison.Ordinal);

        Assert.Equal("/sign-in?set=true", (await JoinAsync()).To);

        Assert.Equal("/", (await _visitor.SignInAsync("o'brien+shop@example.test", Somebody.Password)).To);
        Assert.Contains(ChangeCatalog.InvitationAccepted.Code, await _console.ChangesAsync());
    }

    [Fact]
    public async Task A_link_works_once()
    {
        await JoinAsync();

        Assert.Contains("This link does not work", (await _visitor.GetAsync(Somebody.Link(_person, _code))).Text, StringComparison.Ordinal);
        Assert.False((await _console.Store().AcceptLinkAsync(null, _person.Id, _code, "another long password")).Done);
    }

    [Fact]
    public async Task A_used_link_that_is_tried_again_is_written_down_with_whose_it_was()
    {
        await JoinAsync();

        await _visitor.GetAsync(Somebody.Link(_person, _code));
        await _console.Store().AcceptLinkAsync("203.0.113.9", _person.Id, _code, "another long password");

        await using var context = _console.Read();
        var lines = await context.ChangeLog.Where(line => line.Action == ChangeCatalog.LinkRefused.Code).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, lines.Count);
        Assert.All(lines, line => Assert.Equal((ActorKind.Nobody, "per_2", "Ivy O'Brien"), (line.ActorKind, line.ObjectId, line.ObjectName)));
    }

    [Fact]
    public async Task A_link_to_nobody_names_nobody_and_knocking_does_not_fill_the_log()
    {
        for (var knock = 0; knock < 30; knock++)
        {
            Assert.Contains("This link does not work", (await _visitor.GetAsync($"/join/per_{knock}?code=x")).Text, StringComparison.Ordinal);
        }

        Assert.Equal(20, (await _console.ChangesAsync()).Count(action => action == ChangeCatalog.LinkRefused.Code));
        Assert.Contains("at the door is not a line of the change log", _console.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_late_link_does_not_work_and_says_so()
    {
        await _console.Writer.WriteAsync(session => session.Execute("""UPDATE "People" SET "InvitedUntil"=1 WHERE "InvitedUntil" IS NOT NULL"""));
        await _console.Known().ReloadAsync(TestContext.Current.CancellationToken);

        Assert.Contains("Ask an admin for a new one", (await _visitor.GetAsync(Somebody.Link(_person, _code))).Text, StringComparison.Ordinal);
        Assert.False((await _console.Store().AcceptLinkAsync(null, _person.Id, _code, Somebody.Password)).Done);
    }

    [Fact]
    public async Task A_link_that_was_changed_or_is_for_somebody_else_does_not_work()
    {
        var admin = _console.Known().People.Single(one => one.Role == Role.Admin);

        foreach (var address in new[] { Somebody.Link(_person, _code[..^4] + "AAAA"), Somebody.Link(_person, "x"), Somebody.Link(admin, _code), "/join/per_zzzz?code=x", "/join/nonsense" })
        {
            Assert.Contains("This link does not work", (await _visitor.GetAsync(address)).Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_newer_link_stops_the_older_one()
    {
        var (_, newer) = await _console.Store().MakeLinkAsync(Actor.System, _person.Id);

        Assert.Contains("This link does not work", (await _visitor.GetAsync(Somebody.Link(_person, _code))).Text, StringComparison.Ordinal);
        Assert.Contains("Welcome", (await _visitor.GetAsync(Somebody.Link(_person, newer!))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_withdrawn_invitation_does_not_work()
    {
        Somebody.Done(await _console.Store().DisableAsync(Actor.System, _person.Id));

        Assert.Contains("This link does not work", (await _visitor.GetAsync(Somebody.Link(_person, _code))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_weak_password_or_two_that_differ_are_refused_and_the_link_goes_on_working()
    {
        Assert.Contains("not the same", (await JoinAsync(again: "something else")).Text, StringComparison.Ordinal);
        Assert.Contains("too short", (await JoinAsync("short", "short")).Text, StringComparison.Ordinal);

        Assert.Equal("/sign-in?set=true", (await JoinAsync()).To);
    }

    [Fact]
    public async Task A_link_lets_in_again_whoever_was_locked_out()
    {
        await JoinAsync();
        for (var guess = 0; guess < 6; guess++)
        {
            await _visitor.SignInAsync("o'brien+shop@example.test", "not the password");
        }

        var (_, code) = await _console.Store().MakeLinkAsync(Actor.System, _person.Id);
        _code = code!;
        await JoinAsync("a new long password", "a new long password");

        Assert.Equal("/", (await _visitor.SignInAsync("o'brien+shop@example.test", "a new long password")).To);
    }

    [Fact]
    public async Task A_password_that_another_site_sends_for_a_link_is_refused()
    {
        var refused = await _visitor.PostAsync(Somebody.Link(_person, _code), ("_handler", "join"), ("Input.Password", Somebody.Password), ("Input.Again", Somebody.Password));

        Assert.Equal(System.Net.HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal("/sign-in?set=true", (await JoinAsync()).To);   // the same with the page's own token
    }

    public async ValueTask DisposeAsync()
    {
        _visitor.Dispose();
        await _console.DisposeAsync();
    }

    private Task<Answer> JoinAsync(string password = Somebody.Password, string again = Somebody.Password) =>
        _visitor.SendAsync(Somebody.Link(_person, _code), "join", ("Input.Password", password), ("Input.Again", again));
}
