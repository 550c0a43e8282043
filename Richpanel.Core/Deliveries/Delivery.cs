using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;

namespace Richpanel.Core.Deliveries;

/// <summary>States of design section 2. Stored as a number: never renumber. Held is derived, never stored.</summary>
public enum DeliveryState
{
    Waiting = 1,
    Sending = 2,
    Accepted = 3,
    Failed = 4,
    Skipped = 5,
    Canceled = 6,
    Settled = 7,
    Purged = 8,
}

public enum FailureStage
{
    None = 0,
    Reading = 1,
    Mapping = 2,
    Sending = 3,
}

[Flags]
public enum DeliveryMarks
{
    None = 0,

    /// <summary>It may have reached Richpanel before: a claim ended without a recorded outcome, or a person sent it again.</summary>
    MayHaveGoneOut = 1,

    /// <summary>An earlier delivery of the same customer was still waiting for a retry (note out_of_order).</summary>
    OutOfOrder = 2,

    /// <summary>Same messageId as an earlier call, other content (note message_id_reused).</summary>
    MessageIdReused = 4,

    /// <summary>A person asked for the next attempt.</summary>
    ManualRetry = 8,

    /// <summary>The next attempt resends the mapped call as it was kept, instead of mapping again.</summary>
    SendAsThen = 16,

    /// <summary>The next attempt belongs to the bulk retry or replay of <see cref="Delivery.RetryBatchId"/>; beside <see cref="ManualRetry"/>.</summary>
    BulkRetry = 32,

    /// <summary>What was received, sent and answered was removed by its age: the row alone is left.</summary>
    ContentRemoved = 64,

    /// <summary>Somebody asked for the next attempt, in one way or the other.</summary>
    AskedFor = ManualRetry | BulkRetry,
}

/// <summary>One Segment call on its way to one connection: a row a person can find.</summary>
public sealed class Delivery
{
    public long Id { get; set; }

    public long ConnectionId { get; set; }

    public long SourceId { get; set; }

    /// <summary>The request whose decompressed body holds the call at [<see cref="BodyOffset"/>, +<see cref="BodyLength"/>).</summary>
    public long RequestId { get; set; }

    public int BodyOffset { get; set; }

    public int BodyLength { get; set; }

    public Origin Origin { get; set; }

    public DeliveryState State { get; set; }

    public FailureStage Stage { get; set; }

    public DeliveryMarks Marks { get; set; }

    public SegmentCallType Type { get; set; }

    /// <summary>Event of a track, name of a page, else null; at most 200 characters.</summary>
    public string? EventName { get; set; }

    public required string MessageId { get; set; }

    public string? UserId { get; set; }

    public string? AnonymousId { get; set; }

    public string? Email { get; set; }

    public string? OrderId { get; set; }

    /// <summary>64-bit keyed hashes (see SearchKey) for exact search, checked against the text; null when there is no value.</summary>
    public long? UserHash { get; set; }

    /// <summary>Of the anonymousId where a userId stands beside it; else <see cref="UserHash"/> is the one.</summary>
    public long? AnonymousHash { get; set; }

    public long? EmailHash { get; set; }

    public long? OrderHash { get; set; }

    /// <summary>Not keyed (see SearchHash): a messageId is nobody's.</summary>
    public long MessageHash { get; set; }

    /// <summary>Keyed hash of (userId else anonymousId), 0 without one: deliveries of one lane go out one after another.</summary>
    public long Lane { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }

    /// <summary>The call's own time.</summary>
    public DateTimeOffset OccurredAt { get; set; }

    /// <summary>When the next attempt is due; null when there is none.</summary>
    public DateTimeOffset? DueAt { get; set; }

    public DateTimeOffset? ClaimedUntil { get; set; }

    public int AttemptCount { get; set; }

    /// <summary>Tries spent of the schedule: a hold or a person's retry spends none.</summary>
    public int ScheduleStep { get; set; }

    /// <summary>Code of the cause catalogue: why it is skipped or failed, or why the last attempt was not Accepted.</summary>
    public string? Cause { get; set; }

    /// <summary>HTTP status of the last attempt; null when there was no answer.</summary>
    public int? StatusCode { get; set; }

    public DateTimeOffset? LastAttemptAt { get; set; }

    /// <summary>When it reached its final state.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The first delivery, when this one is a repeat of it.</summary>
    public long? DuplicateOf { get; set; }

    /// <summary>The delivery whose event this one sends anew: of a replay, or, edited, in its place (<see cref="Receiving.Origin.Edit"/>). A repeat from outside has <see cref="DuplicateOf"/> instead.</summary>
    public long? CopyOf { get; set; }

    /// <summary>The bulk retry or replay that sent it last; null for most.</summary>
    public long? RetryBatchId { get; set; }

    /// <summary>The failure group of its last failure, also once it was retried; null when it never failed.</summary>
    public long? GroupId { get; set; }
}

public enum AttemptTrigger
{
    First = 1,
    Automatic = 2,
    Manual = 3,
    AfterRestart = 4,

    /// <summary>A bulk retry or replay: <see cref="Attempt.RetryBatchId"/>.</summary>
    Bulk = 5,
}

/// <summary>One HTTP exchange as one delivery saw it. In a batch many attempts share one <see cref="Exchange"/>.</summary>
public sealed class Attempt
{
    public long Id { get; set; }

    public long DeliveryId { get; set; }

    /// <summary>1, 2, 3 … within the delivery.</summary>
    public int Number { get; set; }

    public AttemptTrigger Trigger { get; set; }

    /// <summary>Of which bulk retry or replay; null for any other trigger.</summary>
    public long? RetryBatchId { get; set; }

    public long? ExchangeId { get; set; }

    /// <summary>What was sent: the kept mapped call.</summary>
    public long? MappedCallId { get; set; }

    /// <summary>accepted, try_later, hold or failed.</summary>
    public required string Outcome { get; set; }

    public string? Cause { get; set; }

    /// <summary>This attempt may repeat one that went out before a stop or by a person's wish.</summary>
    public bool MayRepeat { get; set; }

    public int ConnectionVersion { get; set; }

    public string? SecretFingerprint { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    /// <summary>When the next one was due after this, and why; null when none.</summary>
    public DateTimeOffset? NextDueAt { get; set; }
}

/// <summary>One HTTP request and its answer, kept once however many deliveries it carried. Never holds key, secret or signature.</summary>
public sealed class Exchange
{
    public long Id { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    public required string Url { get; set; }

    /// <summary>Deliveries carried: 1 for <c>/t</c>.</summary>
    public int Size { get; set; }

    public int? StatusCode { get; set; }

    /// <summary>Response headers, one <c>Name: value</c> a line.</summary>
    public string? ResponseHeaders { get; set; }

    /// <summary>At most 128 KiB.</summary>
    public byte[]? ResponseBody { get; set; }

    /// <summary>Full length of the response body, even when less of it is kept.</summary>
    public long? ResponseLength { get; set; }

    /// <summary>Milliseconds by phase; null when the phase did not happen (a pooled connection has no DNS).</summary>
    public int? DnsMs { get; set; }

    public int? ConnectMs { get; set; }

    public int? TlsMs { get; set; }

    public int? WaitMs { get; set; }

    public int? ReadMs { get; set; }

    public int TotalMs { get; set; }
}

/// <summary>A mapped call as it was sent: JSON without appClientId, sentAt and signature, with the notes of that mapping.</summary>
public sealed class MappedCall
{
    public long Id { get; set; }

    public long DeliveryId { get; set; }

    public required string Content { get; set; }

    /// <summary>JSON array of {code, path, text …}; null when there were none.</summary>
    public string? Notes { get; set; }

    public int MapperVersion { get; set; }

    public int ConnectionVersion { get; set; }

    public DateTimeOffset MappedAt { get; set; }
}
