namespace Richpanel.Core.Deliveries;

/// <summary>Everything one commit of a connection's loop writes and claims.</summary>
/// <param name="Outcomes">In the order in which the sends ended.</param>
/// <param name="Releases">Claims that never started and are given back.</param>
/// <param name="ClaimAtMost">How many due deliveries to claim; 0 = none.</param>
/// <param name="Sweep">Null = no sweep this time.</param>
internal sealed record DispatchTurn(
    long ConnectionId,
    DateTimeOffset Now,
    IReadOnlyList<DeliveryOutcome> Outcomes,
    IReadOnlyList<ClaimedDelivery> Releases,
    ConnectionStop? Stop,
    int ClaimAtMost,
    DateTimeOffset ClaimUntil,
    ClaimSweep? Sweep);

/// <summary>Claims that ended before a time and whose holder is gone become Waiting again, marked.</summary>
/// <param name="Own">Claims in the loop's own hands, which stay.</param>
internal sealed record ClaimSweep(DateTimeOffset EndedBefore, IReadOnlySet<long> Own);

/// <param name="NextDue">When the next unclaimed delivery is due; null when none waits.</param>
/// <param name="Orphans">Claims of others that were over and became Waiting again, marked.</param>
internal sealed record TurnResult(IReadOnlyList<ClaimedDelivery> Claimed, DateTimeOffset? NextDue, int Orphans);
