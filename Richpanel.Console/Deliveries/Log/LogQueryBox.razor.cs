using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Richpanel.Console.Shared;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Console.Deliveries.Log;

public sealed partial class LogQueryBox : IAsyncDisposable
{
    private string _text = "";
    private LogQuery? _shown;
    private string? _asked;
    private IReadOnlyList<LogFault> _faults = [];
    private ElementReference _box;
    private PageScript<LogQueryBox> _script = null!;

    /// <summary>What the list is narrowed by: the box says the same.</summary>
    [Parameter, EditorRequired] public LogQuery Query { get; set; } = LogQuery.All;

    /// <summary>What could not be read of an address, or is unknown to the log; shown until something else is asked.</summary>
    [Parameter] public IReadOnlyList<LogFault> Faults { get; set; } = [];

    /// <summary>The text that <see cref="Faults"/> are about; null: the query's own.</summary>
    [Parameter] public string? FaultyText { get; set; }

    [Parameter] public EventCallback<LogQuery> OnAsk { get; set; }

    /// <summary>Values that the log has of a key, commonest first.</summary>
    [Parameter] public Func<LogKey, Task<IReadOnlyList<LogCounted>>>? Known { get; set; }

    [Inject] public required IJSRuntime Browser { get; init; }

    /// <summary>A suggestion as the browser draws it.</summary>
    public sealed record Item(string Insert, string Label, string? Help, string? Count);

    public sealed record Completion(int Start, int End, IReadOnlyList<Item> Items);

    [JSInvokable]
    public async Task<Completion> CompleteAsync(string text, int caret)
    {
        var found = LogCompletion.At(text, caret);
        if (found.Key is { } key && Known is not null)
        {
            found = LogCompletion.At(text, caret, new Dictionary<LogKey, IReadOnlyList<LogCounted>> { [key] = await Known(key) });
        }

        return new Completion(found.Start, found.End, [.. found.Suggestions.Select(one => new Item(one.Insert, one.Label, one.Help, one.Count is { } count ? Numbers.Of(count) : null))]);
    }

    protected override void OnInitialized() => _script = new PageScript<LogQueryBox>(Browser);

    protected override void OnParametersSet()
    {
        var asked = FaultyText ?? Query.ToString();
        if (_shown is null || !_shown.Equals(Query) || _asked != asked)
        {
            (_shown, _asked, _text) = (Query, asked, asked);
            _faults = Faults;
        }
        else if (Faults.Count > 0 && _text == asked)
        {
            _faults = Faults;
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender && await _script.LoadAsync("./log/log.js", this))
        {
            await _script.CallAsync("queryBox", _box, _script.Self);
        }
    }

    private async Task AskAsync()
    {
        var (text, interval) = (_text, LogTime.Interval(_text));
        var reading = interval is { } span ? new LogReading(Query.Instead(span.Since).Instead(span.Until), []) : LogQuery.Parse(text);
        _faults = reading.Faults;
        if (reading.IsGood)
        {
            _text = reading.Query.ToString();
            await OnAsk.InvokeAsync(reading.Query);
        }
    }

    private Task ClearAsync()
    {
        (_text, _faults) = ("", []);
        return OnAsk.InvokeAsync(LogQuery.All);
    }

    private string Part(LogFault fault) => fault.Start >= _text.Length ? "" : _text.Substring(fault.Start, Math.Min(fault.Length, _text.Length - fault.Start));

    private Task GoAsync(LogFault fault) => _script.CallAsync("select", _box, fault.Start, fault.Length).AsTask();

    public ValueTask DisposeAsync() => _script.DisposeAsync();
}
