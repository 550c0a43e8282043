using Richpanel.Console.Deliveries.Log;
using Richpanel.Core.Deliveries.Log;

namespace Richpanel.Console.Deliveries;

// Saved views as tabs, and how many rows each has.
public sealed partial class DeliveriesPage
{
    private static readonly TimeSpan s_viewsStay = TimeSpan.FromSeconds(30);

    private IReadOnlyList<LogView> _views = [];
    private Dictionary<string, LogCount> _viewCounts = [];
    private DateTimeOffset? _viewsCountedAt;

    /// <summary>The one whose address this is, or the built-in one that asks the same.</summary>
    private LogView? CurrentView => _views.FirstOrDefault(view => view.Id == View) ?? _views.FirstOrDefault(view => view.IsBuiltIn && View is null && view.Query.Equals(_query));

    private async Task ReadViewsAsync() => _views = await Viewer.FindAsync() is { } actor ? await ViewStore.ListAsync(actor, _leaving.Token) : [];

    /// <summary>One after the other, after the rows: a tab may say its number a moment later.</summary>
    private async Task CountViewsAsync()
    {
        if (_screen.PausedSince is not null || (_viewsCountedAt is { } at && Clock.GetUtcNow() - at < s_viewsStay))
        {
            return;
        }

        _viewsCountedAt = Clock.GetUtcNow();
        foreach (var view in _views.Where(view => !view.IsLost))
        {
            var ask = await AskOfAsync(view.Query);
            if (await Task.Run(() => Reader.CountAsync(ask, _leaving.Token), _leaving.Token) is { } count)
            {
                _viewCounts = new Dictionary<string, LogCount>(_viewCounts) { [view.Id] = count };
            }
        }

        StateHasChanged();
    }

    private async Task SavedAsync(LogView? view)
    {
        _viewsCountedAt = null;
        await QuietlyAsync(ReadViewsAsync);
        Navigation.NavigateTo(view is null ? LogAddress.All.ToString() : LogViews.AddressOf(view));
    }
}
