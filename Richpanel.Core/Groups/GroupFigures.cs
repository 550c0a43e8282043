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

    /// <summary>
    /// A flare-up that a person had resolved before it came back began anew, which single groups do not know: without one of them it began no earlier.
    /// </summary>
    /// <param name="began">As the group knew it with all of them.</param>
    public GroupFigures WithoutBefore(DateTimeOffset began) => LastSeenAt >= began && BeganAt < began ? this with { BeganAt = began } : this;
}
