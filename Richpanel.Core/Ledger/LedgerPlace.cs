using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;

namespace Richpanel.Core.Ledger;

/// <summary>One delivery as the ledger sees it: every field of its row that something is counted by.</summary>
/// <param name="StatusCode">HTTP status of the last answer; null when there was none.</param>
/// <param name="AttemptCount">Attempts so far: what is Accepted after more than one came through on a retry.</param>
/// <param name="EndedAt">When it reached its final state.</param>
/// <param name="RetryBatchId">The bulk retry or replay that sent it last, which counts it too.</param>
/// <param name="GroupId">The failure group it is in, which counts what is failed now.</param>
public readonly record struct LedgerPlace(
    long ConnectionId,
    Origin Origin,
    DateTimeOffset ReceivedAt,
    DeliveryState State,
    string? EventName,
    string? Cause,
    int? StatusCode = null,
    int AttemptCount = 0,
    DateTimeOffset? EndedAt = null,
    long? RetryBatchId = null,
    long? GroupId = null)
{
    public static LedgerPlace Of(Delivery row) => new(
        row.ConnectionId, row.Origin, row.ReceivedAt, row.State, row.EventName, row.Cause, row.StatusCode, row.AttemptCount, row.EndedAt, row.RetryBatchId, row.GroupId);

    /// <summary>Sending is a moment of Waiting: rollups do not tell them apart, so a claim costs them nothing.</summary>
    internal DeliveryState RolledState => State == DeliveryState.Sending ? DeliveryState.Waiting : State;

    internal bool IsOnRetry => State == DeliveryState.Accepted && AttemptCount > 1;

    /// <summary>From receipt to acceptance; null for what was not accepted.</summary>
    internal int? LatencyBucket => State == DeliveryState.Accepted && EndedAt is { } ended ? LatencyBuckets.Of(ended - ReceivedAt) : null;
}
