using Richpanel.Core.Health;

namespace Richpanel.Core.Alerts.Rules;

/// <summary>
/// What is told, and when: from what was told before, how everything is now, and the time. Quiet by design: a change must last, what
/// comes and goes must stay well for longer and longer before its end is told, what is only less bad than was told is left to the
/// reminder, what changes at about the same time is told together, and nothing is told twice but a reminder. Pure.
/// </summary>
public static class AlertRules
{
    /// <summary>Bad again within this after a recovery was told: it comes and goes.</summary>
    public static readonly TimeSpan RelapsesWithin = TimeSpan.FromHours(1);

    /// <summary>By so many doublings the time grows at most that it must stay well: 2 minutes become 32.</summary>
    private const int MostDoublings = 4;

    /// <param name="before">What is remembered; a subject without a memory counts as told that it is healthy.</param>
    /// <param name="facts">How everything is now.</param>
    /// <param name="areAll">A subject without a fact is gone, and so is its memory; otherwise it could not be looked at, and its memory stays.</param>
    public static AlertLook Look(IReadOnlyCollection<AlertMemory> before, IReadOnlyCollection<AlertFact> facts, bool areAll, AlertPolicy policy, DateTimeOffset now)
    {
        var known = before.ToDictionary(memory => memory.Subject, StringComparer.Ordinal);
        var seen = facts.Select(fact => (Fact: fact, Memory: See(known.GetValueOrDefault(fact.Subject) ?? new AlertMemory(fact.Subject), fact.State, now))).ToList();
        var anyDue = seen.Exists(one => IsDue(one.Fact, one.Memory, policy, now));
        List<AlertMemory> memory = [.. areAll ? [] : before.Where(old => facts.All(fact => fact.Subject != old.Subject))];
        List<AlertNotice> notices = [];
        foreach (var (fact, one) in seen)
        {
            if (IsDue(fact, one, policy, now) || (anyDue && ComesAlong(fact, one, policy, now)))
            {
                var (told, notice) = Tell(fact, one, now);
                memory.Add(told);
                notices.Add(notice);
            }
            else if (policy.Remind is { } remind && fact.IsBad && one is { IsBad: true, DiffersSince: null } && now - one.LastToldAt >= remind)
            {
                memory.Add(one with { Told = fact.State, LastToldAt = now });
                notices.Add(new AlertNotice(AlertNoticeKind.Reminder, fact, one.Told, one.BadSince ?? fact.Since, one.Relapses));
            }
            else
            {
                memory.Add(one);
            }
        }

        return new AlertLook(memory, [.. notices.OrderBy(notice => Rank(notice)).ThenBy(notice => notice.Fact.Title, StringComparer.OrdinalIgnoreCase)]);
    }

    /// <summary>
    /// How it is now, and since when; a clock that was turned back begins anew. What is bad, but less than was told, does not differ: what
    /// swings between two bad states would be told each time.
    /// </summary>
    private static AlertMemory See(AlertMemory memory, HealthState state, DateTimeOffset now)
    {
        if (state == HealthState.Undecided)
        {
            return memory with { Seen = state, SeenSince = null, DiffersSince = null };
        }

        var since = memory.Seen == state && memory.SeenSince <= now ? memory.SeenSince : now;
        var differs = state == memory.Told || (memory.IsBad && state is not HealthState.Healthy && state < memory.Told) ? null : memory.DiffersSince <= now ? memory.DiffersSince : now;
        return memory with { Seen = state, SeenSince = since, DiffersSince = differs };
    }

    /// <summary>
    /// What gets worse must not have been as told for the whole time, in whatever way; what gets well must have been well for the whole
    /// time.
    /// </summary>
    private static bool IsDue(AlertFact fact, AlertMemory memory, AlertPolicy policy, DateTimeOffset now) =>
        memory.DiffersSince is { } differs
        && (fact.IsBad
            ? fact.TellsAtOnce || now - differs >= policy.Settle
            : now - memory.SeenSince >= policy.Settle * (1 << Math.Min(memory.Relapses, MostDoublings)));

    /// <summary>When one is told, what has been bad for half the time is told with it: an outage seldom stops at one connection.</summary>
    private static bool ComesAlong(AlertFact fact, AlertMemory memory, AlertPolicy policy, DateTimeOffset now) =>
        fact.IsBad && memory is { IsBad: false, DiffersSince: { } differs } && now - differs >= policy.Settle / 2;

    private static (AlertMemory, AlertNotice) Tell(AlertFact fact, AlertMemory memory, DateTimeOffset now)
    {
        var told = memory with { Told = fact.State, ToldAt = now, LastToldAt = now, DiffersSince = null };
        if (!fact.IsBad)
        {
            return (told with { BadSince = null }, new AlertNotice(AlertNoticeKind.Recovered, fact, memory.Told, memory.BadSince, memory.Relapses));
        }

        var since = memory.IsBad ? memory.BadSince : fact.Since ?? memory.DiffersSince;
        var relapses = memory.IsBad ? memory.Relapses : now - memory.ToldAt < RelapsesWithin ? memory.Relapses + 1 : 0;
        return (told with { BadSince = since, Relapses = relapses }, new AlertNotice(AlertNoticeKind.Change, fact, memory.Told, fact.Since ?? memory.DiffersSince, relapses) { Began = since });
    }

    private static int Rank(AlertNotice notice) => notice switch
    {
        { Kind: AlertNoticeKind.Recovered } => 3,
        { Kind: AlertNoticeKind.Reminder } => 2,
        { Fact.State: HealthState.Degraded } => 1,
        _ => 0,
    };
}
