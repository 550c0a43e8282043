using Richpanel.Core.Preview;
using Richpanel.Core.Receiving;
using Richpanel.Core.Retries;
using Richpanel.Core.Segment;

namespace Richpanel.Core.Deliveries;

/// <summary>One line of a list.</summary>
public sealed record DeliveryRow(
    long Id,
    long ConnectionId,
    Origin Origin,
    DeliveryState State,
    bool Held,
    FailureStage Stage,
    DeliveryMarks Marks,
    SegmentCallType Type,
    string? EventName,
    string MessageId,
    string? UserId,
    string? AnonymousId,
    string? Email,
    string? OrderId,
    DateTimeOffset ReceivedAt,
    DateTimeOffset? DueAt,
    int AttemptCount,
    string? Cause,
    int? StatusCode,
    DateTimeOffset? LastAttemptAt,
    long? DuplicateOf)
{
    /// <summary>The bulk retry or replay that sent it last.</summary>
    public long? RetryBatchId { get; init; }

    /// <summary>The failure group of its last failure, also once it was retried.</summary>
    public long? GroupId { get; init; }
}

/// <summary>A bulk retry, replay or cancel, named where one of its tries or its end is shown.</summary>
public sealed record RetryMention(long Id, RetryKind Kind, string By);

/// <summary>A delivery that sends the event of another one anew.</summary>
/// <param name="Origin">Replay, or Edit.</param>
public sealed record DeliveryCopy(long Id, Origin Origin);

/// <summary>How one try ended.</summary>
/// <param name="At">When it began.</param>
public sealed record TryOutcome(bool Accepted, string? Cause, DateTimeOffset? At = null);

/// <summary>One delivery with everything a person wants to see of it.</summary>
/// <param name="Row">The line of the list.</param>
/// <param name="Source">Delivery as stored.</param>
/// <param name="Attempts">Oldest first, each with its exchange and the mapped call it sent.</param>
/// <param name="Call">The Segment call's own bytes (UTF-8 JSON, write key overwritten); null when purged.</param>
/// <param name="Preview">What it would become today; null when purged, or when its connection is gone.</param>
public sealed record DeliveryDetail(DeliveryRow Row, Delivery Source, IReadOnlyList<AttemptDetail> Attempts, ReadOnlyMemory<byte>? Call, PreviewResult? Preview)
{
    /// <summary>Today's mapping gives exactly what was sent last.</summary>
    public bool IsSentAsNow { get; init; }

    /// <summary>Personal data in it is hidden.</summary>
    public bool IsMasked { get; init; }

    /// <summary>What the other side said at the last try that was not accepted, one line; null when it said nothing.</summary>
    public string? Said { get; init; }

    /// <summary>What people asked of it, oldest first.</summary>
    public IReadOnlyList<DeliveryWish> Wishes { get; init; } = [];

    /// <summary>Bulk retries and replays that its tries belong to.</summary>
    public IReadOnlyList<RetryMention> Batches { get; init; } = [];

    /// <summary>Deliveries that a replay made of it, and the edited one that took its place, oldest first.</summary>
    public IReadOnlyList<DeliveryCopy> Copies { get; init; } = [];

    /// <summary>The edited one that took its place; null for one that was not edited.</summary>
    public long? ReplacedBy => Copies.LastOrDefault(copy => copy.Origin == Origin.Edit)?.Id;

    /// <summary>Compares what was sent with each other and with what would be sent now.</summary>
    public SentCalls Calls { get; init; } = SentCalls.None;
}

/// <summary>When two of one delivery are equal, its detail has not changed between them.</summary>
/// <param name="NewestCopy">Of those that replay it or took its place.</param>
/// <param name="ConnectionVersion">Of the settings that its preview is made with; null: the connection is gone.</param>
/// <param name="Stopped">Its connection is on hold, paused or disabled.</param>
public sealed record DeliveryStamp(
    DeliveryState State, FailureStage Stage, DeliveryMarks Marks, int AttemptCount, int ScheduleStep, DateTimeOffset? DueAt, string? Cause, DateTimeOffset? EndedAt, long? NewestCopy,
    int? ConnectionVersion, bool Stopped, string? HoldCause, DateTimeOffset? StoppedUntil);

public sealed record AttemptDetail(Attempt Attempt, Exchange? Exchange, MappedCall? Sent);
