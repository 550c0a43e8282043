using System.Globalization;
using Microsoft.JSInterop;
using MudBlazor;
using Microsoft.AspNetCore.Components;
using Richpanel.Console.Deliveries.Log;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Retries;

namespace Richpanel.Console.Deliveries;

// What is done with rows: selecting, copying, narrowing by them, and how they are laid out.
public sealed partial class DeliveriesPage
{
    private HashSet<long> _selected = [];
    private bool _allSelected;
    private RetryAsk? _wish;
    private ShownRow? _menuOf;
    private string? _menuColumn;
    private ListColumns _own = ListColumns.Default;
    private (string View, ListColumns Columns)? _ofView;
    private string? _columnsKey;

    [Inject] public required ISnackbar Toasts { get; init; }

    /// <summary>The open view's, as long as it is open; else the person's own.</summary>
    private ListColumns Columns => _ofView?.Columns ?? _own;

    private bool IsAnySelected => _allSelected || _selected.Count > 0;

    [JSInvokable]
    public Task OpenMenuAsync(string id, string? column)
    {
        if (long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var row))
        {
            OpenMenu(row);
            _menuColumn = column;
            StateHasChanged();
        }

        return Task.CompletedTask;
    }

    [JSInvokable]
    public Task ResizeAsync(string column, int width) => ChooseColumnsAsync(Columns.Resize(column, width));

    private void Select(long id)
    {
        if (_allSelected)
        {
            // From "all that match" one is taken away: what is left is this page without it.
            (_allSelected, _selected) = (false, [.. (_screen.Rows ?? []).Select(row => row.Id)]);
        }

        if (!_selected.Remove(id))
        {
            _selected.Add(id);
        }
    }

    private void SelectPage(bool all)
    {
        _allSelected = false;
        var page = (_screen.Rows ?? []).Select(row => row.Id);
        _selected = all ? [.. _selected, .. page] : [.. _selected.Except(page)];
    }

    private void SelectAll() => (_allSelected, _selected) = (true, []);

    /// <summary>What is selected now, or what the query means now: the box counts and writes it down.</summary>
    private void PlanRetry() => Plan(RetryKind.Retry);

    private void PlanCancel() => Plan(RetryKind.Cancel);

    private void Plan(RetryKind kind) => _wish = new RetryAsk(kind) { Query = _allSelected ? _query : null, Ids = _allSelected ? null : [.. _selected], Zone = Time.Zone };

    private void ClearSelection() => (_allSelected, _selected) = (false, []);

    private async Task CopyIdsAsync()
    {
        IEnumerable<long> ids = _selected.OrderDescending();
        if (_allSelected)
        {
            var found = new List<long>();
            if (!await QuietlyAsync(() => FindIdsAsync(found)))
            {
                Toasts.Add("The ids could not be read: the database did not answer. Nothing was copied; the reason is in the log.", Severity.Error);
                return;
            }

            ids = found.Take(LogSelectionBar.MostIds);
        }

        var lines = ids.Select(PublicId.Delivery).ToList();
        if (await Browser.InvokeAsync<bool>("richpanel.copy", string.Join('\n', lines)))
        {
            Toasts.Add(lines.Count == 1 ? "1 id copied." : $"{Numbers.Of(lines.Count)} ids copied.", Severity.Success);
        }
        else
        {
            Toasts.Add("The browser did not allow copying; export them instead.", Severity.Warning);
        }
    }

    /// <summary>As many as can be copied at once.</summary>
    private async Task FindIdsAsync(List<long> found)
    {
        var ask = await AskOfAsync(_query);
        LogPlace? place = LogPlace.Newest;
        while (place is { } from && found.Count < LogSelectionBar.MostIds)
        {
            var page = await Task.Run(() => Reader.PageAsync(ask, from, LogReader.MostRows, _leaving.Token), _leaving.Token);
            found.AddRange(page.Rows.Select(line => line.Row.Id));
            place = page.Older;
        }
    }

    private void OpenMenu(long id) => (_menuOf, _menuColumn) = (_screen.Rows?.FirstOrDefault(row => row.Id == id), null);

    private async Task CloseMenuAsync()
    {
        var row = _menuOf;
        _menuOf = null;
        if (row is not null)
        {
            await _script.CallAsync("focusRow", _page, row.Id.ToString(CultureInfo.InvariantCulture));
        }
    }

    private IReadOnlyList<LogTerm> FacetsOf(ShownRow row) => LogFacets.Of(row.Line.Row, Directory.Find(row.Line.Row.ConnectionId)?.Name, _menuColumn);

    private Task NarrowByAsync(LogTerm term)
    {
        _menuOf = null;
        return AskAsync(_query.With(term));
    }

    private async Task ChooseColumnsAsync(ListColumns columns)
    {
        if (_ofView is { } view)
        {
            _ofView = (view.View, columns);   // for the view, which can be saved with them
            StateHasChanged();
            return;
        }

        _own = columns;
        StateHasChanged();
        if (_columnsKey is not null)
        {
            await _script.CallAsync("write", _columnsKey, columns.ToJson());
        }
    }

    /// <summary>What a view shows is its own: it is gone with the view.</summary>
    private void ShowColumnsOf(LogView? view)
    {
        if (view?.Id != _ofView?.View)
        {
            _ofView = view is { Columns: { Count: > 0 } columns } ? (view.Id, _own.With(columns)) : null;
        }
    }

    /// <summary>Each person has their own, also where several use one browser.</summary>
    private async Task RecallColumnsAsync()
    {
        _columnsKey = $"log.columns:{PersonalFilter.KeyOf(await Viewer.FindAsync())}";
        if (await _script.AskAsync<string>("read", _columnsKey) is { } kept)
        {
            _own = ListColumns.Of(kept);
            StateHasChanged();
        }
    }
}
