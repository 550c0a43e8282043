using Richpanel.Console.Connections;

namespace Richpanel.Tests.Pages;

public sealed class ScheduleDrawingTests
{
    private static readonly TimeSpan[] s_waits = [TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(1), TimeSpan.FromHours(2)];

    [Fact]
    public void Tries_stand_in_order_on_the_axis_with_a_band_as_wide_as_jitter_makes_it()
    {
        var drawing = ScheduleDrawing.Of(s_waits, .2);

        Assert.Equal([0, 5, 65, 7265], drawing.Tries.Select(one => (int)one.Earliest.TotalSeconds));
        Assert.Equal([0, 6, 78, 8718], drawing.Tries.Select(one => (int)one.Latest.TotalSeconds));
        Assert.Equal(drawing.Tries.Select(one => one.From).Order(), drawing.Tries.Select(one => one.From));
        Assert.Equal((0d, 1d), (drawing.Tries[0].From, drawing.Tries[^1].To));
        Assert.All(drawing.Tries.Skip(1), one => Assert.True(one.To > one.From));
        Assert.All(drawing.Ticks.Zip(drawing.Ticks.Skip(1)), pair => Assert.True(pair.Second.At - pair.First.At >= .09));
    }

    [Fact]
    public void A_retry_is_crowded_when_jitter_spreads_it_less_than_the_rate_asks_for()
    {
        var load = new ScheduleLoad(ScheduleDrawing.Of(s_waits, .2), 1_000, 100, 8, TimeSpan.FromSeconds(10));

        Assert.Equal((TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1250)), (load.Once, load.OnceUnanswered));
        Assert.Equal([2, 3], load.Crowded.Select(one => one.Number));   // the fourth is spread over 24 minutes
        Assert.Equal(41, (int)load.RateOf(load.Drawing.Tries[3])!.Value);
        Assert.Null(new ScheduleLoad(ScheduleDrawing.Of(s_waits, 0), 1_000, 100, 8, TimeSpan.FromSeconds(10)).RateOf(load.Drawing.Tries[3] with { Latest = load.Drawing.Tries[3].Earliest }));
    }
}
