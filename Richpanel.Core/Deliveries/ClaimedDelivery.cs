using Richpanel.Core.Ledger;
using Richpanel.Core.Receiving;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Deliveries;

/// <summary>What a claim takes from the row: everything needed to send it and to move the ledger.</summary>
internal sealed record ClaimedDelivery(
    long Id,
    long ConnectionId,
    long RequestId,
    int BodyOffset,
    int BodyLength,
    Origin Origin,
    DeliveryMarks Marks,
    string? EventName,
    string MessageId,
    long Lane,
    DateTimeOffset ReceivedAt,
    DateTimeOffset DueAt,
    int AttemptCount,
    int ScheduleStep,
    string? Cause,
    int? StatusCode = null,
    long? RetryBatchId = null,
    long? GroupId = null)
{
    /// <summary>As the row stands.</summary>
    public LedgerPlace Place(DeliveryState state) =>
        new(ConnectionId, Origin, ReceivedAt, state, EventName, Cause, StatusCode, AttemptCount, RetryBatchId: RetryBatchId, GroupId: GroupId);
}

/// <summary>The mapped call of one attempt, kept beside it. Content has no key, signature or sentAt.</summary>
/// <param name="ExistingId">The row that already holds exactly this; null when it has to be written.</param>
/// <param name="Notes">JSON array of the notes of this mapping; null when there were none.</param>
internal sealed record KeptCall(
    long? ExistingId, string Content, string? Notes, int MapperVersion, int ConnectionVersion, DateTimeOffset MappedAt);

/// <summary>A claimed delivery that is ready to go out.</summary>
internal sealed record PreparedDelivery(ClaimedDelivery Row, RichpanelCall Call, KeptCall Kept);

/// <summary>Reading and mapping of one claimed delivery: ready, or ended without an attempt.</summary>
internal abstract record Preparation
{
    public sealed record Ready(PreparedDelivery Delivery) : Preparation;

    public sealed record Ended(DeliveryOutcome Outcome) : Preparation;
}

/// <summary>What one turn writes about one claimed delivery.</summary>
internal sealed record DeliveryOutcome(ClaimedDelivery Row, DeliveryState State)
{
    public FailureStage Stage { get; init; }

    public DeliveryMarks Marks { get; init; } = Row.Marks;

    public DateTimeOffset? DueAt { get; init; }

    public string? Cause { get; init; }

    public int? StatusCode { get; init; }

    /// <summary>Of a failure: what the other side said, without what differs from one delivery to the next; null when nothing.</summary>
    public string? Pattern { get; init; }

    public int ScheduleStep { get; init; } = Row.ScheduleStep;

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Oldest first; more than one when a refused batch was tried again one by one.</summary>
    public IReadOnlyList<AttemptRecord> Attempts { get; init; } = [];
}

/// <summary>One attempt as it will be written. Attempts of one batch share the same <see cref="Exchange"/> object.</summary>
internal sealed record AttemptRecord(
    AttemptTrigger Trigger,
    bool MayRepeat,
    string Outcome,
    string? Cause,
    KeptCall Call,
    int ConnectionVersion,
    string? SecretFingerprint,
    DateTimeOffset StartedAt,
    DateTimeOffset? NextDueAt,
    SentExchange Exchange);

/// <summary>One HTTP exchange and how many deliveries it carried.</summary>
internal sealed record SentExchange(SendResult Result, int Size);
