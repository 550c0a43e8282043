using Richpanel.Core.Deliveries;
using Richpanel.Core.Wire;

namespace Richpanel.Tests.Deliveries;

public sealed class HoldStreaksTests
{
    private static readonly Verdict s_accepted = new(AnswerClass.Accepted, null);
    private static readonly Verdict s_unauthorized = new(AnswerClass.Hold, "unauthorized", HoldRule.AtOnce);
    private static readonly Verdict s_notFound = new(AnswerClass.Hold, "not_found", HoldRule.AddressStreak);
    private static readonly Verdict s_forbidden = new(AnswerClass.Hold, "forbidden", HoldRule.ForbiddenStreak);
    private static readonly Verdict s_busy = new(AnswerClass.TryLater, "http_503");

    [Fact]
    public void A_401_holds_at_once() =>
        Assert.Equal([HoldDecision.Hold], Decisions((1, s_unauthorized)));

    [Fact]
    public void Address_faults_hold_on_the_third_different_delivery_in_a_row() =>
        Assert.Equal(
            [HoldDecision.Suspect, HoldDecision.Suspect, HoldDecision.Suspect, HoldDecision.Hold],
            Decisions((1, s_notFound), (2, s_notFound), (2, s_notFound), (3, s_notFound)));

    [Fact]
    public void Any_other_answer_breaks_a_row_of_address_faults() =>
        Assert.Equal(
            [HoldDecision.Suspect, HoldDecision.Suspect, HoldDecision.None, HoldDecision.Suspect],
            Decisions((1, s_notFound), (2, s_notFound), (3, s_busy), (4, s_notFound)));

    [Fact]
    public void A_403_holds_on_the_fifth_different_delivery_whatever_else_is_not_accepted_between() =>
        Assert.Equal(
            HoldDecision.Hold,
            Decisions((1, s_forbidden), (2, s_forbidden), (9, s_busy), (3, s_forbidden), (4, s_forbidden), (5, s_forbidden))[^1]);

    [Fact]
    public void The_same_delivery_refused_five_times_holds_nothing() =>
        Assert.Equal(
            Enumerable.Repeat(HoldDecision.Suspect, 5),
            Decisions((1, s_forbidden), (1, s_forbidden), (1, s_forbidden), (1, s_forbidden), (1, s_forbidden)));

    [Fact]
    public void An_acceptance_between_starts_the_count_of_403_again() =>
        Assert.DoesNotContain(
            HoldDecision.Hold,
            Decisions(
                (1, s_forbidden), (2, s_forbidden), (3, s_forbidden), (4, s_forbidden), (9, s_accepted),
                (5, s_forbidden), (6, s_forbidden), (7, s_forbidden), (8, s_forbidden)));

    [Fact]
    public void A_delivery_that_gets_403_again_after_others_were_accepted_is_refused_by_a_filter() =>
        Assert.Equal(
            [HoldDecision.Suspect, HoldDecision.None, HoldDecision.RefusedByFilter],
            Decisions((1, s_forbidden), (2, s_accepted), (1, s_forbidden)));

    [Fact]
    public void Suspect_answers_are_counted_for_each_delivery_but_not_those_a_person_asked_for()
    {
        var streaks = HoldStreaks.None;
        (streaks, _) = streaks.Observe(1, s_notFound);
        (streaks, var second) = streaks.Observe(1, s_notFound);
        (streaks, var byHand) = streaks.Observe(1, s_notFound, byHand: true);
        (streaks, var other) = streaks.Observe(2, s_notFound);

        Assert.Equal((2, 2, 1), (second.Suspicions, byHand.Suspicions, other.Suspicions));
        Assert.Equal(1, streaks.Forget(1).Observe(1, s_notFound).Reading.Suspicions);
    }

    [Fact]
    public void Another_answer_starts_the_count_of_a_delivery_again()
    {
        var streaks = HoldStreaks.None;
        (streaks, _) = streaks.Observe(1, s_notFound);
        (streaks, _) = streaks.Observe(1, s_busy);

        Assert.Equal(1, streaks.Observe(1, s_notFound).Reading.Suspicions);
    }

    private static List<HoldDecision> Decisions(params (long Delivery, Verdict Verdict)[] answers)
    {
        var streaks = HoldStreaks.None;
        List<HoldDecision> decisions = [];
        foreach (var (delivery, verdict) in answers)
        {
            (streaks, var reading) = streaks.Observe(delivery, verdict);
            decisions.Add(reading.Decision);
        }

        return decisions;
    }
}
