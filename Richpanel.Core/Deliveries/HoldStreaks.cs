using System.Collections.Immutable;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Deliveries;

/// <summary>What an answer means for the connection as a whole.</summary>
internal enum HoldDecision
{
    /// <summary>Nothing: the answer is about this delivery alone.</summary>
    None,

    /// <summary>It may be about the connection; this delivery waits and spends no try of its schedule.</summary>
    Suspect,

    /// <summary>The connection stops; this delivery waits and spends no try of its schedule.</summary>
    Hold,

    /// <summary>A 403 that others did not get: this delivery fails.</summary>
    RefusedByFilter,

    /// <summary>It was a probe and got no answer: this delivery waits for the next one and spends no try of its schedule.</summary>
    Probe,
}

/// <param name="Suspicions">How many answers in a row made this delivery's own case suspect; what a person asked for is not counted.</param>
internal readonly record struct HoldReading(HoldDecision Decision, int Suspicions)
{
    public static readonly HoldReading None = new(HoldDecision.None, 0);
}

/// <summary>
/// The rules of design section 6 that need more than one answer: an address fault on 3 different deliveries in a row, a 403 on
/// 5 different ones with none accepted between. A delivery that gets 403 again after others were accepted is refused by a filter.
/// </summary>
internal sealed record HoldStreaks
{
    public const int AddressLimit = 3;

    public const int ForbiddenLimit = 5;

    public static readonly HoldStreaks None = new();

    private ImmutableHashSet<long> AddressFaults { get; init; } = [];

    private ImmutableHashSet<long> Forbidden { get; init; } = [];

    /// <summary>Got 403 while the streak was broken by an acceptance: one more 403 is about them alone.</summary>
    private ImmutableHashSet<long> Singled { get; init; } = [];

    /// <summary>Answers so far, in a row, that left a delivery suspect. In memory only: a restart starts the count again.</summary>
    private ImmutableDictionary<long, int> Suspicions { get; init; } = ImmutableDictionary<long, int>.Empty;

    /// <param name="byHand">A person asked for this attempt: it counts for the connection, not against the delivery.</param>
    public (HoldStreaks Next, HoldReading Reading) Observe(long deliveryId, Verdict verdict, bool byHand = false)
    {
        var (next, decision) = Advance(deliveryId, verdict);
        if (decision != HoldDecision.Suspect)
        {
            return (next with { Suspicions = next.Suspicions.Remove(deliveryId) }, new HoldReading(decision, 0));
        }

        var suspicions = Suspicions.GetValueOrDefault(deliveryId) + (byHand ? 0 : 1);
        return (next with { Suspicions = next.Suspicions.SetItem(deliveryId, suspicions) }, new HoldReading(decision, suspicions));
    }

    /// <summary>The delivery has ended: if a person sends it again, its own count starts anew.</summary>
    public HoldStreaks Forget(long deliveryId) => this with { Suspicions = Suspicions.Remove(deliveryId) };

    private (HoldStreaks Next, HoldDecision Decision) Advance(long deliveryId, Verdict verdict) => verdict switch
    {
        { Class: AnswerClass.Accepted } => (
            this with { AddressFaults = [], Forbidden = [], Singled = Singled.Union(Forbidden).Remove(deliveryId) }, HoldDecision.None),
        { Class: AnswerClass.Hold, Hold: HoldRule.AtOnce } => (this with { AddressFaults = [] }, HoldDecision.Hold),
        { Class: AnswerClass.Hold, Hold: HoldRule.AddressStreak } => OnAddressFault(AddressFaults.Add(deliveryId)),
        { Class: AnswerClass.Hold, Hold: HoldRule.ForbiddenStreak } => OnForbidden(deliveryId),
        _ => (this with { AddressFaults = [] }, HoldDecision.None),
    };

    private (HoldStreaks Next, HoldDecision Decision) OnAddressFault(ImmutableHashSet<long> faults) =>
        (this with { AddressFaults = faults }, faults.Count >= AddressLimit ? HoldDecision.Hold : HoldDecision.Suspect);

    private (HoldStreaks Next, HoldDecision Decision) OnForbidden(long deliveryId)
    {
        var calm = this with { AddressFaults = [] };
        if (Singled.Contains(deliveryId))
        {
            return (calm with { Singled = Singled.Remove(deliveryId) }, HoldDecision.RefusedByFilter);
        }

        var forbidden = Forbidden.Add(deliveryId);
        return (calm with { Forbidden = forbidden }, forbidden.Count >= ForbiddenLimit ? HoldDecision.Hold : HoldDecision.Suspect);
    }
}
