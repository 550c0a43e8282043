using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;
using Richpanel.Console.Shared;
using Richpanel.Core.Deliveries.Log;

namespace Richpanel.Console.Deliveries.Log;

/// <summary>From and to, in UTC; null = without that end.</summary>
public readonly record struct ChosenSpan(DateTimeOffset? Since, DateTimeOffset? Until);

public sealed partial class LogChart : IAsyncDisposable
{
    private static readonly DateTimeOffset s_first = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private ElementReference _plot;
    private PageScript<LogChart> _script = null!;
    private int? _from;
    private int? _to;
    private long _highest;

    [Parameter, EditorRequired] public LogHistogram Histogram { get; set; } = null!;
    /// <summary>The query has free words, which bars know nothing of.</summary>
    [Parameter] public bool WithoutWords { get; set; }

    [Parameter] public EventCallback<ChosenSpan> OnNarrow { get; set; }

    [Inject] public required ViewerTime Time { get; init; }
    [Inject] public required IJSRuntime Browser { get; init; }

    private IReadOnlyList<LogBar> Bars => Histogram.Bars;

    private IEnumerable<(string Name, string Word, long Count)> Totals => new[]
    {
        ("first", "Accepted at once", Bars.Sum(bar => bar.FirstTry)), ("retry", "Accepted on retry", Bars.Sum(bar => bar.OnRetry)),
        ("waiting", "Waiting", Bars.Sum(bar => bar.Waiting)), ("failed", "Failed", Bars.Sum(bar => bar.Failed)),
        ("skipped", "Skipped", Bars.Sum(bar => bar.Skipped)), ("canceled", "Canceled", Bars.Sum(bar => bar.Canceled)),
    }.Where(total => total.Item3 > 0);

    protected override void OnInitialized() => _script = new PageScript<LogChart>(Browser);

    protected override void OnParametersSet()
    {
        _highest = Math.Max(1, Bars.Count == 0 ? 1 : Bars.Max(bar => bar.Total));
        if (_to >= Bars.Count || _from >= Bars.Count)
        {
            (_from, _to) = (null, null);
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender && await _script.LoadAsync("./log/log.js", this))
        {
            await _script.CallAsync("histogram", _plot, _script.Self);
        }
    }

    /// <summary>These bars were dragged over.</summary>
    [JSInvokable("NarrowAsync")]
    public Task NarrowToAsync(int from, int to) => from >= 0 && to >= from && to < Bars.Count
        ? OnNarrow.InvokeAsync(new ChosenSpan(Bars[from].Start, Bars[to].Start + Histogram.Bucket))
        : Task.CompletedTask;

    private async Task PressAsync(KeyboardEventArgs key)
    {
        var by = key.Key switch { "ArrowLeft" => -1, "ArrowRight" => 1, "Home" => -Bars.Count, "End" => Bars.Count, _ => 0 };
        if (by != 0 && Bars.Count > 0)
        {
            _to = _to is { } now ? Math.Clamp(now + by, 0, Bars.Count - 1) : Bars.Count - 1;
            _from = key.ShiftKey ? _from ?? _to : _to;
        }
        else if (key.Key == "Escape")
        {
            (_from, _to) = (null, null);
        }
        else if (key.Key is "Enter" or " " && _from is { } from && _to is { } to)
        {
            (_from, _to) = (null, null);
            await NarrowToAsync(Math.Min(from, to), Math.Max(from, to));
        }
    }

    private Task NarrowAsync()
    {
        var quarter = (Histogram.Until - Histogram.Since) / 4;
        return OnNarrow.InvokeAsync(new ChosenSpan(Whole(Histogram.Since + quarter), Whole(Histogram.Until - quarter)));
    }

    private Task WidenAsync()
    {
        var half = (Histogram.Until - Histogram.Since) / 2;
        return OnNarrow.InvokeAsync(UpToNow(Back(half), Histogram.Until + half));
    }

    private Task MoveAsync(int by)
    {
        var half = (Histogram.Until - Histogram.Since) / 2;
        return OnNarrow.InvokeAsync(by < 0 ? UpToNow(Back(half), Histogram.Until - half) : UpToNow(Histogram.Since + half, Histogram.Until + half));
    }

    /// <summary>It ends now: there is nothing later.</summary>
    private bool IsAtEnd => Histogram.Until >= Time.Now;

    private bool IsAtBeginning => Histogram.Since <= s_first;

    /// <summary>Nothing was received before the product was there.</summary>
    private DateTimeOffset Back(TimeSpan by) => Histogram.Since - s_first <= by ? s_first : Histogram.Since - by;

    /// <summary>What would end in the future stays open, so that new rows still come.</summary>
    private ChosenSpan UpToNow(DateTimeOffset since, DateTimeOffset until)
    {
        var now = Time.Now;
        return until >= now ? new ChosenSpan(Whole(since > now ? now - (until - since) : since), null) : new ChosenSpan(Whole(since), Whole(until));
    }

    private static DateTimeOffset Whole(DateTimeOffset at) => new(at.Ticks - (at.Ticks % TimeSpan.TicksPerSecond), at.Offset);

    private bool IsChosen(int bar) => _from is { } from && _to is { } to && bar >= Math.Min(from, to) && bar <= Math.Max(from, to);

    private bool IsPartial(LogBar bar) => Histogram.CountedBackTo is { } back && bar.Start < back;

    private static IEnumerable<(string Name, long Count)> Parts(LogBar bar) => new[]
    {
        ("canceled", bar.Canceled), ("skipped", bar.Skipped), ("failed", bar.Failed), ("waiting", bar.Waiting), ("retry", bar.OnRetry), ("first", bar.FirstTry),
    }.Where(part => part.Item2 > 0);

    /// <summary>At least a trace of it: one failure among ten thousand must be seen.</summary>
    private string Height(long count) => Math.Max(3, 100.0 * count / _highest).ToString("0.##", CultureInfo.InvariantCulture);

    private string Say(LogBar bar)
    {
        var parts = new[]
        {
            (bar.FirstTry, "accepted at once"), (bar.OnRetry, "accepted on retry"), (bar.Waiting, "waiting"),
            (bar.Failed, "failed"), (bar.Skipped, "skipped"), (bar.Canceled, "canceled"),
        }.Where(part => part.Item1 > 0).Select(part => $"{Numbers.Of(part.Item1)} {part.Item2}").ToList();
        return $"{Clock(bar.Start)} – {Clock(bar.Start + Histogram.Bucket)}: {(parts.Count == 0 ? "nothing" : string.Join(", ", parts))}{(IsPartial(bar) ? " (not all counted)" : "")}";
    }

    /// <summary>As fine as the bars are.</summary>
    private string Clock(DateTimeOffset at) => Time.Start(at, Histogram.Bucket);

    public ValueTask DisposeAsync() => _script.DisposeAsync();
}
