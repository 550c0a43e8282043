using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Receiving;

/// <summary>A kept request with its body in clear.</summary>
/// <param name="Body">Decompressed JSON; a delivery's call is [offset, +length) of it.</param>
public sealed record KeptRequest(
    long Id, long SourceId, long ConnectionId, Origin Origin, ReceivedRoute Route, DateTimeOffset ReceivedAt, byte[] Body, string? Envelope)
{
    /// <summary>The delivery in whose place it was sent; null for most.</summary>
    public long? EditOf { get; init; }

    public ReadOnlyMemory<byte> Call(int offset, int length) => Body.AsMemory(offset, length);
}

/// <summary>
/// Reads back what the door kept. The latest few bodies stay in memory, because the calls of one batch are sent one after another;
/// one that is larger than all of these may be stays alone until the next is asked for.
/// </summary>
public sealed class RequestBodies(IDbContextFactory<ConsoleDbContext> contexts)
{
    private const int MostBytes = 16 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, LinkedListNode<KeptRequest>> _byId = [];
    private readonly LinkedList<KeptRequest> _latestFirst = new();
    private int _bytes;
    private long _forgotten;

    /// <summary>The request, or null when it was purged or its body is damaged: nobody must wait for what can never be read.</summary>
    public async ValueTask<KeptRequest?> FindAsync(long requestId, CancellationToken ct)
    {
        if (Recall(requestId) is { } known)
        {
            return known;
        }

        var before = Interlocked.Read(ref _forgotten);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var row = await context.Requests.SingleOrDefaultAsync(r => r.Id == requestId, ct);
        if (row is null)
        {
            return null;
        }

        if (BodyCoding.DecodeOrNull(row.Body, row.Encoding) is not { } body)
        {
            return null;
        }

        var kept = new KeptRequest(row.Id, row.SourceId, row.ConnectionId, row.Origin, row.Route, row.ReceivedAt, body, row.Envelope) { EditOf = row.EditOf };
        Remember(kept, before);
        return kept;
    }

    internal void Remember(KeptRequest kept) => Remember(kept, long.MaxValue);

    /// <param name="before">How often something was forgotten before it was read: when that is more by now, it may be this one.</param>
    private void Remember(KeptRequest kept, long before)
    {
        lock (_gate)
        {
            if (_forgotten > before)
            {
                return;
            }

            if (_byId.ContainsKey(kept.Id))
            {
                return;
            }

            _byId[kept.Id] = _latestFirst.AddFirst(kept);
            _bytes += kept.Body.Length;
            while (_bytes > MostBytes && _byId.Count > 1)
            {
                var oldest = _latestFirst.Last!.Value;
                _latestFirst.RemoveLast();
                _byId.Remove(oldest.Id);
                _bytes -= oldest.Body.Length;
            }
        }
    }

    /// <summary>It was removed or changed: whoever asks next reads it anew.</summary>
    internal void Forget(long requestId)
    {
        lock (_gate)
        {
            Interlocked.Increment(ref _forgotten);
            if (_byId.Remove(requestId, out var node))
            {
                _latestFirst.Remove(node);
                _bytes -= node.Value.Body.Length;
            }
        }
    }

    private KeptRequest? Recall(long requestId)
    {
        lock (_gate)
        {
            if (!_byId.TryGetValue(requestId, out var node))
            {
                return null;
            }

            _latestFirst.Remove(node);
            _latestFirst.AddFirst(node);
            return node.Value;
        }
    }
}
