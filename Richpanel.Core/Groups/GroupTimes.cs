using Richpanel.Core.Ledger;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Groups;

/// <summary>
/// When a group failed, itself and by its parts, read from its failures by hour: to the hour, which is what is left to know once another
/// group's times were counted among its own.
/// </summary>
/// <param name="First">Of the failures that are still counted by hour.</param>
/// <param name="Began">After the last <see cref="FailureGroups.Quiet"/> without a failure.</param>
internal sealed record GroupTimes(DateTimeOffset First, DateTimeOffset Began, DateTimeOffset Last)
{
    /// <summary>Null when it has not failed for as long as hours are kept.</summary>
    /// <param name="groups">Keys: the group's own and its parts'.</param>
    public static GroupTimes? Of(ConsoleDbContext context, IReadOnlyList<long> groups) =>
        Of([.. context.GroupHours.Where(hour => groups.Contains(hour.GroupId) && hour.Count > 0).Select(hour => hour.Hour).Distinct().OrderBy(hour => hour)]);

    /// <param name="hours">Oldest first.</param>
    internal static GroupTimes? Of(IReadOnlyList<int> hours)
    {
        if (hours.Count == 0)
        {
            return null;
        }

        var began = hours[0];
        for (var i = 1; i < hours.Count; i++)
        {
            began = (hours[i] - hours[i - 1]) * RollupTime.Hour > FailureGroups.Quiet ? hours[i] : began;
        }

        return new GroupTimes(At(hours[0]), At(began), At(hours[^1]));
    }

    private static DateTimeOffset At(int hour) => DateTimeOffset.UnixEpoch + (RollupTime.Hour * hour);
}
