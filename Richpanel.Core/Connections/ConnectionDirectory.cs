using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Connections;

/// <summary>
/// Connections and sources in memory, for the hot paths. Treat the rows as read-only. Whoever changes a row calls
/// <see cref="ReloadAsync"/> after the commit.
/// </summary>
public sealed class ConnectionDirectory(IDbContextFactory<ConsoleDbContext> contexts) : IDisposable
{
    private readonly SemaphoreSlim _reloading = new(1);
    private volatile Snapshot _now = new([], []);

    public IReadOnlyList<Connection> Connections => _now.Connections;

    public IReadOnlyList<Source> Sources => _now.Sources;

    /// <summary>Raised after each reload.</summary>
    public event Action? Changed;

    /// <summary>Connections whose waiting deliveries people see as Held (design section 2): on hold, paused or disabled.</summary>
    public IReadOnlyList<long> HeldConnections(DateTimeOffset now) => [.. Connections.Where(c => c.IsStopped(now)).Select(c => c.Id)];

    public Connection? Find(long connectionId) => _now.ById.GetValueOrDefault(connectionId);

    public Source? FindSource(long sourceId) => _now.SourceById.GetValueOrDefault(sourceId);

    public Source? FindSourceByPublicId(string publicId) => _now.ByPublicId.GetValueOrDefault(publicId);

    /// <summary>By SHA-256, so no comparison of secrets can leak by its time.</summary>
    public Source? FindSourceByWriteKey(string writeKey) =>
        _now.ByKeyHash.GetValueOrDefault(Convert.ToHexString(SecretProtector.HashKey(writeKey)));

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

    private sealed class Snapshot(List<Connection> connections, List<Source> sources)
    {
        public IReadOnlyList<Connection> Connections { get; } = connections;

        public IReadOnlyList<Source> Sources { get; } = sources;

        public FrozenDictionary<long, Connection> ById { get; } = connections.ToFrozenDictionary(c => c.Id);

        public FrozenDictionary<long, Source> SourceById { get; } = sources.ToFrozenDictionary(s => s.Id);

        public FrozenDictionary<string, Source> ByPublicId { get; } = sources.ToFrozenDictionary(s => s.PublicId, StringComparer.Ordinal);

        /// <summary>By the row itself: equal only to itself, so an earlier row never finds a later one's door.</summary>
        public FrozenDictionary<Source, SourceDoor> Doors { get; } = sources.ToFrozenDictionary(s => s, s => new SourceDoor(s));

        public FrozenDictionary<string, Source> ByKeyHash { get; } =
            sources.ToFrozenDictionary(s => Convert.ToHexString(s.WriteKeyHash), StringComparer.Ordinal);
    }
}
