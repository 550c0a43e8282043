using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Erasure;
using Richpanel.Core.Groups;
using Richpanel.Core.Ledger;
using Richpanel.Core.Onboarding;
using Richpanel.Core.Privacy;
using Richpanel.Core.Receiving;
using Richpanel.Core.Retries;
using Richpanel.Core.Storage;

namespace Richpanel.Console.Overview;

/// <summary>What stands beside the figures. Null = not for whoever looks, or not known.</summary>
/// <param name="Changes">Newest first.</param>
public sealed record OverviewSide(
    IReadOnlyList<RejectedRow>? Rejected, IReadOnlyList<ChangeEntry>? Changes, IReadOnlyList<ChartMark> Marks, OnboardingState Steps, StoreSpace? Space)
{
    /// <summary>Codes of causes that there are failure groups of.</summary>
    public IReadOnlySet<string> Grouped { get; init; } = new HashSet<string>();

    public PrivacyTaskCount Privacy { get; init; } = new(0, 0, null);

    /// <summary>Bulk retries and replays under way, or of the last day, newest first.</summary>
    public IReadOnlyList<RetryView> Retries { get; init; } = [];
}

/// <summary>Reads it.</summary>
public sealed class OverviewSides(
    RejectedQueries rejected, ChangeQueries changes, FirstSteps steps, StoreHealth health, ConnectionDirectory directory,
    GroupQueries groups, PrivacyTasks tasks, RetryQueries retries)
{
    private const int RejectedShown = 8;
    private const int ChangesShown = 10;
    private const int RetriesShown = 10;

    /// <summary>The newest of the span.</summary>
    private const int MostMarks = 500;

    public async Task<OverviewSide> ReadAsync(Actor by, OverviewRange range, TimeZoneInfo zone, CancellationToken ct)
    {
        var mayReadLog = by.May(Permission.ReadChangeLog) && by.Connections is null;
        return new OverviewSide(
            by.Connections is null ? await rejected.RecentAsync(Sight.Of(by), RejectedShown, ct) : null,
            mayReadLog ? (await changes.PageAsync(new ChangeFilter(), null, ChangesShown, ct)).Items : null,
            ChartMark.Of(await MarksAsync(by, range, ct), zone, mayReadLog),
            await steps.ReadAsync(ct),
            health.Space)
        {
            Grouped = await groups.CausesAsync(by, ct),
            Privacy = await tasks.CountAsync(by, ct),
            Retries = await retries.RecentAsync(by, RetriesShown, ct),
        };
    }

    /// <summary>Why a line bends concerns everybody who sees it; of connections that are not theirs, nobody learns anything.</summary>
    private async Task<IEnumerable<ChangeEntry>> MarksAsync(Actor by, OverviewRange range, CancellationToken ct)
    {
        var lines = (await changes.PageAsync(new ChangeFilter { Since = range.Since, Until = range.Until, Actions = ChartMark.Actions }, null, MostMarks, ct)).Items;
        if (by.Connections is null)
        {
            return lines;
        }

        var theirs = directory.AllConnections.Where(connection => by.MayTouch(connection.Name)).Select(connection => PublicId.Connection(connection.Id)).ToHashSet(StringComparer.Ordinal);
        return lines.Where(line => line.Action == ChangeCatalog.Started.Code || (line.ObjectId is { } about && theirs.Contains(about)));
    }
}
