using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Richpanel.Console.Shared;

namespace Richpanel.Console.Lab;

/// <summary>The text of one call: Monaco where it can be loaded, else the plain field.</summary>
public sealed partial class CallEditor : IAsyncDisposable
{
    /// <summary>The script cuts longer texts, which then are no JSON and cannot be sent.</summary>
    private const long MostBytes = 4_000_000;

    private ElementReference _host;
    private CodeEditor? _plain;
    private PageScript<CallEditor> _script = null!;
    private string? _known;
    private IReadOnlyList<EditorMark>? _marked;
    private IReadOnlyList<SourcePart>? _placed;
    private bool _live;
    private bool _tried;

    [Parameter, EditorRequired] public string Label { get; set; } = "";

    [Parameter, EditorRequired] public string Value { get; set; } = "";

    [Parameter] public EventCallback<string> ValueChanged { get; set; }

    [Parameter] public IReadOnlyList<EditorMark> Marks { get; set; } = [];

    [Parameter] public IReadOnlyList<SourcePart> Parts { get; set; } = [];

    /// <summary>Where the browser keeps the draft, so that it can go on when the circuit is away.</summary>
    [Parameter] public string? DraftKey { get; set; }

    [Inject] public required IJSRuntime Browser { get; init; }

    /// <summary>Exactly what stands on the screen now, even if the last key has not been told yet.</summary>
    public async Task<string> ReadAsync()
    {
        if (!_live)
        {
            return Value;   // the plain field tells each key before any click
        }

        await using var stream = await _script.AskAsync<IJSStreamReference>("text", _host);
        if (stream is null)
        {
            return Value;   // the person has left the page
        }

        using var reader = new StreamReader(await stream.OpenReadStreamAsync(MostBytes), Encoding.UTF8);
        return _known = (await reader.ReadToEndAsync()).ReplaceLineEndings("\n");
    }

    /// <summary>Puts the cursor there.</summary>
    public ValueTask SelectAsync(int start, int length) =>
        _live ? _script.CallAsync("select", _host, start, length) : _plain?.SelectAsync(start, length) ?? default;

    /// <summary>The browser tells that typing has paused.</summary>
    [JSInvokable]
    public async Task TypedAsync()
    {
        if (await ReadAsync() is var text && text != Value)
        {
            await ValueChanged.InvokeAsync(text);
        }
    }

    protected override void OnInitialized() => _script = new PageScript<CallEditor>(Browser);

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            await LoadAsync();
        }

        if (!_live)
        {
            return;
        }

        if (_known != Value)
        {
            _known = Value;
            await _script.CallAsync("setText", _host, Value);
        }

        if (!ReferenceEquals(_marked, Marks))
        {
            _marked = Marks;
            await _script.CallAsync("mark", _host, Marks);
        }

        if (!ReferenceEquals(_placed, Parts))
        {
            _placed = Parts;
            await _script.CallAsync("places", _host, Parts);
        }
    }

    private async Task LoadAsync()
    {
        try
        {
            _live = await _script.LoadAsync("./lab/editor.js", this) && await _script.AskAsync<bool>("create", _host, _script.Self, Label, DraftKey);
        }
        catch (JSException)
        {
            _live = false;   // the script itself is missing
        }

        _tried = true;
        _known = null;   // what was loaded while the editor came is told to it
        StateHasChanged();
    }

    private Task PlainAsync(string text) => ValueChanged.InvokeAsync(text);

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _script.CallAsync("dispose", _host);
        }
        catch (Exception gone) when (gone is JSException or TaskCanceledException)
        {
            // The tab is closed: there is nothing left to tidy.
        }

        await _script.DisposeAsync();
    }
}
