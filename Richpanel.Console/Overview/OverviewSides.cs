using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Ledger;
using Richpanel.Core.Onboarding;
using Richpanel.Core.Privacy;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;

namespace Richpanel.Console.Overview;

/// <summary>What stands beside the figures. Null = not for whoever looks, or not known.</summary>
/// <param name="Changes">Newest first.</param>
public sealed record OverviewSide(
    IReadOnlyList<RejectedRow>? Rejected, IReadOnlyList<ChangeEntry>? Changes, IReadOnlyList<ChartMark> Marks, OnboardingState Steps, StoreSpace? Space);

/// <summary>Reads it.</summary>
public sealed class OverviewSides(RejectedQueries rejected, ChangeQueries changes, FirstSteps steps, StoreHealth health)
{
    private const int RejectedShown = 8;
    private const int ChangesShown = 10;

    /// <summary>Lines that marks are looked for in: the newest of the span.</summary>
    private const int MostMarkLines = 500;

    public async Task<OverviewSide> ReadAsync(Actor by, OverviewRange range, TimeZoneInfo zone, CancellationToken ct)
    {
        var mayReadLog = by.May(Permission.ReadChangeLog) && by.Connections is null;
        var marks = mayReadLog ? await changes.PageAsync(new ChangeFilter { Since = range.Since, Until = range.Until }, null, MostMarkLines, ct) : null;
        return new OverviewSide(
            by.Connections is null ? await rejected.RecentAsync(Sight.Of(by), RejectedShown, ct) : null,
            mayReadLog ? (await changes.PageAsync(new ChangeFilter(), null, ChangesShown, ct)).Items : null,
            ChartMark.Of(marks?.Items ?? [], zone),
            await steps.ReadAsync(ct),
            health.Space);
    }
}
