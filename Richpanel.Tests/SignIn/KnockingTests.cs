using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Console.SignIn;
using Richpanel.Core.ChangeLog;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.SignIn;

/// <summary>Many networks knock at once: the change log, which never forgets, and the memory stay as small as before.</summary>
public sealed class KnockingTests : IAsyncLifetime
{
    private readonly Networks _networks = new();
    private readonly ConsoleUnderTest _console;

    public KnockingTests() => _console = new ConsoleUnderTest(
        new() { ["environment"] = "Production", ["Sandbox:Port"] = "0" }, services => services.AddSingleton<IStartupFilter>(_networks));

    [Fact]
    public async Task A_guess_at_nobody_is_no_line_once_many_networks_have_knocked_in_this_minute()
    {
        await _console.AdminAsync();
        await KnockAsync();
        using var visitor = new Visitor(_console);

        Assert.Contains("E-mail or password is wrong", (await visitor.SignInAsync("nobody@example.test", "wrong")).Text, StringComparison.Ordinal);

        Assert.Equal((200, 0), (await CountAsync(ChangeCatalog.LinkRefused), await CountAsync(ChangeCatalog.SignInFailed)));
        Assert.Contains("at the door is not a line of the change log", _console.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nor_is_a_guess_at_the_setup_code()
    {
        await KnockAsync();
        using var visitor = new Visitor(_console);

        var refused = await visitor.SendAsync(
            "/set-up", "set-up", ("Input.Code", "x"), ("Input.Name", "Eve"), ("Input.Email", "eve@example.test"), ("Input.Password", Somebody.Password));

        Assert.Contains("This code is wrong", refused.Text, StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync(ChangeCatalog.SetupRefused));
    }

    [Fact]
    public async Task A_wrong_password_of_somebody_known_is_a_line_however_many_knock()
    {
        await _console.AdminAsync();
        await KnockAsync();
        using var visitor = new Visitor(_console);
        await visitor.SignInAsync("ada@example.test", "not the password");

        Assert.Equal(1, await CountAsync(ChangeCatalog.SignInFailed));
    }

    [Fact]
    public async Task Whoever_comes_when_as_many_wait_as_may_is_told_to_wait_with_429()
    {
        await _console.AdminAsync();
        var tries = _console.Services.GetRequiredService<TryQueue>();
        var gate = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = Enumerable.Range(0, TryQueue.Most).Select(_ => tries.RunAsync("ada@example.test", () => gate.Task, false)).ToList();
        using var visitor = new Visitor(_console);

        var refused = await visitor.SignInAsync("ada@example.test", Somebody.Password);
        gate.SetResult(true);
        await Task.WhenAll(waiting);
        var taken = await visitor.SignInAsync("ada@example.test", Somebody.Password);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.Contains(TryQueue.TooMany, refused.Text, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromMinutes(1), refused.RetryAfter);
        Assert.All(waiting, one => Assert.True(one.IsCompletedSuccessfully));
        Assert.Equal("/", taken.To);
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    /// <summary>More than may be lines in a minute, each from a network of its own.</summary>
    private async Task KnockAsync()
    {
        var door = _console.Services.GetRequiredService<DoorLog>();
        await Task.WhenAll(Enumerable.Range(0, 220).Select(network => door.WriteAsync(_networks.Http(network), new Change(ChangeCatalog.LinkRefused))));
    }

    private async Task<int> CountAsync(ChangeAction action) => (await _console.ChangesAsync()).Count(code => code == action.Code);
}
