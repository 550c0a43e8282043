using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;

namespace Richpanel.Console.Sandbox;

public sealed partial class SandboxList<TRow> : IDisposable
{
    internal const int PageSize = 50;

    private readonly Leaving _leaving = new();
    private IReadOnlyList<TRow>? _rows;
    private SandboxView? _asked;
    private int _newer;
    private bool _failed;
    private LiveUpdate? _update;

    [Parameter, EditorRequired] public required SandboxView View { get; set; }

    /// <summary>Rows older than the id it is given, newest first, at most so many.</summary>
    [Parameter, EditorRequired] public required Func<long?, int, CancellationToken, Task<IReadOnlyList<TRow>>> Load { get; set; }

    [Parameter, EditorRequired] public required Func<TRow, long> Id { get; set; }

    /// <summary>Cells of the heading.</summary>
    [Parameter, EditorRequired] public required RenderFragment Head { get; set; }

    /// <summary>Cells of a row.</summary>
    [Parameter, EditorRequired] public required RenderFragment<TRow> Row { get; set; }

    /// <summary>What one row is, in one word.</summary>
    [Parameter, EditorRequired] public required string Noun { get; set; }

    /// <summary>What makes the first row, as a sentence.</summary>
    [Parameter, EditorRequired] public required string Empty { get; set; }

    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required ILogger<SandboxPage> Log { get; init; }

    protected override void OnInitialized() => _update = new LiveUpdate(Changes, () => InvokeAsync(RefreshAsync));

    protected override async Task OnParametersSetAsync()
    {
        var asked = new SandboxView(View.Tab, Before: View.Before, Of: View.Of);
        if (asked != _asked)
        {
            _asked = asked;
            await ReloadAsync();
        }
    }

    private Task ReloadAsync()
    {
        (_rows, _newer, _failed) = (null, 0, false);
        return ReadAsync(rows => _rows = rows);
    }

    /// <summary>Rows that are shown stay in their places and show what they are now; those that came are counted.</summary>
    private Task RefreshAsync() => ReadAsync(rows =>
    {
        if (_rows is not { Count: > 0 } shown || rows.Count == 0)
        {
            (_rows, _newer) = (rows, 0);
            return;
        }

        var now = rows.ToDictionary(Id);
        _newer = rows.Count(row => Id(row) > Id(shown[0]));
        _rows = [.. shown.Select(row => now.GetValueOrDefault(Id(row)) ?? row)];
    });

    private async Task ReadAsync(Action<IReadOnlyList<TRow>> take)
    {
        var asked = _asked;
        try
        {
            var rows = await Load(View.Before, PageSize, _leaving.Token);
            if (asked == _asked)
            {
                take(rows);
                _failed = false;
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SessionEndedException)
        {
            return;   // the person has left the page, or may not see it any more
        }
        catch (Exception failure)
        {
            Log.LogError(failure, "What the sandbox remembers could not be read");
            _failed = true;
        }

        StateHasChanged();
    }

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
