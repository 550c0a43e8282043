using System.Globalization;
using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core.Ledger;

namespace Richpanel.Console.Overview;

/// <summary>Deliveries by time of receipt, with what was changed meanwhile, and ways to look at another span.</summary>
public sealed partial class TimeChart
{
    private static readonly (string Part, string Label, Func<OverviewBar, long> Count, string Terms)[] s_parts =
    [
        ("first", "Accepted, first try", bar => bar.FirstTry, LogLink.FirstTry),
        ("retry", "Accepted on retry", bar => bar.OnRetry, LogLink.OnRetry),
        ("waiting", "Waiting", bar => bar.Waiting, "state:waiting"),
        ("failed", "Failed", bar => bar.Failed, "state:failed"),
    ];

    private OverviewRange? _shown;
    private ChosenBars? _marked;

    [Parameter, EditorRequired] public required OverviewFigures Figures { get; set; }

    /// <summary>Within the span, oldest first.</summary>
    [Parameter] public IReadOnlyList<ChartMark> Marks { get; set; } = [];
    [Parameter] public EventCallback<OverviewRange> OnZoom { get; set; }

    [Inject] public required ViewerTime Time { get; init; }

    private static (string Part, string Label, Func<OverviewBar, long> Count, string Terms)[] Parts => s_parts;

    private OverviewRange Range => Figures.Range;

    private IReadOnlyList<OverviewBar> Bars => Figures.Bars;

    private long Top => ChartScale.TopOf(Bars.Max(bar => bar.All));

    private OverviewRange? Earlier => OverviewRange.Between(Range.Since - Range.Length, Range.Since);

    private OverviewRange? Later => Range.Until >= Time.Now ? null : OverviewRange.Between(Range.Until, Range.Until + Range.Length);

    private OverviewRange? Wider => OverviewRange.Between(Range.Since - (Range.Length / 2), Range.Until >= Time.Now ? Range.Until : Range.Until + (Range.Length / 2));

    /// <summary>The time of the chosen bars; null when none is chosen.</summary>
    private OverviewRange? Chosen => _marked is { } chosen ? SpanOf(chosen) : null;

    /// <summary>Failures on top, as what is looked for.</summary>
    private IReadOnlyList<ChartBar> Drawn =>
        [.. Bars.Select(bar => new ChartBar(Told(bar), [.. Parts.Reverse().Select(part => (part.Part, part.Count(bar))).Where(part => part.Item2 > 0)]))];

    private string Described =>
        $"Deliveries by time of receipt, {Bars.Count} bars of {TimeWords.Length(Range.Bar)}. Arrow keys move, with Shift they choose, Enter zooms in.";

    protected override void OnParametersSet()
    {
        if (_shown != Range)
        {
            (_shown, _marked) = (Range, null);   // other bars: what was chosen among the old ones means nothing here
        }
    }

    private Task ZoomAsync(ChosenBars chosen) => ZoomAsync(SpanOf(chosen));

    private Task ZoomAsync(OverviewRange wish) => OverviewRange.Between(wish.Since, wish.Until) is { } range ? OnZoom.InvokeAsync(range) : Task.CompletedTask;

    /// <summary>To what is chosen, else to the middle half.</summary>
    private Task ZoomInAsync() => ZoomAsync(Chosen ?? new OverviewRange(Range.Since + (Range.Length / 4), Range.Until - (Range.Length / 4)));

    private OverviewRange SpanOf(ChosenBars chosen) => new(Bars[chosen.From].Start, Bars[chosen.To].End);

    private string Told(OverviewBar bar) =>
        $"{Time.Span(bar.Start, bar.End)}: {Numbers.Of(bar.FirstTry)} accepted at first, {Numbers.Of(bar.OnRetry)} on retry, {Numbers.Of(bar.Waiting)} waiting, {Numbers.Of(bar.Failed)} failed";

    private string Told(IEnumerable<ChartMark> marks) =>
        string.Join("; ", marks.Select(mark => $"{Time.Clock(mark.At)} {mark.Text}"));

    private string Left(double bar) => Text(100 * bar / Bars.Count);

    private static string Text(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
