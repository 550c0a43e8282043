using Richpanel.Core.Health;

namespace Richpanel.Core.Alerts.Rules;

/// <summary>What was told of a subject, and how it was when it was last looked at.</summary>
public sealed record AlertMemory(string Subject)
{
    /// <summary>As people know it by now.</summary>
    public HealthState Told { get; init; } = HealthState.Healthy;

    /// <summary>When its last change was told; null: never.</summary>
    public DateTimeOffset? ToldAt { get; init; }

    /// <summary>When it was last told of at all, by a change or a reminder.</summary>
    public DateTimeOffset? LastToldAt { get; init; }

    /// <summary>When what was told began, as far as is known.</summary>
    public DateTimeOffset? BadSince { get; init; }

    /// <summary>How often it became bad again soon after it had recovered.</summary>
    public int Relapses { get; init; }

    /// <summary>How it was at the last look.</summary>
    public HealthState Seen { get; init; } = HealthState.Healthy;

    /// <summary>Since when it has been so without a break.</summary>
    public DateTimeOffset? SeenSince { get; init; }

    /// <summary>Since when it has not been as was told; null while it is.</summary>
    public DateTimeOffset? DiffersSince { get; init; }

    public bool IsBad => Told is not HealthState.Healthy;
}

/// <summary>How quiet alerts are.</summary>
/// <param name="Settle">A change is told when it has lasted so long.</param>
/// <param name="Remind">What is still bad is told again after so long, and not before; null = never.</param>
public sealed record AlertPolicy(TimeSpan Settle, TimeSpan? Remind);

public enum AlertNoticeKind
{
    /// <summary>It became bad, or bad in another way.</summary>
    Change = 1,

    Recovered = 2,

    /// <summary>Nothing has changed; it is still bad.</summary>
    Reminder = 3,
}

/// <summary>Something to be told.</summary>
/// <param name="Before">As it was told before.</param>
/// <param name="Since">When it began; of a recovery: when what is over had begun.</param>
/// <param name="Relapses">How often it has come again within an hour of going; 0: it has not.</param>
public sealed record AlertNotice(AlertNoticeKind Kind, AlertFact Fact, HealthState Before, DateTimeOffset? Since, int Relapses)
{
    /// <summary>When it left the state of being well, whatever it has become since; the same from its first alert to its recovery.</summary>
    public DateTimeOffset? Began { get; init; } = Since;
}

/// <summary>One look at everything.</summary>
/// <param name="Memory">Of every subject that is still there.</param>
/// <param name="Notices">To be told together, the worst first.</param>
public sealed record AlertLook(IReadOnlyList<AlertMemory> Memory, IReadOnlyList<AlertNotice> Notices);
