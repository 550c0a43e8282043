using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.SignIn;

/// <summary>The own password, asked for again by the page of one's own account: a session that was left open is no place to guess at it.</summary>
public sealed class OwnPasswordTests : IAsyncLifetime
{
    private readonly ConsoleUnderTest _console = Somebody.Console();
    private Visitor _visitor = null!;

    public async ValueTask InitializeAsync()
    {
        _visitor = new Visitor(_console);
        await _console.AdminAsync();
        await _visitor.SignInAsync("ada@example.test", Somebody.Password);
    }

    [Fact]
    public async Task A_wrong_one_is_told_counted_and_written_down_by_whom()
    {
        Assert.Contains("The current password is wrong.", (await ChangeAsync("not the password")).Text, StringComparison.Ordinal);

        Assert.Equal(1, Assert.Single(_console.Known().People).AccessFailedCount);
        await using var context = _console.Read();
        var line = await context.ChangeLog.SingleAsync(line => line.Action == ChangeCatalog.OwnPasswordWrong.Code, TestContext.Current.CancellationToken);
        Assert.Equal((ActorKind.Person, "Ada Admin", "per_1"), (line.ActorKind, line.ActorName, line.ObjectId));
    }

    [Fact]
    public async Task Six_wrong_ones_lock_the_account_here_and_at_the_sign_in()
    {
        for (var guess = 0; guess < 5; guess++)
        {
            await ChangeAsync("not the password");
        }

        Assert.Contains("Too many wrong passwords. Wait 15 minutes", (await ChangeAsync("not the password")).Text, StringComparison.Ordinal);
        Assert.Contains("Too many wrong passwords. Wait 15 minutes", (await ChangeAsync(Somebody.Password)).Text, StringComparison.Ordinal);

        using var other = new Visitor(_console);
        Assert.Contains("E-mail or password is wrong", (await other.SignInAsync("ada@example.test", Somebody.Password)).Text, StringComparison.Ordinal);
        var changes = await _console.ChangesAsync();
        Assert.Equal(5, changes.Count(action => action == ChangeCatalog.OwnPasswordWrong.Code));
        Assert.Contains(ChangeCatalog.LockedOut.Code, changes);
        Assert.DoesNotContain(ChangeCatalog.PasswordChanged.Code, changes);
    }

    [Fact]
    public async Task Tries_at_the_sign_in_and_here_are_counted_together_and_the_right_one_ends_the_count()
    {
        using var other = new Visitor(_console);
        for (var guess = 0; guess < 3; guess++)
        {
            await other.SignInAsync("ada@example.test", "not the password");
        }

        await ChangeAsync("not the password");
        Assert.Equal(4, Assert.Single(_console.Known().People).AccessFailedCount);

        Assert.Equal("/account?done=password", (await ChangeAsync(Somebody.Password)).To);
        Assert.Equal(0, Assert.Single(_console.Known().People).AccessFailedCount);
        Assert.True(await _visitor.IsInAsync());
    }

    public async ValueTask DisposeAsync()
    {
        _visitor.Dispose();
        await _console.DisposeAsync();
    }

    private Task<Answer> ChangeAsync(string current) => _visitor.SendAsync(
        "/account", "password", ("Password.Current", current), ("Password.Next", "a new long password"), ("Password.Again", "a new long password"));
}
