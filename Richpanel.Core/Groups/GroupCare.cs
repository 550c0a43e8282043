using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Ledger;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Groups;

/// <summary>What becomes of groups by the clock: snoozes end, groups resolve that are quiet, were made good by retries or lost their connection, old hours are forgotten.</summary>
internal sealed class GroupCare(StoreWriter writer, IDbContextFactory<ConsoleDbContext> contexts, ChangeFeed changes, TimeProvider time, ILogger<GroupCare> logger) : MinuteCare(time, logger)
{
    private readonly TimeProvider _time = time;

    protected override string What => "Failure groups";

    protected override Task LookAsync(CancellationToken ct) => CareAsync(ct);

    internal async Task CareAsync(CancellationToken ct)
    {
        var now = _time.GetUtcNow();
        var before = RollupTime.HourOf(RollupTime.SlotOf(now - FailureGroups.HoursKept));
        var madeGood = await MadeGoodAsync(ct);
        var changed = await writer.WriteAsync(session =>
            DispatchStore.Set(session.Command(GroupSql.EndSnoozes, "$now"), now.UtcTicks).ExecuteNonQuery()
            + DispatchStore.Set(session.Command(GroupSql.ResolveGone, "$now"), now.UtcTicks).ExecuteNonQuery()
            + DispatchStore.Set(session.Command(GroupSql.ResolveQuiet, "$now", "$before"), now.UtcTicks, (now - FailureGroups.ResolvedAfter).UtcTicks).ExecuteNonQuery()
            + madeGood.Sum(id => DispatchStore.Set(session.Command(GroupSql.ResolveMadeGood, "$now", "$id"), now.UtcTicks, id).ExecuteNonQuery()));
        await writer.WriteAsync(session => DispatchStore.Set(session.Command(GroupSql.ForgetHours, "$before"), before).ExecuteNonQuery());
        if (changed > 0)
        {
            changes.Raise();
        }
    }

    private async Task<IReadOnlyList<long>> MadeGoodAsync(CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.Database.SqlQueryRaw<long>(GroupSql.MadeGood).ToListAsync(ct);
    }
}
