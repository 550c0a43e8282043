using System.Collections.Frozen;
using System.Globalization;
using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Storage;

namespace Richpanel.Core.People;

/// <summary>
/// People in memory, so that every request and every click can ask whether its session still holds, at no cost. Whoever changes a
/// person calls <see cref="ReloadAsync"/> after the commit; open pages then hear it at once.
/// </summary>
public sealed class PeopleDirectory(IDbContextFactory<ConsoleDbContext> contexts) : IDisposable
{
    /// <summary>Claim that holds the security stamp a session was made with.</summary>
    public const string StampClaim = "richpanel.stamp";

    private readonly SemaphoreSlim _reloading = new(1);
    private volatile FrozenDictionary<long, Person> _now = FrozenDictionary<long, Person>.Empty;

    /// <summary>Raised after each reload.</summary>
    public event Action? Changed;

    public IReadOnlyCollection<Person> People => _now.Values;

    public bool HasAdmin => _now.Values.Any(person => person.IsActiveAdmin);

    public Person? Find(long id) => _now.GetValueOrDefault(id);

    /// <summary>The person behind a session, with today's role; null when the session has ended: disabled, other password, other role.</summary>
    public Person? Of(ClaimsPrincipal session) =>
        long.TryParse(session.FindFirstValue(ClaimTypes.NameIdentifier), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        && Find(id) is { DisabledAt: null } person
        && session.FindFirstValue(StampClaim) is { } stamp
        && string.Equals(stamp, person.SecurityStamp, StringComparison.Ordinal)
            ? person
            : null;

    public async Task ReloadAsync(CancellationToken ct = default)
    {
        await _reloading.WaitAsync(ct);
        try
        {
            await using var context = await contexts.CreateDbContextAsync(ct);
            _now = (await context.People.ToListAsync(ct)).ToFrozenDictionary(person => person.Id);
        }
        finally
        {
            _reloading.Release();
        }

        Changed?.Invoke();
    }

    public void Dispose() => _reloading.Dispose();
}
