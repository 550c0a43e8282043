using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.JSInterop;

namespace Richpanel.Console.Shared;

/// <summary>One bar.</summary>
/// <param name="Told">Its time and what it counts, in words.</param>
/// <param name="Parts">From the top down: names that app.css has a colour for (<c>data-part</c>), each with more than none.</param>
/// <param name="IsPartial">Not everything in it was counted.</param>
public sealed record ChartBar(string Told, IReadOnlyList<(string Name, long Count)> Parts, bool IsPartial = false);

/// <summary>Numbers of bars, from 0, both included.</summary>
public readonly record struct ChosenBars(int From, int To);

public sealed partial class BarChart : IAsyncDisposable
{
    private readonly string _id = $"bars-{Guid.NewGuid():N}";
    private PageScript<BarChart> _script = null!;
    private ElementReference _plot;
    private object? _of;
    private int? _from;
    private int? _to;

    /// <summary>Oldest first.</summary>
    [Parameter, EditorRequired] public IReadOnlyList<ChartBar> Bars { get; set; } = [];

    /// <summary>What the whole height counts; at least 1.</summary>
    [Parameter] public long Top { get; set; } = 1;

    /// <summary>For a screen reader: what is shown, and which keys do what.</summary>
    [Parameter, EditorRequired] public string Label { get; set; } = "";

    /// <summary>Where it changes, what was chosen by keyboard means nothing any more.</summary>
    [Parameter] public object? Of { get; set; }

    /// <summary>By keyboard some are chosen, and not taken yet; null: none.</summary>
    [Parameter] public EventCallback<ChosenBars?> OnMark { get; set; }

    /// <summary>These were dragged over or pressed, or chosen and taken by Enter.</summary>
    [Parameter] public EventCallback<ChosenBars> OnChoose { get; set; }

    [Inject] public required IJSRuntime Browser { get; init; }

    /// <summary>From the script.</summary>
    [JSInvokable]
    public Task ChooseAsync(int from, int to) => from >= 0 && to >= from && to < Bars.Count ? OnChoose.InvokeAsync(new ChosenBars(from, to)) : Task.CompletedTask;

    protected override void OnInitialized() => _script = new PageScript<BarChart>(Browser);

    protected override void OnParametersSet()
    {
        if (!Equals(_of, Of) || _to >= Bars.Count || _from >= Bars.Count)
        {
            (_of, _from, _to) = (Of, null, null);
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender && await _script.LoadAsync("./chart.js", this))
        {
            await _script.CallAsync("bars", _plot, _script.Self);
        }
    }

    private async Task PressAsync(KeyboardEventArgs key)
    {
        var by = key.Key switch { "ArrowLeft" => -1, "ArrowRight" => 1, "Home" => -Bars.Count, "End" => Bars.Count, _ => 0 };
        if (by != 0 && Bars.Count > 0)
        {
            _to = _to is { } now ? Math.Clamp(now + by, 0, Bars.Count - 1) : key.Key == "Home" ? 0 : Bars.Count - 1;
            _from = key.ShiftKey ? _from ?? _to : _to;
            await OnMark.InvokeAsync(Chosen);
        }
        else if (key.Key == "Escape" && _to is not null)
        {
            (_from, _to) = (null, null);
            await OnMark.InvokeAsync(null);
        }
        else if (key.Key is "Enter" or " " && Chosen is { } chosen)
        {
            (_from, _to) = (null, null);
            await OnMark.InvokeAsync(null);
            await OnChoose.InvokeAsync(chosen);
        }
    }

    private ChosenBars? Chosen => _from is { } from && _to is { } to ? new ChosenBars(Math.Min(from, to), Math.Max(from, to)) : null;

    private bool IsChosen(int bar) => Chosen is { } chosen && bar >= chosen.From && bar <= chosen.To;

    private string Height(long count) => ChartScale.Height(count, Math.Max(1, Top)).ToString("0.##", CultureInfo.InvariantCulture);

    public ValueTask DisposeAsync() => _script.DisposeAsync();
}
