using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Connections;

/// <summary>
/// Connections and sources in memory, for the hot paths. Treat the rows as read-only. Whoever changes a row calls
/// <see cref="ReloadAsync"/> after the commit.
/// </summary>
public sealed class ConnectionDirectory(IDbContextFactory<ConsoleDbContext> contexts, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _reloading = new(1);
    private readonly ConcurrentDictionary<long, DateTimeOffset> _oldKeyUses = new();
    private volatile Snapshot _now = new([], []);

    public IReadOnlyList<Connection> Connections => _now.Connections;

    /// <summary>Deleted ones included: whose rows are in the log and the ledger.</summary>
    public IReadOnlyList<Connection> AllConnections => _now.AllConnections;

    public IReadOnlyList<Source> Sources => _now.Sources;

    /// <summary>Deleted ones included.</summary>
    public IReadOnlyList<Source> AllSources => _now.AllSources;

    /// <summary>Raised after each reload.</summary>
    public event Action? Changed;

    /// <summary>Connections whose waiting deliveries people see as Held (design section 2): on hold, paused or disabled.</summary>
    public IReadOnlyList<long> HeldConnections(DateTimeOffset now) => [.. AllConnections.Where(c => c.IsStopped(now)).Select(c => c.Id)];

    /// <summary>A deleted one, too: it is disabled, and its rows go on naming it.</summary>
    public Connection? Find(long connectionId) => _now.ById.GetValueOrDefault(connectionId);

    /// <summary>A deleted one, too.</summary>
    public Source? FindSource(long sourceId) => _now.SourceById.GetValueOrDefault(sourceId);

    public Source? FindSourceByPublicId(string publicId) => _now.ByPublicId.GetValueOrDefault(publicId);

    /// <summary>By SHA-256, so no comparison of secrets can leak by its time. The key before the last rotation counts while its time lasts.</summary>
    public Source? FindSourceByWriteKey(string writeKey)
    {
        var (snapshot, hash) = (_now, Convert.ToHexString(SecretProtector.HashKey(writeKey)));
        if (snapshot.ByKeyHash.TryGetValue(hash, out var source))
        {
            return source;
        }

        if (!snapshot.ByOldKeyHash.TryGetValue(hash, out source) || time.GetUtcNow() is var now && !source.KeepsPreviousWriteKey(now))
        {
            return null;
        }

        _oldKeyUses[source.Id] = now;
        return source;
    }

    /// <summary>When somebody last came with the source's write key before; null when nobody has since the product started.</summary>
    public DateTimeOffset? OldWriteKeyUsedAt(long sourceId) => _oldKeyUses.TryGetValue(sourceId, out var at) ? at : null;

    /// <summary>Another key is the old one from now on.</summary>
    internal void ForgetOldWriteKeyUse(long sourceId) => _oldKeyUses.TryRemove(sourceId, out _);

    /// <summary>Read once at each reload; a source of an earlier one is read on the spot.</summary>
    public SourceDoor DoorOf(Source source) => _now.Doors.GetValueOrDefault(source) ?? new SourceDoor(source);

    /// <summary>One after another: a slow read that began earlier must not put what it saw over what a later one saw.</summary>
    public async Task ReloadAsync(CancellationToken ct = default)
    {
        await _reloading.WaitAsync(ct);
        try
        {
            await using var context = await contexts.CreateDbContextAsync(ct);
            _now = new Snapshot(
                await context.Connections.OrderBy(c => c.Id).ToListAsync(ct),
                await context.Sources.OrderBy(s => s.Id).ToListAsync(ct));
        }
        finally
        {
            _reloading.Release();
        }

        Changed?.Invoke();
    }

    public void Dispose() => _reloading.Dispose();

    private sealed class Snapshot
    {
        public Snapshot(List<Connection> connections, List<Source> sources)
        {
            AllConnections = connections;
            AllSources = sources;
            Connections = [.. connections.Where(c => c.DeletedAt is null)];
            Sources = [.. sources.Where(s => s.DeletedAt is null)];
            ById = connections.ToFrozenDictionary(c => c.Id);
            SourceById = sources.ToFrozenDictionary(s => s.Id);
            ByPublicId = Sources.ToFrozenDictionary(s => s.PublicId, StringComparer.Ordinal);
            Doors = Sources.ToFrozenDictionary(s => s, s => new SourceDoor(s));
            ByKeyHash = Sources.ToFrozenDictionary(s => Convert.ToHexString(s.WriteKeyHash), StringComparer.Ordinal);
            ByOldKeyHash = Sources.Where(s => s.PreviousWriteKeyHash is not null)
                .DistinctBy(s => Convert.ToHexString(s.PreviousWriteKeyHash!))
                .ToFrozenDictionary(s => Convert.ToHexString(s.PreviousWriteKeyHash!), StringComparer.Ordinal);
        }

        public IReadOnlyList<Connection> AllConnections { get; }

        public IReadOnlyList<Source> AllSources { get; }

        public IReadOnlyList<Connection> Connections { get; }

        public IReadOnlyList<Source> Sources { get; }

        public FrozenDictionary<long, Connection> ById { get; }

        public FrozenDictionary<long, Source> SourceById { get; }

        public FrozenDictionary<string, Source> ByPublicId { get; }

        /// <summary>By the row itself: equal only to itself, so an earlier row never finds a later one's door.</summary>
        public FrozenDictionary<Source, SourceDoor> Doors { get; }

        public FrozenDictionary<string, Source> ByKeyHash { get; }

        public FrozenDictionary<string, Source> ByOldKeyHash { get; }
    }
}
