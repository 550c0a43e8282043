using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Sandbox;

namespace Richpanel.Console.Sandbox;

/// <summary>The list of requests, and the chosen one beside it. Rows never move under a pointer: what comes meanwhile waits behind a pill.</summary>
public sealed partial class SandboxRequests : IDisposable
{
    private const int PageSize = 50;

    private static readonly (SandboxOnly Only, string Name)[] s_only =
        [(SandboxOnly.All, "All"), (SandboxOnly.Broken, "Contract broken"), (SandboxOnly.NotTaken, "Answered otherwise")];

    private readonly Leaving _leaving = new();
    private readonly HashSet<long> _unread = [];
    private IReadOnlyList<SandboxRequestRow>? _rows;
    private (SandboxOnly Only, long? Before)? _asked;
    private long? _older;
    private int _newer;
    private bool _follow = true;
    private bool _pointed;
    private bool _failed;
    private string _said = "";
    private LiveUpdate? _update;
    private IDisposable? _keys;

    [Parameter, EditorRequired] public required SandboxView View { get; set; }

    [Inject] public required SandboxQueries Queries { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required Shortcuts Shortcuts { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required ILogger<SandboxRequests> Log { get; init; }

    private string NothingText => View.Before is not null ? "The sandbox remembers no older request."
        : View.Only == SandboxOnly.Broken ? "Every request the sandbox remembers keeps the contract." : "The sandbox answered every request as Richpanel would.";

    protected override void OnInitialized()
    {
        _update = new LiveUpdate(Changes, () => InvokeAsync(RefreshAsync));
        _keys = Shortcuts.Add("Sandbox", ("j", "Next request", () => GoAsync(1)), ("k", "Request before", () => GoAsync(-1)));
    }

    protected override async Task OnParametersSetAsync()
    {
        if (View.Request is { } chosen)
        {
            _unread.Remove(chosen);
        }

        if (_asked != (View.Only, View.Before))
        {
            _asked = (View.Only, View.Before);
            await ReloadAsync();
        }
    }

    private Task ReloadAsync()
    {
        (_rows, _newer, _failed) = (null, 0, false);
        return ReadAsync(rows => Show(rows));
    }

    private Task RefreshAsync() => ReadAsync(rows =>
    {
        if (_rows is not { Count: > 0 } shown || rows.Count == 0)
        {
            Show(rows);
            return;
        }

        var came = rows.Where(row => row.Id > shown[0].Id).ToList();
        _unread.UnionWith(came.Select(row => row.Id));
        _unread.IntersectWith(rows.Concat(shown).Select(row => row.Id));   // a page may stay open for days
        if (_follow && !_pointed && View.Before is null)
        {
            _said = came.Count > 0 ? Words(came[0]) : _said;
            Show(rows);
            return;
        }

        // They stay where they are and show what is known of them now: how long the answer took.
        var now = rows.ToDictionary(row => row.Id);
        _rows = [.. shown.Select(row => now.GetValueOrDefault(row.Id) ?? row)];
        _newer = View.Before is null ? came.Count : 0;
    });

    private void Show(IReadOnlyList<SandboxRequestRow> rows) =>
        (_rows, _newer, _older) = (rows, 0, rows.Count == PageSize ? rows[^1].Id : null);

    private async Task ReadAsync(Action<IReadOnlyList<SandboxRequestRow>> take)
    {
        var asked = _asked;
        try
        {
            var rows = await Queries.RequestsAsync(await Viewer.SightAsync(), View.Only, View.Before, PageSize, _leaving.Token);
            if (asked != _asked)
            {
                return;   // the person has moved on
            }

            take(rows);
            _failed = false;
            if (_newer >= PageSize)
            {
                _newer = await Queries.NewerAsync(View.Only, _rows![0].Id, _leaving.Token);
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SessionEndedException)
        {
            return;   // the person has left the page, or may not see it any more
        }
        catch (Exception failure)
        {
            Log.LogError(failure, "The sandbox's requests could not be read");
            _failed = true;
        }

        StateHasChanged();
    }

    private Task ShowNewestAsync() => ReadAsync(Show);

    private Task FollowAsync(ChangeEventArgs choice)
    {
        _follow = choice.Value is true;
        return _follow ? RefreshAsync() : Task.CompletedTask;
    }

    private Task PointAsync(bool on)
    {
        _pointed = on;
        return on || !_follow || _newer == 0 ? Task.CompletedTask : RefreshAsync();
    }

    /// <summary>Address of the request so many rows below the chosen one; null when there is none.</summary>
    private string? Beside(int by)
    {
        var at = _rows?.ToList().FindIndex(row => row.Id == View.Request) ?? -1;
        return at >= 0 && at + by >= 0 && at + by < _rows!.Count ? (View with { Request = _rows[at + by].Id }).ToAddress() : null;
    }

    private Task GoAsync(int by)
    {
        var to = View.Request is not null ? Beside(by) : _rows is [var first, ..] ? (View with { Request = first.Id }).ToAddress() : null;
        if (to is not null)
        {
            Navigation.NavigateTo(to);
        }

        return Task.CompletedTask;
    }

    private static string Words(SandboxRequestRow row) =>
        $"{row.Method} {row.Path} answered {(row.Status == 0 ? "by a cut" : row.Status)}; the contract is {(row.KeepsContract ? "kept" : "broken")}.";

    public void Dispose()
    {
        _update?.Dispose();
        _keys?.Dispose();
        _leaving.Dispose();
    }
}
