using Richpanel.Core.Deliveries;
using Richpanel.Core.Retention;

namespace Richpanel.Tests.Retention;

/// <summary>How long what is kept stays: the rules alone.</summary>
public sealed class RetentionRulesTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly RetentionRules s_rules = new(true, 30, 90, 180, 30);

    [Theory]
    [InlineData(DeliveryState.Accepted, 30)]
    [InlineData(DeliveryState.Skipped, 30)]
    [InlineData(DeliveryState.Settled, 30)]
    [InlineData(DeliveryState.Failed, 90)]
    [InlineData(DeliveryState.Canceled, 90)]
    public void Content_goes_by_state_and_age_and_the_row_later(DeliveryState state, int days)
    {
        var fate = s_rules.FateOf(new RetentionFacts(state, s_noon.AddDays(-5), s_noon, null, false, false));

        Assert.Equal(new RetentionFate(KeptBy.None, s_noon.AddDays(days), s_noon.AddDays(180)), fate);
        Assert.False(fate.LosesContentBy(s_noon.AddDays(days).AddTicks(-1)));
        Assert.True(fate.LosesContentBy(s_noon.AddDays(days)));
        Assert.False(fate.LosesRowBy(s_noon.AddDays(180).AddTicks(-1)));
        Assert.True(fate.LosesRowBy(s_noon.AddDays(180)));
    }

    [Theory]
    [InlineData(DeliveryState.Waiting, false, false, KeptBy.Waiting)]
    [InlineData(DeliveryState.Sending, false, false, KeptBy.Waiting)]
    [InlineData(DeliveryState.Accepted, true, false, KeptBy.Pin)]
    [InlineData(DeliveryState.Failed, true, true, KeptBy.Pin)]
    [InlineData(DeliveryState.Skipped, false, true, KeptBy.Task)]
    public void What_waits_is_pinned_or_has_an_open_task_never_goes_however_old(DeliveryState state, bool pinned, bool task, KeptBy kept)
    {
        var fate = s_rules.FateOf(new RetentionFacts(state, s_noon.AddYears(-5), s_noon.AddYears(-5), null, pinned, task));

        Assert.Equal(new RetentionFate(kept, null, null), fate);
        Assert.False(fate.LosesContentBy(DateTimeOffset.MaxValue));
        Assert.False(fate.LosesRowBy(DateTimeOffset.MaxValue));
    }

    [Fact]
    public void Off_keeps_everything() =>
        Assert.Equal(KeptBy.Off, (s_rules with { Enabled = false }).FateOf(new RetentionFacts(DeliveryState.Accepted, s_noon.AddYears(-5), null, null, false, false)).Kept);

    [Fact]
    public void A_try_after_the_end_counts_as_the_end_and_without_an_end_the_receipt()
    {
        Assert.Equal(s_noon.AddDays(33), s_rules.FateOf(new RetentionFacts(DeliveryState.Accepted, s_noon, s_noon, s_noon.AddDays(3), false, false)).ContentUntil);
        Assert.Equal(s_noon.AddDays(30), s_rules.FateOf(new RetentionFacts(DeliveryState.Accepted, s_noon, null, null, false, false)).ContentUntil);
    }

    [Fact]
    public void A_row_never_goes_before_its_content() =>
        Assert.Equal(s_noon.AddDays(90), (s_rules with { RowDays = 10 }).FateOf(new RetentionFacts(DeliveryState.Failed, s_noon, s_noon, null, false, false)).RowUntil);

    [Theory]
    [InlineData(1, 90, 180, 30, nameof(RetentionRules.AcceptedDays))]
    [InlineData(30, 3_651, 3_651, 30, nameof(RetentionRules.FailedDays), nameof(RetentionRules.RowDays))]
    [InlineData(30, 90, 89, 30, nameof(RetentionRules.RowDays))]
    [InlineData(30, 90, 180, 0, nameof(RetentionRules.RefusedDays))]
    [InlineData(2, 2, 2, 1)]
    public void Rules_that_cannot_be_kept_are_named(int accepted, int failed, int row, int refused, params string[] fields) =>
        Assert.Equal(fields, new RetentionRules(true, accepted, failed, row, refused).Faults().Select(fault => fault.Field));
}
