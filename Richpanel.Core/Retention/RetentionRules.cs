using Richpanel.Core.Deliveries;

namespace Richpanel.Core.Retention;

/// <summary>Why something is not removed, however old it is.</summary>
public enum KeptBy
{
    None = 0,

    /// <summary>It waits, is held, or is being sent: it has still to go out.</summary>
    Waiting = 1,

    /// <summary>Somebody pinned it.</summary>
    Pin = 2,

    /// <summary>A privacy task about it is open.</summary>
    Task = 3,

    /// <summary>Nothing is removed at all.</summary>
    Off = 4,
}

/// <summary>What decides how long a delivery stays.</summary>
/// <param name="EndedAt">When it reached its state; null while it has still to go out.</param>
/// <param name="LastAttemptAt">A try after its end counts as its end.</param>
public readonly record struct RetentionFacts(
    DeliveryState State, DateTimeOffset ReceivedAt, DateTimeOffset? EndedAt, DateTimeOffset? LastAttemptAt, bool IsPinned, bool HasOpenTask)
{
    public static RetentionFacts Of(Delivery row, bool isPinned, bool hasOpenTask) => new(row.State, row.ReceivedAt, row.EndedAt, row.LastAttemptAt, isPinned, hasOpenTask);
}

/// <summary>Until when a delivery stays.</summary>
/// <param name="ContentUntil">What was received, sent and answered; null: for as long as <paramref name="Kept"/> says.</param>
/// <param name="RowUntil">The row itself, after which only its count is left; null as above.</param>
public readonly record struct RetentionFate(KeptBy Kept, DateTimeOffset? ContentUntil, DateTimeOffset? RowUntil)
{
    public bool LosesContentBy(DateTimeOffset now) => ContentUntil <= now;

    public bool LosesRowBy(DateTimeOffset now) => RowUntil <= now;
}

/// <summary>How long what is kept stays, in days since its end. Pure.</summary>
public sealed record RetentionRules(bool Enabled, int AcceptedDays, int FailedDays, int RowDays, int RefusedDays)
{
    /// <summary>A repeat is known for 24 hours, by its first and what that held.</summary>
    public const int LeastDays = 2;

    public const int MostDays = 3_650;

    /// <summary>What ended later than this before now loses nothing, whatever became of it.</summary>
    public int ShortestDays => Math.Min(AcceptedDays, FailedDays);

    public RetentionFate FateOf(RetentionFacts facts)
    {
        if (Brake(facts) is not KeptBy.None and var kept)
        {
            return new RetentionFate(kept, null, null);
        }

        var content = ContentDays(facts.State);
        var end = facts.EndedAt ?? facts.ReceivedAt;
        end = facts.LastAttemptAt > end ? facts.LastAttemptAt.Value : end;
        return new RetentionFate(KeptBy.None, end.AddDays(content), end.AddDays(Math.Max(content, RowDays)));
    }

    /// <summary>One sentence for each thing that is wrong.</summary>
    public IEnumerable<(string Field, string Text)> Faults()
    {
        foreach (var (field, days, least) in new[] { (nameof(AcceptedDays), AcceptedDays, LeastDays), (nameof(FailedDays), FailedDays, LeastDays), (nameof(RowDays), RowDays, LeastDays), (nameof(RefusedDays), RefusedDays, 1) })
        {
            if (days < least || days > MostDays)
            {
                yield return (field, FormattableString.Invariant($"Give {least} to {MostDays:N0} days."));
            }
        }

        if (RowDays < Math.Max(AcceptedDays, FailedDays))
        {
            yield return (nameof(RowDays), FormattableString.Invariant($"A row stays at least as long as its content: give {Math.Max(AcceptedDays, FailedDays):N0} days or more."));
        }
    }

    private KeptBy Brake(RetentionFacts facts) =>
        facts.State is DeliveryState.Waiting or DeliveryState.Sending ? KeptBy.Waiting
        : facts.IsPinned ? KeptBy.Pin
        : facts.HasOpenTask ? KeptBy.Task
        : !Enabled ? KeptBy.Off
        : KeptBy.None;

    private int ContentDays(DeliveryState state) => state is DeliveryState.Failed or DeliveryState.Canceled ? FailedDays : AcceptedDays;
}
