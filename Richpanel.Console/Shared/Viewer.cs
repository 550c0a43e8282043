using System.Security.Cryptography;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.JSInterop;
using Richpanel.Core.Access;
using Richpanel.Core.Privacy;

namespace Richpanel.Console.Shared;

/// <summary>Who looks at this circuit. Asked at every click: the session may have ended since the page was opened.</summary>
public sealed class Viewer(AuthenticationStateProvider state, Sessions sessions, ILogger<Viewer> log)
{
    /// <exception cref="SessionEndedException">Nobody is signed in any more.</exception>
    public async Task<Actor> ActorAsync() => await FindAsync() ?? throw new SessionEndedException();

    /// <summary>
    /// Does it in the name of whoever looks. Gives back why it was refused or failed, to be said where it was asked for; null when it was
    /// done. A button that is off comes before; this is for whoever lost the right while the page was open, and for a database that
    /// does not answer: neither takes away the page and what is typed in it.
    /// </summary>
    /// <exception cref="SessionEndedException">Nobody is signed in any more.</exception>
    /// <exception cref="CryptographicException">The key ring is gone; who opens a secret says what that means there.</exception>
    public async Task<string?> RefusalAsync(Func<Actor, Task> act)
    {
        try
        {
            await act(await ActorAsync());
            return null;
        }
        catch (ForbiddenException refused)
        {
            return refused.Message;
        }
        catch (Exception failure) when (failure is not (SessionEndedException or OperationCanceledException or CryptographicException or JSDisconnectedException))
        {
            log.LogError(failure, "What somebody asked for could not be done");
            return "It was not done: the database did not answer. What you typed is still here; the reason is in the log.";
        }
    }

    /// <summary>How much of personal data may be shown; masked when the session has ended.</summary>
    public async Task<Sight> SightAsync() => await FindAsync() is { } actor ? Sight.Of(actor) : Sight.Masked;

    /// <summary>Null when the session has ended.</summary>
    public async Task<Actor?> FindAsync() => sessions.ActorOf((await state.GetAuthenticationStateAsync()).User);
}

/// <summary>The session ended while a page was open.</summary>
public sealed class SessionEndedException() : Exception("The session has ended. Sign in again.");
