using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Receiving;

namespace Richpanel.Console.Receiver;

/// <summary>The newest requests, let in or refused, pushed as they come. While somebody points at a row, new ones wait behind a pill.</summary>
public sealed partial class ArrivalStrip : IDisposable
{
    private const int Most = 10;

    private readonly Leaving _leaving = new();
    private readonly HashSet<string> _fresh = new(StringComparer.Ordinal);
    private IReadOnlyList<Arrival>? _rows;
    private IReadOnlyList<Arrival> _latest = [];
    private bool _pointed;
    private int _newer;
    private bool _failed;
    private string _said = "";
    private LiveUpdate? _update;

    /// <summary>Null: every source.</summary>
    [Parameter] public long? SourceId { get; set; }

    [Parameter] public string? SourceName { get; set; }

    [Inject] public required ArrivalQueries Arrivals { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ViewerTime Time { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Clock { get; init; }
    [Inject] public required ILogger<ArrivalStrip> Log { get; init; }

    private string Waiting => SourceName is null
        ? "It shows here the second it arrives, let in or refused. Run a line of code from below, or press Send me a test once a source is chosen."
        : $"None of {SourceName} is among the newest {ArrivalQueries.MostLookedAt:N0} requests. It shows here the second it arrives, let in or refused.";

    protected override async Task OnInitializedAsync()
    {
        _update = new LiveUpdate(Changes, () => InvokeAsync(ReadAsync), LiveUpdate.Calm, Clock);
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        try
        {
            _latest = await Arrivals.NewestAsync(await Viewer.ActorAsync(), SourceId, Most, _leaving.Token);
            _failed = false;
            Take();
        }
        catch (Exception end) when (end is OperationCanceledException or SessionEndedException)
        {
            return;   // the person has left the page, or may not see it any more
        }
        catch (Exception failure)
        {
            Log.LogError(failure, "What arrived at the receiver could not be read");
            _failed = true;
        }

        StateHasChanged();
    }

    private void Take()
    {
        var known = (_rows ?? []).Select(row => row.Key).ToHashSet(StringComparer.Ordinal);
        var came = _latest.Where(row => !known.Contains(row.Key)).ToList();
        if (_pointed && known.Count > 0)
        {
            // What is known of the rows on the screen may go on; none of them moves.
            _rows = [.. _rows!.Select(row => _latest.FirstOrDefault(one => one.Key == row.Key) ?? row)];
            _newer = came.Count;
            return;
        }

        if (_rows is not null && came.Count > 0)
        {
            _fresh.UnionWith(came.Select(row => row.Key));
            _said = Words(came[0]);
        }

        (_rows, _newer) = (_latest, 0);
        _fresh.IntersectWith(_rows.Select(row => row.Key));   // a page may stay open for days
    }

    private Task ShowAsync()
    {
        _pointed = false;   // asked for: rows may move now
        Take();
        return Task.CompletedTask;
    }

    private Task PointAsync(bool on)
    {
        _pointed = on;
        if (!on)
        {
            Take();
        }

        return Task.CompletedTask;
    }

    private string? NameOf(long? sourceId) => sourceId is { } id ? Directory.FindSource(id)?.Name ?? "a source that is gone" : null;

    private string Words(Arrival arrival) => arrival switch
    {
        Arrival.Refused refused => $"Refused with {refused.Row.StatusCode}: {CauseCatalog.Find(refused.Row.Cause).Title}.",
        _ => $"Let in at {arrival.Route} from {NameOf(arrival.SourceId)}.",
    };

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
