namespace Richpanel.Core.Groups;

/// <summary>How much of a group there is, and when: see <see cref="FailureGroup"/> for each. Pure.</summary>
internal sealed record GroupFigures(
    long Total, long StillFailed, DateTimeOffset FirstSeenAt, DateTimeOffset BeganAt, DateTimeOffset LastSeenAt, DateTimeOffset? LastRetriedAt)
{
    /// <summary>Of several groups as one. Their flare-ups are one as long as no <see cref="FailureGroups.Quiet"/> lies between them.</summary>
    /// <param name="all">At least one.</param>
    public static GroupFigures Together(IReadOnlyList<GroupFigures> all)
    {
        var newestFirst = all.OrderByDescending(one => one.LastSeenAt).ToList();
        var began = newestFirst[0].BeganAt;
        foreach (var one in newestFirst.TakeWhile(one => began - one.LastSeenAt <= FailureGroups.Quiet))
        {
            began = one.BeganAt < began ? one.BeganAt : began;
        }

        return new(
            all.Sum(one => one.Total), all.Sum(one => one.StillFailed), all.Min(one => one.FirstSeenAt), began, newestFirst[0].LastSeenAt, all.Max(one => one.LastRetriedAt));
    }
}
