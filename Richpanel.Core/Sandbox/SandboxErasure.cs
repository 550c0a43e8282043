using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Erasure;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Sandbox;

/// <summary>
/// Takes one customer out of the sandbox: customers, visitors, sessions, events, and every request that carried one of them, whole. The
/// sandbox simulates; that a batch loses its other events there harms nobody.
/// </summary>
/// <param name="store">Null where the product is put together without a sandbox.</param>
public sealed class SandboxErasure(SandboxStore? store, StoragePaths paths, ChangeFeed changes)
{
    private const int Piece = 1_000;

    /// <summary>Rows that would go.</summary>
    internal async Task<long> CountAsync(IReadOnlyList<CustomerKey> keys, CancellationToken ct)
    {
        if (!await IsThereAsync(ct))
        {
            return 0;
        }

        await using var context = store!.CreateDbContext();
        var found = await FindAsync(context, keys, ct);
        return found.Requests.Count + found.Customers.Count + found.Visitors.Count + found.Sessions.Count + await EventsAsync(context, found.Requests, ct);
    }

    /// <summary>Rows that are gone. What was deleted is overwritten; <see cref="EmptyWalAsync"/> takes it out of the last file.</summary>
    internal async Task<long> EraseAsync(IReadOnlyList<CustomerKey> keys, CancellationToken ct)
    {
        if (!await IsThereAsync(ct))
        {
            return 0;
        }

        await using var context = store!.CreateDbContext();
        var found = await FindAsync(context, keys, ct);
        var gone = 0L;
        await using (var transaction = await context.Database.BeginTransactionAsync(ct))
        {
            foreach (var ids in found.Requests.Chunk(Piece))
            {
                gone += await context.Events.Where(e => ids.Contains(e.RequestId)).ExecuteDeleteAsync(ct);
                gone += await context.Requests.Where(r => ids.Contains(r.Id)).ExecuteDeleteAsync(ct);
            }

            foreach (var ids in found.Customers.Chunk(Piece))
            {
                gone += await context.Customers.Where(c => ids.Contains(c.Id)).ExecuteDeleteAsync(ct);
            }

            foreach (var ids in found.Visitors.Chunk(Piece))
            {
                gone += await context.Visitors.Where(v => ids.Contains(v.Id)).ExecuteDeleteAsync(ct);
            }

            foreach (var ids in found.Sessions.Chunk(Piece))
            {
                gone += await context.Sessions.Where(s => ids.Contains(s.Id)).ExecuteDeleteAsync(ct);
            }

            await transaction.CommitAsync(ct);
        }

        changes.Raise();
        return gone;
    }

    /// <summary>
    /// Copies the sandbox's WAL into its file and cuts it to nothing: what was deleted stands in neither from then on. False while somebody
    /// reads from it: ask again.
    /// </summary>
    internal async Task<bool> EmptyWalAsync(CancellationToken ct)
    {
        if (!await IsThereAsync(ct))
        {
            return true;
        }

        await using var context = store!.CreateDbContext();
        await using var command = context.Database.GetDbConnection().CreateCommand();
        command.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
        await using var row = await command.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) && row.GetInt64(0) == 0;
    }

    /// <summary>Also of one that was used and is switched off now: its file is then of whatever version used it last.</summary>
    private async Task<bool> IsThereAsync(CancellationToken ct)
    {
        if (store is null || !File.Exists(paths.SandboxFile))
        {
            return false;
        }

        await store.PrepareAsync(ct);
        return true;
    }

    private static async Task<long> EventsAsync(SandboxDbContext context, IEnumerable<long> requests, CancellationToken ct)
    {
        var events = 0L;
        foreach (var ids in requests.Chunk(Piece))
        {
            events += await context.Events.LongCountAsync(e => ids.Contains(e.RequestId), ct);
        }

        return events;
    }

    private static async Task<Found> FindAsync(SandboxDbContext context, IReadOnlyList<CustomerKey> keys, CancellationToken ct)
    {
        // A customer is known there by what the connection's rule makes the uid: the id, or the e-mail.
        var names = new CustomerNames(keys);
        var uids = keys.Where(key => key.Kind != CustomerKeyKind.Anonymous).Select(key => key.Value).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var dids = keys.Where(key => key.Kind == CustomerKeyKind.Anonymous).Select(key => key.Value).ToHashSet(StringComparer.Ordinal);
        var owners = uids.Select(uid => SandboxSession.OwnerOf(uid, null)!).Concat(dids.Select(did => SandboxSession.OwnerOf(null, did)!)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        bool IsTheirs(string? uid, string? did) => (uid is not null && uids.Contains(uid)) || (did is not null && dids.Contains(did)) || names.StandIn(uid) || names.StandIn(did);

        var found = new Found();
        await foreach (var one in context.Customers.AsNoTracking().AsAsyncEnumerable().WithCancellation(ct))
        {
            if (IsTheirs(one.Uid, null) || (one.Email is { } email && uids.Contains(email.Trim())) || names.StandIn(one.Properties))
            {
                found.Customers.Add(one.Id);
            }
        }

        await foreach (var one in context.Visitors.AsNoTracking().AsAsyncEnumerable().WithCancellation(ct))
        {
            if (IsTheirs(one.Uid, one.Did))
            {
                found.Visitors.Add(one.Id);
            }
        }

        await foreach (var one in context.Sessions.AsNoTracking().Select(session => new { session.Id, session.Owner }).AsAsyncEnumerable().WithCancellation(ct))
        {
            if (owners.Contains(one.Owner) || names.StandIn(one.Owner))
            {
                found.Sessions.Add(one.Id);
            }
        }

        var told = new HashSet<long>();
        await foreach (var one in context.Events.AsNoTracking().Select(e => new { e.RequestId, e.Uid, e.Did, e.Call }).AsAsyncEnumerable().WithCancellation(ct))
        {
            told.Add(one.RequestId);
            if (IsTheirs(one.Uid, one.Did) || names.StandIn(one.Call))
            {
                found.Requests.Add(one.RequestId);
            }
        }

        // What was answered otherwise than Richpanel would has no events: its body says whose it is.
        await foreach (var one in context.Requests.AsNoTracking().Where(r => !r.Taken).Select(r => new { r.Id, r.Path, r.Body, r.Event }).AsAsyncEnumerable().WithCancellation(ct))
        {
            if (!told.Contains(one.Id) && (names.StandIn(one.Body) || SandboxContract.Check(one.Path, null, one.Body, s_noKeys).Calls.Any(IsOfThem)))
            {
                found.Requests.Add(one.Id);
            }
        }

        return found;

        bool IsOfThem(Json.JsonTree.Map call) =>
            IsTheirs((call["userProperties"] as Json.JsonTree.Map)?["uid"]?.AsText(), call["did"]?.AsText()) || names.StandIn(Json.JsonTreeWriter.Write(call));
    }

    private static readonly ContractKeys s_noKeys = new("", null, Connections.SignatureHash.Sha256);

    private sealed class Found
    {
        public HashSet<long> Requests { get; } = [];

        public List<long> Customers { get; } = [];

        public List<long> Visitors { get; } = [];

        public List<long> Sessions { get; } = [];
    }
}
