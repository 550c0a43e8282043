using System.Globalization;
using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Connections;
using Richpanel.Core.Privacy;
using Richpanel.Core.Receiving;

namespace Richpanel.Console.Receiver;

/// <summary>Refused requests with cause, place and remedy. Rows stay where they are; that others came is said in a pill.</summary>
public sealed partial class RejectedList : IDisposable
{
    private const int PageSize = 20;

    private readonly Leaving _leaving = new();
    private IReadOnlyList<RejectedCount>? _counts;
    private IReadOnlyList<RejectedRow>? _rows;
    private (long? SourceId, string? Cause, string? Before)? _asked;
    private long? _before;
    private bool _newer;
    private bool _failed;
    private bool _notFor;
    private LiveUpdate? _update;

    /// <summary>Samples of it, and of those that nobody can tell whose they were; null = every source.</summary>
    [Parameter] public long? SourceId { get; set; }

    [Parameter] public string? SourceName { get; set; }

    /// <summary>Only of this cause; null = all.</summary>
    [Parameter] public string? Cause { get; set; }

    /// <summary>Only older ones than this id.</summary>
    [Parameter] public string? Before { get; set; }

    /// <summary>Of the page that shows one cause, from a row on.</summary>
    [Parameter, EditorRequired] public required Func<string?, long?, string> Address { get; set; }

    [Inject] public required RejectedQueries Queries { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Clock { get; init; }
    [Inject] public required ILogger<RejectedList> Log { get; init; }

    protected override void OnInitialized() => _update = new LiveUpdate(Changes, () => InvokeAsync(() => ReadAsync(isAsked: false)), LiveUpdate.Calm, Clock);

    protected override async Task OnParametersSetAsync()
    {
        if (_asked != (SourceId, Cause, Before))
        {
            _asked = (SourceId, Cause, Before);
            _before = long.TryParse(Before, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
            await ReloadAsync();
        }
    }

    private Task ReloadAsync()
    {
        (_rows, _newer, _failed) = (null, false, false);
        return ReadAsync(isAsked: true);
    }

    private async Task ReadAsync(bool isAsked)
    {
        var asked = _asked;
        try
        {
            var actor = await Viewer.ActorAsync();
            _notFor = actor.Connections is not null;
            if (_notFor)
            {
                _counts = [];
                StateHasChanged();
                return;
            }

            var rows = await Queries.RecentAsync(Sight.Of(actor), Cause, _before, PageSize, _leaving.Token, SourceId);
            var counts = await Queries.CountsAsync(_leaving.Token);
            if (asked != _asked)
            {
                return;   // the person has moved on
            }

            (_counts, _failed) = (counts, false);
            if (isAsked || _rows is not { Count: > 0 })
            {
                (_rows, _newer) = (rows, false);
            }
            else
            {
                _newer = _before is null && rows.Count > 0 && rows[0].Id > _rows[0].Id;
            }
        }
        catch (Exception end) when (end is OperationCanceledException or SessionEndedException)
        {
            return;   // the person has left the page, or may not see it any more
        }
        catch (Exception failure)
        {
            Log.LogError(failure, "Refused requests could not be read");
            _failed = true;
        }

        StateHasChanged();
    }

    /// <summary>Null: it could not be told whose it was.</summary>
    private string? NameOf(long? sourceId) => sourceId is { } id ? Directory.FindSource(id)?.Name ?? "a source that is gone" : null;

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
