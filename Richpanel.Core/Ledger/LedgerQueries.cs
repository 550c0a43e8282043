using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Ledger;

/// <summary>The ledger of promise 2. <see cref="Waiting"/> includes Sending and Held.</summary>
public sealed record LedgerLine(
    long Created, long Skipped, long Accepted, long Waiting, long WaitingHeld, long Failed, long Canceled, long Settled, long Purged)
{
    public bool Balanced => Created == Skipped + Accepted + Waiting + Failed + Canceled + Settled + Purged;
}

public sealed record LedgerView(LedgerLine Total, long RequestsLetIn, long RequestsRejected, IReadOnlyList<ConnectionLedger> Connections)
{
    public long RequestsReceived => RequestsLetIn + RequestsRejected;

    /// <summary>For whoever may see some connections only. How many requests there were concerns all of them, so it is not told.</summary>
    public LedgerView Only(Func<ConnectionLedger, bool> visible)
    {
        var lines = Connections.Where(visible).ToList();
        long Sum(Func<LedgerLine, long> part) => lines.Sum(one => part(one.Line));
        var total = new LedgerLine(
            Sum(l => l.Created), Sum(l => l.Skipped), Sum(l => l.Accepted), Sum(l => l.Waiting), Sum(l => l.WaitingHeld), Sum(l => l.Failed), Sum(l => l.Canceled), Sum(l => l.Settled), Sum(l => l.Purged));
        return new LedgerView(total, 0, 0, lines);
    }
}

public sealed record ConnectionLedger(long ConnectionId, string Name, LedgerLine Line);

/// <summary>Reads the counters that move with the rows; never counts the log itself.</summary>
public sealed class LedgerQueries(IDbContextFactory<ConsoleDbContext> contexts, ConnectionDirectory directory, TimeProvider time)
{
    public async Task<LedgerView> ReadAsync(CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);

        // One read transaction: both tables as of the same commit. Deferred, because a plain one asks for the write lock,
        // which a context for reading is refused.
        await context.Database.OpenConnectionAsync(ct);
        await using var transaction = ((SqliteConnection)context.Database.GetDbConnection()).BeginTransaction(deferred: true);
        await context.Database.UseTransactionAsync(transaction, ct);
        var counts = await context.Ledger.ToListAsync(ct);
        var requests = await context.RequestCounts.ToListAsync(ct);
        var held = directory.HeldConnections(time.GetUtcNow());
        return new LedgerView(
            Line(counts, held),
            requests.Where(r => r.Cause.Length == 0).Sum(r => r.Count),
            requests.Where(r => r.Cause.Length > 0).Sum(r => r.Count),
            [.. directory.AllConnections.Select(c => new ConnectionLedger(c.Id, c.Name, Line(counts.Where(row => row.ConnectionId == c.Id), held)))]);
    }

    private static LedgerLine Line(IEnumerable<LedgerCount> counts, IReadOnlyList<long> held)
    {
        var rows = counts.ToList();
        long In(params DeliveryState[] states) => rows.Where(row => states.Contains(row.State)).Sum(row => row.Count);
        return new LedgerLine(
            Created: In(default(DeliveryState)),
            Skipped: In(DeliveryState.Skipped),
            Accepted: In(DeliveryState.Accepted),
            Waiting: In(DeliveryState.Waiting, DeliveryState.Sending),
            WaitingHeld: rows.Where(row => row.State == DeliveryState.Waiting && held.Contains(row.ConnectionId)).Sum(row => row.Count),
            Failed: In(DeliveryState.Failed),
            Canceled: In(DeliveryState.Canceled),
            Settled: In(DeliveryState.Settled),
            Purged: In(DeliveryState.Purged));
    }
}
