using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Richpanel.Console.Shared;
using Richpanel.Core.People;

namespace Richpanel.Console.SignIn;

/// <summary>
/// The session of an open page. It ends the moment the person is disabled or gets another password or role, not at the next
/// request: there may never be one.
/// </summary>
internal sealed class LiveSession : ServerAuthenticationStateProvider, IDisposable
{
    private readonly PeopleDirectory _people;
    private readonly Sessions _sessions;

    public LiveSession(PeopleDirectory people, Sessions sessions)
    {
        (_people, _sessions) = (people, sessions);
        _people.Changed += Look;
    }

    public void Dispose() => _people.Changed -= Look;

    private void Look() => _ = LookAsync();

    private async Task LookAsync()
    {
        try
        {
            if ((await GetAuthenticationStateAsync()).User is { Identity.IsAuthenticated: true } user && _sessions.ActorOf(user) is null)
            {
                SetAuthenticationState(Task.FromResult(new AuthenticationState(new ClaimsPrincipal(new ClaimsIdentity()))));
            }
        }
        catch (InvalidOperationException)
        {
            // No state was ever set: a page that stands without a session.
        }
    }
}
