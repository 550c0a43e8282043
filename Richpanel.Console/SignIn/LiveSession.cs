using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Richpanel.Console.Shared;
using Richpanel.Core.People;

namespace Richpanel.Console.SignIn;

/// <summary>
/// The session of an open page. It ends the moment the person is disabled, gets another password or role, or signs out in another tab, not at the next
/// request: there may never be one.
/// </summary>
internal sealed class LiveSession : ServerAuthenticationStateProvider, IDisposable
{
    /// <summary>
    /// Every click is refused at once; the page itself waits this long to leave, because whoever changed the own password in another
    /// tab has the session's new cookie only with that tab's answer.
    /// </summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    /// <summary>A page that nobody touches ends by its age within this.</summary>
    private static readonly TimeSpan s_everySoOften = TimeSpan.FromMinutes(1);

    private readonly PeopleDirectory _people;
    private readonly Sessions _sessions;
    private readonly EndedSessions _ended;
    private readonly TimeProvider _time;
    private readonly ITimer _byAge;

    public LiveSession(PeopleDirectory people, Sessions sessions, EndedSessions ended, TimeProvider time)
    {
        (_people, _sessions, _ended, _time) = (people, sessions, ended, time);
        _ended.Changed += Look;
        _people.Changed += Look;
        _byAge = time.CreateTimer(_ => Look(), null, s_everySoOften, s_everySoOften);
    }

    public void Dispose()
    {
        _people.Changed -= Look;
        _ended.Changed -= Look;
        _byAge.Dispose();
    }

    private void Look() => _ = LookAsync();

    private async Task LookAsync()
    {
        try
        {
            if ((await GetAuthenticationStateAsync()).User is { Identity.IsAuthenticated: true } user && _sessions.ActorOf(user) is null)
            {
                await Task.Delay(s_patience, _time);
                SetAuthenticationState(Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity()))));
            }
        }
        catch (InvalidOperationException)
        {
            // No state was ever set: a page that stands without a session.
        }
    }
}
