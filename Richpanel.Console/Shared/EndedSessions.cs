using System.Collections.Concurrent;
using System.Security.Claims;

namespace Richpanel.Console.Shared;

/// <summary>
/// Sessions that were signed out before their time. The browser forgets the cookie, but a page open in another tab does not know, and
/// a copy of the cookie would still open the door. In memory: a restart ends every page, and the cookie is gone from its browser.
/// </summary>
public sealed class EndedSessions(TimeProvider time)
{
    /// <summary>Longer than a cookie lives without being renewed.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(12);

    private const string IdClaim = "richpanel.session-id";

    private readonly ConcurrentDictionary<string, DateTimeOffset> _until = new(StringComparer.Ordinal);

    /// <summary>Raised when one ended.</summary>
    public event Action? Changed;

    /// <summary>Gives a session that begins a name of its own.</summary>
    public static void Name(ClaimsPrincipal session)
    {
        if (session.Identity is ClaimsIdentity identity && !identity.HasClaim(claim => claim.Type == IdClaim))
        {
            identity.AddClaim(new Claim(IdClaim, Guid.NewGuid().ToString("N")));
        }
    }

    public bool Has(ClaimsPrincipal session) => session.FindFirstValue(IdClaim) is { } id && _until.ContainsKey(id);

    public void End(ClaimsPrincipal session)
    {
        var now = time.GetUtcNow();
        foreach (var old in _until.Where(entry => entry.Value <= now))
        {
            _until.TryRemove(old);
        }

        if (session.FindFirstValue(IdClaim) is { } id)
        {
            _until[id] = now + Life + Life;   // a cookie that was about to be renewed
            Changed?.Invoke();
        }
    }
}
