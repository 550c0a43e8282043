using Richpanel.Core.Preview;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;

namespace Richpanel.Core.Deliveries;

/// <summary>What a list of deliveries is narrowed to; null means any. Texts are matched whole; event names and e-mails without regard to case.</summary>
public sealed record DeliveryFilter
{
    /// <summary>Waiting includes Sending, as the ledger does.</summary>
    public DeliveryState? State { get; init; }

    /// <summary>Only Waiting deliveries whose connection is on hold (true) or not (false).</summary>
    public bool? Held { get; init; }

    public SegmentCallType? Type { get; init; }

    public string? Event { get; init; }

    /// <summary>userId or anonymousId.</summary>
    public string? User { get; init; }

    public string? Email { get; init; }

    public string? Order { get; init; }

    public string? MessageId { get; init; }

    public long? ConnectionId { get; init; }

    /// <summary>Only these connections; null = all. For callers who may not see every connection.</summary>
    public IReadOnlyList<long>? Among { get; init; }

    public Origin? Origin { get; init; }

    /// <summary>Cause code, or an HTTP status such as <c>503</c>, or a family such as <c>5xx</c>.</summary>
    public string? Code { get; init; }

    public DateTimeOffset? Since { get; init; }

    public DateTimeOffset? Until { get; init; }
}

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
    long? DuplicateOf);

/// <summary>How one try ended.</summary>
/// <param name="At">When it began.</param>
public sealed record TryOutcome(bool Accepted, string? Cause, DateTimeOffset? At = null);

/// <summary>How many deliveries fit a filter.</summary>
/// <param name="Found">At most <see cref="DeliveryQueries.MostCounted"/>.</param>
/// <param name="AndMore">There are more, or further back has not been looked.</param>
public sealed record DeliveryCount(int Found, bool AndMore);

/// <summary>A page, newest first.</summary>
/// <param name="NextCursor">Null on the last page.</param>
/// <param name="SearchedBackTo">
/// Not null when the page ends here because enough was looked at, not because it is full: everything received since then was looked at.
/// </param>
public sealed record DeliveryPage(IReadOnlyList<DeliveryRow> Items, string? NextCursor, DateTimeOffset? SearchedBackTo);

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
}

public sealed record AttemptDetail(Attempt Attempt, Exchange? Exchange, MappedCall? Sent);
