using Richpanel.Core.Alerts.Rules;
using Richpanel.Core.Health;

namespace Richpanel.Tests.Alerts;

/// <summary>What is told and when, over scripts of minutes: nothing here waits.</summary>
public sealed class AlertRulesTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly AlertPolicy s_policy = new(TimeSpan.FromMinutes(2), TimeSpan.FromHours(4));

    [Fact]
    public void What_is_well_from_the_beginning_is_not_told()
    {
        var script = new Script();

        Assert.Empty(script.Play(TimeSpan.FromDays(3), Shop(HealthState.Healthy)));
    }

    [Fact]
    public void A_failure_is_told_once_when_it_has_lasted_and_then_not_again_while_nothing_changes()
    {
        var script = new Script();

        var told = script.Play(TimeSpan.FromHours(3), Shop(HealthState.Failing));

        var notice = Assert.Single(told);
        Assert.Equal((AlertNoticeKind.Change, HealthState.Healthy, s_noon), (notice.Notice.Kind, notice.Notice.Before, notice.Notice.Since));
        Assert.Equal(TimeSpan.FromMinutes(2), notice.At - s_noon);
    }

    [Fact]
    public void What_is_over_before_the_settle_time_was_never_there()
    {
        var script = new Script();

        for (var i = 0; i < 20; i++)
        {
            Assert.Empty(script.Play(TimeSpan.FromSeconds(105), Shop(HealthState.Failing)));
            Assert.Empty(script.Play(TimeSpan.FromSeconds(30), Shop(HealthState.Healthy)));
        }
    }

    [Fact]
    public void What_swings_between_two_bad_states_is_told_as_it_is_when_the_time_is_over()
    {
        var script = new Script();

        script.Play(TimeSpan.FromMinutes(1), Shop(HealthState.Failing));
        var told = script.Play(TimeSpan.FromMinutes(2), Shop(HealthState.Degraded));

        Assert.Equal(HealthState.Degraded, Assert.Single(told).Notice.Fact.State);
        Assert.Equal(TimeSpan.FromMinutes(2), told[0].At - s_noon);
    }

    [Fact]
    public void A_recovery_must_have_been_well_for_the_whole_time()
    {
        var script = new Script();
        script.Play(TimeSpan.FromMinutes(5), Shop(HealthState.Failing));

        Assert.Empty(script.Play(TimeSpan.FromSeconds(105), Shop(HealthState.Degraded)));
        Assert.Empty(script.Play(TimeSpan.FromSeconds(105), Shop(HealthState.Healthy)));
        var told = script.Play(TimeSpan.FromSeconds(30), Shop(HealthState.Healthy));

        var notice = Assert.Single(told).Notice;
        Assert.Equal((AlertNoticeKind.Recovered, HealthState.Failing, s_noon), (notice.Kind, notice.Before, notice.Since));
    }

    [Fact]
    public void Getting_worse_is_told_and_what_is_better_without_being_well_is_left_to_the_reminder()
    {
        var script = new Script();

        var told = script.Play(TimeSpan.FromMinutes(10), Shop(HealthState.Degraded))
            .Concat(script.Play(TimeSpan.FromMinutes(10), Shop(HealthState.Failing)))
            .Concat(script.Play(TimeSpan.FromHours(5), Shop(HealthState.Degraded)))
            .Concat(script.Play(TimeSpan.FromMinutes(10), Shop(HealthState.Healthy)));

        Assert.Equal(
            [(AlertNoticeKind.Change, HealthState.Degraded), (AlertNoticeKind.Change, HealthState.Failing), (AlertNoticeKind.Reminder, HealthState.Degraded), (AlertNoticeKind.Recovered, HealthState.Healthy)],
            told.Select(one => (one.Notice.Kind, one.Notice.Fact.State)));
    }

    [Theory]
    [InlineData(HealthState.Degraded, HealthState.Failing)]
    [InlineData(HealthState.Failing, HealthState.Held)]
    public void What_swings_between_two_bad_states_is_told_once_of_each_and_then_only_reminded_of(HealthState mild, HealthState bad)
    {
        var script = new Script();

        var told = Enumerable.Range(0, 10).SelectMany(_ => script.Play(TimeSpan.FromMinutes(10), Shop(mild)).Concat(script.Play(TimeSpan.FromMinutes(10), Shop(bad)))).ToList();

        Assert.Equal([mild, bad], told.Select(one => one.Notice.Fact.State));
        Assert.Equal(s_noon.AddMinutes(12), told[1].At);
        var recovered = Assert.Single(script.Play(TimeSpan.FromMinutes(5), Shop(HealthState.Healthy))).Notice;
        Assert.Equal((AlertNoticeKind.Recovered, bad), (recovered.Kind, recovered.Before));
    }

    [Fact]
    public void A_hold_that_waits_for_somebody_is_told_at_once()
    {
        var script = new Script();

        var told = script.Play(TimeSpan.FromMinutes(10), Shop(HealthState.Held) with { TellsAtOnce = true });

        Assert.Equal(s_noon, Assert.Single(told).At);
    }

    [Fact]
    public void What_comes_and_goes_must_stay_well_for_twice_as_long_each_time()
    {
        var script = new Script();
        var waits = new List<TimeSpan>();
        for (var i = 0; i < 7; i++)
        {
            script.Play(TimeSpan.FromMinutes(3), Shop(HealthState.Failing));
            var from = script.Now;
            waits.Add(Assert.Single(script.Play(TimeSpan.FromMinutes(40), Shop(HealthState.Healthy)), one => one.Notice.Kind == AlertNoticeKind.Recovered).At - from);
        }

        Assert.Equal([2, 4, 8, 16, 32, 32, 32], waits.Select(wait => (int)wait.TotalMinutes));
    }

    [Fact]
    public void After_an_hour_of_being_well_it_is_as_if_it_were_the_first_time()
    {
        var script = new Script();
        script.Play(TimeSpan.FromMinutes(3), Shop(HealthState.Failing));
        script.Play(TimeSpan.FromMinutes(3), Shop(HealthState.Healthy));
        Assert.Equal(1, Assert.Single(script.Play(TimeSpan.FromMinutes(3), Shop(HealthState.Failing))).Notice.Relapses);
        script.Play(TimeSpan.FromMinutes(80), Shop(HealthState.Healthy));

        Assert.Equal(0, Assert.Single(script.Play(TimeSpan.FromMinutes(3), Shop(HealthState.Failing))).Notice.Relapses);
    }

    [Fact]
    public void A_reminder_comes_at_most_once_per_chosen_time_and_none_where_none_is_wished()
    {
        var script = new Script();
        var told = script.Play(TimeSpan.FromHours(13), Shop(HealthState.Held) with { TellsAtOnce = true });

        Assert.Equal([0, 4, 8, 12], told.Select(one => (int)(one.At - s_noon).TotalHours));
        Assert.All(told.Skip(1), one => Assert.Equal(AlertNoticeKind.Reminder, one.Notice.Kind));
        Assert.Single(new Script(s_policy with { Remind = null }).Play(TimeSpan.FromDays(3), Shop(HealthState.Failing)));
    }

    [Fact]
    public void What_changes_at_about_the_same_time_is_told_together()
    {
        var script = new Script();

        script.Play(TimeSpan.FromSeconds(45), Shop(HealthState.Failing), Of(2, HealthState.Healthy), Of(3, HealthState.Healthy));
        script.Play(TimeSpan.FromSeconds(60), Shop(HealthState.Failing), Of(2, HealthState.Failing), Of(3, HealthState.Healthy));
        var told = script.Play(TimeSpan.FromMinutes(1), Shop(HealthState.Failing), Of(2, HealthState.Failing), Of(3, HealthState.Failing));

        Assert.Equal(["connection:1", "connection:2"], told.Where(one => one.At == s_noon.AddMinutes(2)).Select(one => one.Notice.Fact.Subject));
        Assert.Equal(["connection:3"], script.Play(TimeSpan.FromMinutes(5), Shop(HealthState.Failing), Of(2, HealthState.Failing), Of(3, HealthState.Failing)).Select(one => one.Notice.Fact.Subject));
    }

    [Fact]
    public void A_person_s_stop_is_not_told_and_neither_is_what_was_bad_before_it_over()
    {
        var script = new Script();
        script.Play(TimeSpan.FromMinutes(5), Shop(HealthState.Failing));

        Assert.Empty(script.Play(TimeSpan.FromDays(2), Shop(HealthState.Undecided)));
        Assert.Equal(AlertNoticeKind.Recovered, Assert.Single(script.Play(TimeSpan.FromMinutes(5), Shop(HealthState.Healthy))).Notice.Kind);
        Assert.Empty(script.Play(TimeSpan.FromDays(2), Shop(HealthState.Undecided)));
        Assert.Empty(script.Play(TimeSpan.FromDays(2), Shop(HealthState.Healthy)));
    }

    [Fact]
    public void What_is_gone_is_forgotten_and_what_could_not_be_looked_at_is_remembered()
    {
        var script = new Script();
        script.Play(TimeSpan.FromMinutes(5), Shop(HealthState.Failing));

        Assert.Single(script.Look(areAll: false).Memory);
        Assert.Empty(script.Play(TimeSpan.FromMinutes(5), Shop(HealthState.Failing)));
        Assert.Empty(script.Look(areAll: true).Memory);
        Assert.Single(script.Play(TimeSpan.FromMinutes(5), Shop(HealthState.Failing)));
    }

    [Fact]
    public void A_clock_that_is_turned_back_tells_nothing_twice()
    {
        var script = new Script();
        script.Play(TimeSpan.FromMinutes(5), Shop(HealthState.Failing));
        script.Play(TimeSpan.FromMinutes(1), Shop(HealthState.Healthy));

        script.Now -= TimeSpan.FromDays(1);
        Assert.Equal(TimeSpan.FromMinutes(2), Assert.Single(script.Play(TimeSpan.FromMinutes(10), Shop(HealthState.Healthy))).At - script.Now + TimeSpan.FromMinutes(10));
        Assert.Single(script.Play(TimeSpan.FromMinutes(10), Shop(HealthState.Failing)));
    }

    [Fact]
    public void The_worst_stands_first()
    {
        var script = new Script();
        script.Play(TimeSpan.FromMinutes(5), Of(1, HealthState.Failing), Of(2, HealthState.Healthy), Of(3, HealthState.Healthy));

        var told = script.Play(TimeSpan.FromMinutes(2), Of(1, HealthState.Healthy), Of(2, HealthState.Degraded), Of(3, HealthState.Failing));
        told = [.. told, .. script.Play(TimeSpan.FromSeconds(15), Of(1, HealthState.Healthy), Of(2, HealthState.Degraded), Of(3, HealthState.Failing))];

        Assert.Equal(["connection:3", "connection:2", "connection:1"], told.Select(one => one.Notice.Fact.Subject));
    }

    [Theory]
    [InlineData(1, null, 30)]
    [InlineData(2, null, 120)]
    [InlineData(7, null, 14400)]
    [InlineData(1, 90, 90)]
    [InlineData(2, 90, 120)]
    [InlineData(8, null, null)]
    [InlineData(1, 50_000, null)]
    public void A_try_that_went_wrong_is_followed_by_another_until_it_is_given_up(int tries, int? retryAfter, int? seconds) =>
        Assert.Equal(
            seconds is { } wait ? s_noon.AddMinutes(1).AddSeconds(wait) : (DateTimeOffset?)null,
            AlertSchedule.Next(s_noon, tries, retryAfter is { } asked ? TimeSpan.FromSeconds(asked) : null, s_noon.AddMinutes(1)));

    private static AlertFact Shop(HealthState state) => Of(1, state);

    private static AlertFact Of(long id, HealthState state) => new(AlertFact.SubjectOf(id), state, $"Shop {id} is {state}", "It is so.", "Look.") { ConnectionId = id, Link = "/" };

    /// <summary>A look every 15 seconds.</summary>
    private sealed class Script(AlertPolicy? policy = null)
    {
        private IReadOnlyList<AlertMemory> _memory = [];

        public DateTimeOffset Now { get; set; } = s_noon;

        public AlertLook Look(bool areAll, params AlertFact[] facts)
        {
            var look = AlertRules.Look(_memory, facts, areAll, policy ?? s_policy, Now);
            _memory = look.Memory;
            return look;
        }

        /// <summary>What is told while everything stays so, from now on for so long; the look at the end belongs to what comes next.</summary>
        public List<(DateTimeOffset At, AlertNotice Notice)> Play(TimeSpan time, params AlertFact[] facts)
        {
            List<(DateTimeOffset, AlertNotice)> told = [];
            for (var until = Now + time; Now < until; Now += TimeSpan.FromSeconds(15))
            {
                told.AddRange(Look(areAll: true, facts).Notices.Select(notice => (Now, notice)));
            }

            return told;
        }
    }
}
