using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Console.Shared;
using Richpanel.Console.SignIn;
using Richpanel.Core.Access;
using Richpanel.Core.People;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.SignIn;

/// <summary>What ends a session while its page stands open, on a clock that only the test moves.</summary>
public sealed class LiveSessionTests : IAsyncLifetime
{
    /// <summary>What was promised.</summary>
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(5);

    private readonly ConsoleUnderTest _console = Somebody.Console();
    private readonly FakeTimeProvider _time = new();
    private readonly TaskCompletionSource<ClaimsPrincipal> _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EndedSessions _ended = null!;
    private Sessions _sessions = null!;
    private ClaimsPrincipal _session = null!;
    private LiveSession _circuit = null!;
    private Person _vera = null!;

    public async ValueTask InitializeAsync()
    {
        await _console.AdminAsync();
        _vera = await _console.JoinedAsync("vera@example.test", Role.Support);
        _ended = new EndedSessions(_time);
        _sessions = new Sessions(_console.Known(), _ended);
        _circuit = new LiveSession(_console.Known(), _sessions, _ended, _time);
        _session = new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim(ClaimTypes.NameIdentifier, _vera.Id.ToString(CultureInfo.InvariantCulture)), new Claim(PeopleDirectory.StampClaim, _vera.SecurityStamp!)], "cookie"));
        EndedSessions.Name(_session, _time.GetUtcNow());
        _circuit.SetAuthenticationState(Task.FromResult(new AuthenticationState(_session)));
        _circuit.AuthenticationStateChanged += async state => _left.TrySetResult((await state).User);
    }

    public static TheoryData<string> Ends => ["disabled", "role", "link", "sign-out"];

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Ends))]
    public async Task A_click_is_refused_the_moment_the_session_ends(string end)
    {
        var viewer = new Viewer(_circuit, _sessions, NullLogger<Viewer>.Instance);
        Assert.Equal(Role.Support, (await viewer.ActorAsync()).Role);

        await EndAsync(end);

        await Assert.ThrowsAsync<SessionEndedException>(viewer.ActorAsync);
    }

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Ends))]
    public async Task A_page_that_nobody_touches_leaves_within_five_seconds(string end)
    {
        await EndAsync(end);
        Assert.False(_left.Task.IsCompleted);

        _time.Advance(s_soon);

        Assert.False((await _left.Task).Identity!.IsAuthenticated);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_page_that_nobody_touches_leaves_when_its_session_is_too_old()
    {
        _time.Advance(EndedSessions.Longest - TimeSpan.FromMinutes(1));
        Assert.Same(_session, (await _circuit.GetAuthenticationStateAsync()).User);

        _time.Advance(TimeSpan.FromMinutes(1));   // it looks once a minute
        _time.Advance(s_soon);

        Assert.False((await _left.Task).Identity!.IsAuthenticated);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_change_of_somebody_else_ends_nothing()
    {
        var other = await _console.JoinedAsync("otto@example.test", Role.Support);
        Somebody.Done(await _console.Store().DisableAsync(Actor.System, other.Id));

        _time.Advance(s_soon);

        Assert.Same(_session, (await _circuit.GetAuthenticationStateAsync()).User);
    }

    public async ValueTask DisposeAsync()
    {
        _circuit.Dispose();
        await _console.DisposeAsync();
    }

    private async Task EndAsync(string end)
    {
        switch (end)
        {
            case "disabled":
                Somebody.Done(await _console.Store().DisableAsync(Actor.System, _vera.Id));
                break;
            case "role":
                Somebody.Done(await _console.Store().SetRoleAsync(Actor.System, _vera.Id, Role.Viewer));
                break;
            case "link":
                Assert.NotNull((await _console.Store().MakeLinkAsync(Actor.System, _vera.Id)).Code);
                break;
            default:
                _ended.End(_session);
                break;
        }
    }
}
