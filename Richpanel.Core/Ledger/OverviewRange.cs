namespace Richpanel.Core.Ledger;

/// <summary>
/// A span of receipt that rollups can answer exactly: whole slots of five minutes up to two days, whole hours up to eight, whole
/// quarters of a UTC day beyond. Pure.
/// </summary>
/// <param name="Since">Received at this time or later.</param>
/// <param name="Until">And before this.</param>
public sealed record OverviewRange(DateTimeOffset Since, DateTimeOffset Until)
{
    /// <summary>Longest span: what a page costs grows with it.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(92);

    /// <summary>Bars of a chart stay wide enough to be pointed at.</summary>
    private const int MostBars = 60;

    private static readonly TimeSpan s_longestBySlot = TimeSpan.FromDays(2);
    private static readonly TimeSpan s_longestByHour = TimeSpan.FromDays(8);

    private static readonly TimeSpan[] s_bars =
    [
        RollupTime.Slot, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1), TimeSpan.FromHours(2),
        TimeSpan.FromHours(3), TimeSpan.FromHours(4), TimeSpan.FromHours(6), TimeSpan.FromHours(12), TimeSpan.FromDays(1), TimeSpan.FromDays(2),
    ];

    public TimeSpan Length => Until - Since;

    /// <summary>What its two ends are whole multiples of.</summary>
    public TimeSpan Unit => UnitOf(Length);

    /// <summary>The equal span just before it.</summary>
    public OverviewRange Before => new(Since - Length, Since);

    /// <summary>How much time one bar of its chart stands for.</summary>
    public TimeSpan Bar => Array.Find(s_bars, bar => bar >= Unit && Length / bar <= MostBars);

    public int Bars => (int)Math.Ceiling(Length / Bar);

    /// <summary>The span that ends with the unit now under way.</summary>
    public static OverviewRange Last(TimeSpan length, DateTimeOffset now)
    {
        var until = Up(now + TimeSpan.FromTicks(1), UnitOf(length));
        return new OverviewRange(until - length, until);
    }

    /// <summary>The least span of whole units that covers this one; null when there is none, or it is too long.</summary>
    public static OverviewRange? Between(DateTimeOffset since, DateTimeOffset until)
    {
        if (until <= since || since < DateTimeOffset.UnixEpoch + Longest || until.Year > 9000)
        {
            return null;
        }

        var range = new OverviewRange(Down(since, RollupTime.Slot), Up(until, RollupTime.Slot));
        range = range.Unit == RollupTime.Slot ? range : new OverviewRange(Down(since, RollupTime.Hour), Up(until, RollupTime.Hour));
        range = range.Unit == RollupTime.Quarter ? new OverviewRange(Down(since, RollupTime.Quarter), Up(until, RollupTime.Quarter)) : range;
        return range.Length > Longest ? null : range;
    }

    public DateTimeOffset StartOf(int bar) => Since + (Bar * bar);

    /// <summary>Of the last bar it may be sooner than a whole one.</summary>
    public DateTimeOffset EndOf(int bar) => StartOf(bar + 1) is var end && end < Until ? end : Until;

    public int BarOf(DateTimeOffset time) => Math.Clamp((int)Math.Floor((time - Since) / Bar), 0, Bars - 1);

    private static TimeSpan UnitOf(TimeSpan length) =>
        length <= s_longestBySlot ? RollupTime.Slot : length <= s_longestByHour ? RollupTime.Hour : RollupTime.Quarter;

    private static DateTimeOffset Down(DateTimeOffset time, TimeSpan unit) => new(time.UtcTicks - (time.UtcTicks % unit.Ticks), TimeSpan.Zero);

    private static DateTimeOffset Up(DateTimeOffset time, TimeSpan unit) => Down(time, unit) is var down && down == time ? down : down + unit;
}
