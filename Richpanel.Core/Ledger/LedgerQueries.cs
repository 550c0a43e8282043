using Microsoft.EntityFrameworkCore;
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
}

public sealed record ConnectionLedger(long ConnectionId, string Name, LedgerLine Line);

public sealed class LedgerQueries(IDbContextFactory<ConsoleDbContext> contexts)
{
    public Task<LedgerView> ReadAsync(CancellationToken ct) => throw new NotImplementedException(contexts.ToString());
}
