using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Ledger;
using Richpanel.Core.Storage;

namespace Richpanel.Tests.Retention;

/// <summary>Promise 2 where rows were removed: every counter against every row that is left, and the sums.</summary>
internal static class AddsUp
{
    /// <returns>Deliveries that are counted as purged.</returns>
    public static async Task<long> AsyncOf(LedgerRecount recount, SqliteStore store, ConsoleDbContext context, CancellationToken ct)
    {
        Assert.Empty((await recount.RunAsync(null, ct)).Faults);
        using (var reader = store.OpenReader())
        {
            using var snapshot = reader.BeginTransaction(deferred: true);
            Assert.Empty(LedgerSums.Faults(reader, snapshot));
        }

        return await context.Ledger.Where(line => line.State == DeliveryState.Purged).SumAsync(line => line.Count, ct);
    }
}
