using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries.Flow;

namespace Richpanel.Core.Deliveries;

/// <summary>Everything one commit of a connection's loop writes and claims.</summary>
/// <param name="Outcomes">In the order in which the sends ended.</param>
/// <param name="Releases">Claims that never started and are given back.</param>
/// <param name="Sweep">Null = no sweep this time.</param>
/// <param name="Acceptance">Null = none, or known already.</param>
/// <param name="Move">Of the breaker or the catching up; null = none.</param>
internal sealed record DispatchTurn(
    long ConnectionId,
    DateTimeOffset Now,
    IReadOnlyList<DeliveryOutcome> Outcomes,
    IReadOnlyList<ClaimedDelivery> Releases,
    ConnectionStop? Stop,
    ClaimWish Claim,
    ClaimSweep? Sweep,
    SecretAcceptance? Acceptance,
    FlowMove? Move = null);

/// <summary>The first outcome Accepted of an attempt signed with a secret that was never accepted before.</summary>
internal sealed record SecretAcceptance(string Fingerprint, DateTimeOffset At)
{
    /// <summary>Null when it is known already, as it is on all but the first turn: then no outcome is looked at.</summary>
    public static SecretAcceptance? In(IReadOnlyList<DeliveryOutcome> outcomes, Connection? connection, DateTimeOffset now)
    {
        if (connection is not { SecretFingerprint: { } fingerprint, SecretAcceptedAt: null })
        {
            return null;
        }

        var first = outcomes.FirstOrDefault(outcome => outcome.State == DeliveryState.Accepted && outcome.Attempts.Count > 0 && outcome.Attempts[^1].SecretFingerprint == fingerprint);
        return first is null ? null : new SecretAcceptance(fingerprint, first.EndedAt ?? now);
    }
}

/// <summary>What may be claimed.</summary>
/// <param name="AtMost">Deliveries; 0 = none this time.</param>
/// <param name="LaneShare">Most claims of one lane, those that are held already included.</param>
/// <param name="Held">Claims that are held before the turn, by lane.</param>
internal sealed record ClaimWish(int AtMost, int LaneShare, DateTimeOffset Until, IReadOnlyDictionary<long, int> Held)
{
    /// <summary>The first that waits, whenever it is due: to see whether the other side answers again.</summary>
    public bool IsProbe { get; init; }

    /// <summary>While the connection catches up; null = whatever is due, in the order of its time.</summary>
    public RecoveryWish? Recovery { get; init; }

    /// <summary>A lane with fewer claims than this takes more.</summary>
    public int LookBelow => (LaneShare + 1) / 2;
}

/// <param name="Before">What was due before this has waited.</param>
/// <param name="AtMost">Of it.</param>
/// <param name="LooksForLive">Whether to look for what was received since, which goes first.</param>
internal sealed record RecoveryWish(DateTimeOffset Before, int AtMost, bool LooksForLive);

/// <summary>Claims that ended before a time and whose holder is gone become Waiting again, marked.</summary>
/// <param name="Own">Claims in the loop's own hands, which stay.</param>
internal sealed record ClaimSweep(DateTimeOffset EndedBefore, IReadOnlySet<long> Own);

/// <param name="Crowded">Lanes that were passed over and may have more due.</param>
/// <param name="NextDue">When the next unclaimed delivery of another lane is due; null when none waits.</param>
/// <param name="Orphans">Claims of others that were over and became Waiting again, marked.</param>
/// <param name="CaughtUp">The turn looked for what had waited, and none is left in the table.</param>
/// <param name="SecretAccepted">The connection's row now says when its secret was first accepted.</param>
internal sealed record TurnResult(IReadOnlyList<ClaimedDelivery> Claimed, IReadOnlySet<long> Crowded, DateTimeOffset? NextDue, int Orphans, bool SecretAccepted, bool CaughtUp);
