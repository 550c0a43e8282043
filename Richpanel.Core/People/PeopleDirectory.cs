using System.Collections.Frozen;
using System.Globalization;
using System.Security.Claims;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Richpanel.Core.Storage;

namespace Richpanel.Core.People;

/// <summary>
/// People in memory, so that every request and every click can ask whether its session still holds, at no cost. Whoever changes a
/// person calls <see cref="FollowAsync"/> after the commit; open pages then hear it at once.
/// </summary>
public sealed partial class PeopleDirectory(
    IDbContextFactory<ConsoleDbContext> contexts, IOptions<SignInWays> ways, TimeProvider time, ILogger<PeopleDirectory> logger) : IDisposable
{
    /// <summary>How soon what could not be read after a commit is read again: sooner than a session may outlive its end.</summary>
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);

    /// <summary>Claim that holds the security stamp a session was made with.</summary>
    public const string StampClaim = "richpanel.stamp";

    private readonly SemaphoreSlim _reloading = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private int _retrying;
    private volatile FrozenDictionary<long, Person> _now = FrozenDictionary<long, Person>.Empty;

    /// <summary>Raised after each reload.</summary>
    public event Action? Changed;

    public IReadOnlyCollection<Person> People => _now.Values;

    public bool HasAdmin => _now.Values.Any(IsActiveAdmin);

    /// <summary>An admin who can really sign in, by the ways there are now.</summary>
    public bool IsActiveAdmin(Person person) => person.IsActiveAdmin(ways.Value);

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

    /// <summary>
    /// After a commit. What was changed is changed, whether or not it can be read at this moment; so a read that fails is no failure
    /// of the change, and is tried again until it succeeds.
    /// </summary>
    public async Task FollowAsync()
    {
        try
        {
            await ReloadAsync();
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            ReadFailed(failure);
            if (Interlocked.Exchange(ref _retrying, 1) == 0)
            {
                _ = RetryAsync();
            }
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        _reloading.Dispose();
    }

    private async Task RetryAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(s_again, time, _stopping.Token);
                Volatile.Write(ref _retrying, 0);   // before the read: whoever fails from here on must find somebody who reads after
                try
                {
                    await ReloadAsync(_stopping.Token);
                    return;
                }
                catch (Exception failure) when (failure is not (OutOfMemoryException or OperationCanceledException or ObjectDisposedException))
                {
                    ReadFailed(failure);
                    if (Interlocked.Exchange(ref _retrying, 1) == 1)
                    {
                        return;   // another one tries meanwhile
                    }
                }
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
        {
            // The product stops.
        }
    }

    [LoggerMessage(EventId = 1401, Level = LogLevel.Error, Message = "People were changed, but could not be read again; sessions that end by it may last a little longer. The next try is in a second")]
    private partial void ReadFailed(Exception failure);
}
