using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;

namespace Richpanel.Console.Shared;

/// <summary>
/// Sessions that were signed out before their time. The browser forgets the cookie, but a page open in another tab does not know, and
/// a copy of the cookie would still open the door. In memory: after a
/// restart a copy of a cookie works again, until its session is <see cref="Longest"/> old.
/// </summary>
public sealed class EndedSessions(TimeProvider time)
{
    /// <summary>Longer than a cookie lives without being renewed.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(12);

    /// <summary>However often it is renewed, a session ends after this: then somebody signs in again.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    private const string SinceClaim = "richpanel.since";
    private const string IdClaim = "richpanel.session-id";

    private readonly ConcurrentDictionary<string, DateTimeOffset> _until = new(StringComparer.Ordinal);

    /// <summary>Raised when one ended.</summary>
    public event Action? Changed;

    /// <summary>Gives a session that begins a name of its own.</summary>
    public static void Name(ClaimsPrincipal session, DateTimeOffset now)
    {
        if (session.Identity is ClaimsIdentity identity && !identity.HasClaim(claim => claim.Type == IdClaim))
        {
            identity.AddClaim(new Claim(IdClaim, Guid.NewGuid().ToString("N")));
            identity.AddClaim(new Claim(SinceClaim, now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>Signed out, or too old.</summary>
    public bool Has(ClaimsPrincipal session) =>
        (session.FindFirstValue(IdClaim) is { } id && _until.ContainsKey(id)) || EndOf(session) <= time.GetUtcNow();

    /// <summary>When it ends by its age; a session that does not say since when it is has ended.</summary>
    public static DateTimeOffset EndOf(ClaimsPrincipal session) =>
        long.TryParse(session.FindFirstValue(SinceClaim), NumberStyles.None, CultureInfo.InvariantCulture, out var since)
            ? DateTimeOffset.FromUnixTimeSeconds(since) + Longest
            : DateTimeOffset.MinValue;

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
