using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Retries;

/// <summary>Takes away plans that nobody will start, in pieces.</summary>
internal static class RetryCleaning
{
    internal const int Piece = 2_000;

    /// <summary>A plan is of its moment: after this it is made anew.</summary>
    public static readonly TimeSpan PlanLasts = TimeSpan.FromHours(1);

    /// <summary>The batch first, so that nobody starts it meanwhile; false when it is no plan any more.</summary>
    public static async Task<bool> DeleteAsync(StoreWriter writer, long id)
    {
        var deleted = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            return context.RetryBatches.Where(batch => batch.Id == id && (batch.State == RetryState.Planned || batch.State == RetryState.Planning)).ExecuteDelete();
        });
        if (deleted == 0)
        {
            return false;
        }

        await DeleteItemsAsync(writer, id);
        return true;
    }

    /// <summary>At start: what was being planned when the product stopped, what is too old, and items of plans that were deleted halfway.</summary>
    public static async Task CleanAsync(StoreWriter writer, IDbContextFactory<ConsoleDbContext> contexts, DateTimeOffset now, bool atStart)
    {
        await using var context = await contexts.CreateDbContextAsync();
        var tooOld = now - PlanLasts;
        var dead = await context.RetryBatches
            .Where(batch => (batch.State == RetryState.Planned && batch.PlannedAt < tooOld) || (atStart && batch.State == RetryState.Planning))
            .Select(batch => batch.Id).ToListAsync();
        List<long> orphans = atStart
            ? await context.RetryItems.Select(item => item.BatchId).Distinct().Where(id => !context.RetryBatches.Any(batch => batch.Id == id)).ToListAsync()
            : [];
        foreach (var id in dead)
        {
            await DeleteAsync(writer, id);   // one that was started meanwhile stays, with all of its items
        }

        foreach (var id in orphans)
        {
            await DeleteItemsAsync(writer, id);
        }
    }

    internal static async Task DeleteItemsAsync(StoreWriter writer, long id)
    {
        while (await writer.WriteAsync(session => DispatchStore.Set(session.Command(RetrySql.DeleteItems, "$b", "$n"), id, Piece).ExecuteNonQuery()) == Piece)
        {
            // The next piece.
        }
    }
}
