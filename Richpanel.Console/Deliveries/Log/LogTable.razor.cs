using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Retention;

namespace Richpanel.Console.Deliveries.Log;

/// <summary>The rows of the log, with what is left of their time.</summary>
public sealed partial class LogTable : IDisposable
{
    private readonly Leaving _leaving = new();
    private IReadOnlyDictionary<long, RetentionOfOne> _kept = new Dictionary<long, RetentionOfOne>();
    private IReadOnlyList<ShownRow>? _keptOf;
    private LiveUpdate? _update;

    [Parameter, EditorRequired] public IReadOnlyList<ShownRow> Rows { get; set; } = [];
    [Parameter, EditorRequired] public ListColumns Columns { get; set; } = ListColumns.Default;
    [Parameter, EditorRequired] public LogAddress Address { get; set; } = LogAddress.All;

    /// <summary>The one that is shown beside the list.</summary>
    [Parameter] public long? Open { get; set; }

    [Parameter] public IReadOnlySet<long> Selected { get; set; } = new HashSet<long>();
    [Parameter] public bool IsAllSelected { get; set; }

    /// <summary>One row more, or one less.</summary>
    [Parameter] public EventCallback<long> OnSelect { get; set; }

    /// <summary>The whole page, or none of it.</summary>
    [Parameter] public EventCallback<bool> OnSelectPage { get; set; }

    [Parameter] public EventCallback<long> OnMenu { get; set; }

    [Inject] public required RetentionStore Retention { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Clock { get; init; }
    [Inject] public required ILogger<LogTable> Log { get; init; }

    private bool AreAll => Rows.Count > 0 && (IsAllSelected || Rows.All(row => Selected.Contains(row.Id)));

    /// <summary>A pin, a task or other rules change no row of the list.</summary>
    protected override void OnInitialized() => _update = new LiveUpdate(Changes, () => InvokeAsync(ReadKeptAsync), LiveUpdate.Calm, Clock);

    protected override async Task OnParametersSetAsync()
    {
        if (!ReferenceEquals(_keptOf, Rows))
        {
            _keptOf = Rows;
            await ReadKeptAsync();
        }
    }

    /// <summary>Until when the rows stay is beside what the list is for: where it cannot be read, the rest is shown all the same.</summary>
    private async Task ReadKeptAsync()
    {
        if (Rows.Count == 0 || !Columns.ShowsKept)
        {
            return;
        }

        try
        {
            var (rows, kept) = (Rows, await Retention.OfAsync([.. Rows.Select(row => row.Id)], _leaving.Token));
            if (!ReferenceEquals(rows, Rows) || IsShown(kept))
            {
                return;   // most changes are of none of these rows: nothing is drawn anew
            }

            _kept = kept;
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;   // the person has left the page
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or ObjectDisposedException))
        {
            Log.LogError(failure, "Until when rows of the log stay could not be read");
        }

        StateHasChanged();
    }

    private bool IsShown(IReadOnlyDictionary<long, RetentionOfOne> kept) => kept.Count == _kept.Count
        && kept.All(one => _kept.TryGetValue(one.Key, out var before) && before with { Pin = null } == one.Value with { Pin = null } && before.Pin?.Reason == one.Value.Pin?.Reason);

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
