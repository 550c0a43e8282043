using Richpanel.Core.Deliveries;
using Richpanel.Core.Wire;

namespace Richpanel.Tests.Deliveries;

public sealed class OutcomeRulesTests
{
    private static readonly DeliveryOptions s_options = new() { Jitter = 0 };

    [Fact]
    public void Accepted_ends_it_with_one_attempt()
    {
        var outcome = Decide(A.Claim(), A.Answer(AnswerClass.Accepted, status: 200));

        Assert.Equal((DeliveryState.Accepted, null, A.Noon), (outcome.State, outcome.Cause, outcome.EndedAt!.Value));
        Assert.Equal("accepted", Assert.Single(outcome.Attempts).Outcome);
        Assert.Equal(AttemptTrigger.First, outcome.Attempts[0].Trigger);
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 30)]
    [InlineData(2, 120)]
    [InlineData(3, 600)]
    [InlineData(4, 1800)]
    [InlineData(5, 7200)]
    [InlineData(6, 18000)]
    [InlineData(7, 36000)]
    public void Try_later_waits_as_the_schedule_says_and_spends_one_try(int spent, int seconds)
    {
        var outcome = Decide(A.Claim(attempts: spent, step: spent), A.Answer(AnswerClass.TryLater, "http_502", 502));

        Assert.Equal(DeliveryState.Waiting, outcome.State);
        Assert.Equal(A.Noon.AddSeconds(seconds), outcome.DueAt);
        Assert.Equal((spent + 1, "http_502"), (outcome.ScheduleStep, outcome.Cause));
        Assert.Equal(outcome.DueAt, outcome.Attempts[0].NextDueAt);
    }

    [Fact]
    public void A_used_up_schedule_fails_with_the_cause_of_the_last_attempt()
    {
        var outcome = Decide(A.Claim(attempts: 8, step: 8), A.Answer(AnswerClass.TryLater, "http_502", 502));

        Assert.Equal(
            (DeliveryState.Failed, FailureStage.Sending, "http_502", null), (outcome.State, outcome.Stage, outcome.Cause, outcome.DueAt));
    }

    [Fact]
    public void A_refusal_for_good_fails_at_once()
    {
        var outcome = Decide(A.Claim(), A.Answer(AnswerClass.Failed, "http_400", 400));

        Assert.Equal((DeliveryState.Failed, FailureStage.Sending, "http_400"), (outcome.State, outcome.Stage, outcome.Cause));
    }

    [Fact]
    public void A_Retry_After_postpones_the_connection_and_the_delivery_is_never_due_earlier_than_asked()
    {
        var answer = A.Answer(AnswerClass.TryLater, "http_429", 429, TimeSpan.FromMinutes(7));

        Assert.Equal(new ConnectionStop(null, A.Noon.AddMinutes(7)), OutcomeRules.StopAfter(answer, HoldDecision.None, A.Noon));
        Assert.Equal((DeliveryState.Waiting, A.Noon.AddMinutes(7), 3), State(Decide(A.Claim(step: 2, attempts: 2), answer)));
    }

    [Fact]
    public void A_Retry_After_shorter_than_the_schedule_does_not_shorten_it_and_ends_with_it()
    {
        var answer = A.Answer(AnswerClass.TryLater, "http_429", 429, TimeSpan.FromSeconds(1));

        Assert.Equal((DeliveryState.Waiting, A.Noon.AddMinutes(10), 4), State(Decide(A.Claim(step: 3, attempts: 3), answer)));
        Assert.Equal(DeliveryState.Failed, Decide(A.Claim(step: 8, attempts: 8), answer).State);
    }

    [Fact]
    public void A_Retry_After_beyond_six_hours_is_a_hold_that_ends_by_itself()
    {
        var answer = A.Answer(AnswerClass.TryLater, "http_429", 429, TimeSpan.FromHours(7));

        Assert.Equal(new ConnectionStop("http_429", A.Noon.AddHours(7)), OutcomeRules.StopAfter(answer, HoldDecision.None, A.Noon));
        Assert.Equal((DeliveryState.Waiting, A.Noon, 0), State(Decide(A.Claim(), answer)));
    }

    [Fact]
    public void A_hold_spends_no_try_and_keeps_the_place_in_the_lane()
    {
        var answer = A.Answer(AnswerClass.Hold, "http_401", 401, hold: HoldRule.AtOnce);

        Assert.Equal(new ConnectionStop("http_401", null), OutcomeRules.StopAfter(answer, HoldDecision.Hold, A.Noon));
        Assert.Equal((DeliveryState.Waiting, A.Noon, 0), State(Decide(A.Claim(), answer, HoldDecision.Hold)));
    }

    [Fact]
    public void A_suspect_answer_spends_no_try_but_waits_longer_each_time_and_not_for_ever()
    {
        var answer = A.Answer(AnswerClass.Hold, "http_404", 404, hold: HoldRule.AddressStreak);

        Assert.Equal((DeliveryState.Waiting, A.Noon.AddSeconds(5), 0), State(Decide(A.Claim(), answer, HoldDecision.Suspect, 1)));
        Assert.Equal((DeliveryState.Waiting, A.Noon.AddSeconds(30), 0), State(Decide(A.Claim(attempts: 1), answer, HoldDecision.Suspect, 2)));
        Assert.Equal(DeliveryState.Failed, Decide(A.Claim(attempts: 8), answer, HoldDecision.Suspect, 9).State);
    }

    [Fact]
    public void Earlier_attempts_of_another_kind_do_not_count_as_suspect_answers()
    {
        var answer = A.Answer(AnswerClass.Hold, "http_404", 404, hold: HoldRule.AddressStreak);

        Assert.Equal((DeliveryState.Waiting, A.Noon.AddSeconds(5), 7), State(Decide(A.Claim(attempts: 12, step: 7), answer, HoldDecision.Suspect, 1)));
    }

    [Fact]
    public void A_403_that_only_some_get_fails_as_refused_by_a_filter()
    {
        var outcome = Decide(A.Claim(), A.Answer(AnswerClass.Hold, "http_403", 403, hold: HoldRule.ForbiddenStreak), HoldDecision.RefusedByFilter);

        Assert.Equal((DeliveryState.Failed, "refused_by_filter"), (outcome.State, outcome.Cause));
    }

    [Fact]
    public void A_persons_retry_spends_no_try_and_says_who_asked()
    {
        var outcome = Decide(A.Claim(marks: DeliveryMarks.ManualRetry, attempts: 4, step: 3), A.Answer(AnswerClass.TryLater, "http_502", 502));

        Assert.Equal((3, AttemptTrigger.Manual), (outcome.ScheduleStep, outcome.Attempts[0].Trigger));
        Assert.False(outcome.Marks.HasFlag(DeliveryMarks.ManualRetry));
    }

    [Theory]
    [InlineData(null, 12, true)]
    [InlineData(null, null, false)]
    [InlineData(502, 12, true)]
    [InlineData(200, 12, true)]
    [InlineData(429, 12, false)]
    public void What_may_have_arrived_is_marked_and_its_next_attempt_says_so(int? status, int? waited, bool marked)
    {
        var outcome = Decide(A.Claim(), A.Answer(AnswerClass.TryLater, "some_cause", status, waited: waited));

        Assert.Equal(marked, outcome.Marks.HasFlag(DeliveryMarks.MayHaveGoneOut));
        Assert.False(outcome.Attempts[0].MayRepeat);
        var next = Decide(A.Claim(marks: outcome.Marks, attempts: 1, step: 1), A.Answer(AnswerClass.Accepted, status: 200));
        Assert.Equal(marked, next.Attempts[0].MayRepeat);
    }

    [Fact]
    public void A_broken_off_send_is_marked_and_the_next_attempt_names_the_restart()
    {
        var outcome = OutcomeRules.BrokenOff(A.Claim());
        Assert.Equal((DeliveryState.Waiting, A.Noon, 0), State(outcome));

        var next = Decide(A.Claim(marks: outcome.Marks, cause: outcome.Cause), A.Answer(AnswerClass.Accepted, status: 200));
        Assert.Equal((AttemptTrigger.AfterRestart, true), (next.Attempts[0].Trigger, next.Attempts[0].MayRepeat));
    }

    [Fact]
    public void A_send_that_broke_by_an_error_of_our_own_spends_a_try_is_marked_and_does_not_go_on_for_ever()
    {
        var outcome = OutcomeRules.Broke(A.Claim(step: 1), s_options, 0, A.Noon);
        Assert.Equal((DeliveryState.Waiting, A.Noon.AddSeconds(30), 2), State(outcome));
        Assert.True(outcome.Marks.HasFlag(DeliveryMarks.MayHaveGoneOut));

        var last = OutcomeRules.Broke(A.Claim(step: 8), s_options, 0, A.Noon);
        Assert.Equal((DeliveryState.Failed, FailureStage.Sending, A.Noon), (last.State, last.Stage, last.EndedAt!.Value));
    }

    [Fact]
    public void A_refused_batch_and_the_single_try_after_it_are_two_attempts()
    {
        var outcome = Decide(A.Claim(), A.Answer(AnswerClass.Failed, "http_413", 413), A.Answer(AnswerClass.Accepted, status: 200));

        Assert.Equal(DeliveryState.Accepted, outcome.State);
        Assert.Equal([("failed", "http_413"), ("accepted", null)], outcome.Attempts.Select(attempt => (attempt.Outcome, attempt.Cause)));
    }

    private static (DeliveryState State, DateTimeOffset? Due, int Step) State(DeliveryOutcome outcome) =>
        (outcome.State, outcome.DueAt, outcome.ScheduleStep);

    private static DeliveryOutcome Decide(ClaimedDelivery row, SendResult answer, HoldDecision decision = HoldDecision.None, int suspicions = 0) =>
        OutcomeRules.Decide(A.Sent(row, answer), new HoldReading(decision, suspicions), s_options, 0, A.Noon);

    private static DeliveryOutcome Decide(ClaimedDelivery row, params SendResult[] answers) =>
        OutcomeRules.Decide(A.Sent(row, answers), HoldReading.None, s_options, 0, A.Noon);
}
