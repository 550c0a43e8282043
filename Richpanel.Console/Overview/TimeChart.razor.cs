using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Richpanel.Console.Shared;
using Richpanel.Core.Ledger;

namespace Richpanel.Console.Overview;

/// <summary>
/// Stacked bars by time of receipt. Bars are drawn in a picture that fits any width; over each lies a button, so that pointing,
/// dragging and the keyboard need no script of their own.
/// </summary>
public sealed partial class TimeChart
{
    private static readonly (string Part, string Label, Func<OverviewBar, long> Count, string Terms)[] s_parts =
    [
        ("first", "Accepted, first try", bar => bar.FirstTry, LogLink.FirstTry),
        ("retry", "Accepted on retry", bar => bar.OnRetry, LogLink.OnRetry),
        ("waiting", "Waiting", bar => bar.Waiting, "state:waiting"),
        ("failed", "Failed", bar => bar.Failed, "state:failed"),
    ];

    private ElementReference[] _columns = [];
    private OverviewRange? _shown;
    private int _focus;
    private int? _from;
    private int _to;
    private bool _dragging;

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
    private OverviewRange? Chosen =>
        _from is { } from ? new OverviewRange(Bars[Math.Min(from, _to)].Start, Bars[Math.Max(from, _to)].End) : null;

    private string Described =>
        $"Deliveries by time of receipt, {Bars.Count} bars of {TimeWords.Length(Range.Bar)}. Arrow keys move, with Shift they choose, Enter zooms in.";

    protected override void OnParametersSet()
    {
        if (_shown != Range)
        {
            // Other bars: what was chosen among the old ones means nothing here.
            (_shown, _from, _dragging, _focus) = (Range, null, false, Math.Clamp(_focus, 0, Bars.Count - 1));
            _columns = new ElementReference[Bars.Count];
        }
    }

    private void Begin(int bar) => (_from, _to, _focus, _dragging) = (bar, bar, bar, true);

    private void Reach(int bar, PointerEventArgs pointer)
    {
        if (_dragging)
        {
            (_to, _dragging) = pointer.Buttons == 0 ? (_to, false) : (bar, true);   // let go outside: what was chosen stays
        }
    }

    private async Task EndAsync()
    {
        if (_dragging && _from != _to)
        {
            await ZoomInAsync();
        }

        _dragging = false;
    }

    /// <summary>Enter and assistive technology press without a pointer, whose own way is <see cref="Begin"/>.</summary>
    private Task ClickAsync(int bar, MouseEventArgs click)
    {
        if (click.Detail != 0)
        {
            return Task.CompletedTask;
        }

        (_from, _to) = _from is null ? (bar, bar) : (_from, _to);
        return ZoomInAsync();
    }

    private async Task KeyAsync(int bar, KeyboardEventArgs key)
    {
        var next = key.Key switch
        {
            "ArrowLeft" => bar - 1,
            "ArrowRight" => bar + 1,
            "Home" => 0,
            "End" => Bars.Count - 1,
            _ => -1,
        };
        if (key.Key == "Escape")
        {
            _from = null;
        }

        if (next >= 0 && next < Bars.Count)
        {
            (_from, _to) = (key.ShiftKey ? _from ?? bar : null, next);
            _focus = next;
            await _columns[next].FocusAsync();
        }
    }

    /// <summary>To what is chosen, else to the middle half.</summary>
    private Task ZoomInAsync()
    {
        var wish = Chosen ?? new OverviewRange(Range.Since + (Range.Length / 4), Range.Until - (Range.Length / 4));
        return OverviewRange.Between(wish.Since, wish.Until) is { } range ? OnZoom.InvokeAsync(range) : Task.CompletedTask;
    }

    private bool IsChosen(int bar) => _from is { } from && bar >= Math.Min(from, _to) && bar <= Math.Max(from, _to);

    private string Told(OverviewBar bar) =>
        $"{Time.Span(bar.Start, bar.End)}: {Numbers.Of(bar.FirstTry)} accepted at first, {Numbers.Of(bar.OnRetry)} on retry, {Numbers.Of(bar.Waiting)} waiting, {Numbers.Of(bar.Failed)} failed";

    private string Told(IEnumerable<ChartMark> marks) =>
        string.Join("; ", marks.Select(mark => $"{Time.Clock(mark.At)} {mark.Text}"));

    private string Left(double bar) => Text(100 * bar / Bars.Count);

    private static string Text(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
