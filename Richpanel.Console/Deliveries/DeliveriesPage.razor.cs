using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using Richpanel.Console.Deliveries.Log;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Console.Deliveries;

/// <summary>The delivery log: this file asks and shows; see <c>DeliveriesPage.Address.cs</c>, <c>.Views.cs</c> and <c>.Rows.cs</c>.</summary>
public sealed partial class DeliveriesPage : IAsyncDisposable
{
    /// <summary>Between two refreshes: under load something changes all the time.</summary>
    private static readonly TimeSpan s_calm = TimeSpan.FromMilliseconds(500);

    private readonly Leaving _leaving = new();
    private LogScreen _screen = null!;
    private LogQuery _query = LogQuery.All;
    private string? _asked;
    private ElementReference _page;
    private PageScript<DeliveriesPage> _script = null!;
    private TimeZoneInfo? _zone;
    private LiveUpdate? _update;
    private bool _hasMoved;
    private IDisposable? _keys;

    [Inject] public required LogReader Reader { get; init; }
    [Inject] public required LogViewStore ViewStore { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required PersonalFilters Personal { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Clock { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ViewerTime Time { get; init; }
    [Inject] public required Shortcuts Shortcuts { get; init; }
    [Inject] public required IJSRuntime Browser { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required ILogger<DeliveriesPage> Logger { get; init; }

    private string Title => CurrentView is { IsBuiltIn: true } view ? $"{view.Name} deliveries" : "Deliveries";

    private string Shown => _screen.Rows is not { } rows ? ""
        : $"{Numbers.Of(rows.Count)} {(rows.Count == 1 ? "row" : "rows")}, newest first{(_screen.SearchedTo is { } at ? $"; searched back to {TimeOf(at)}" : "")}";

    protected override void OnInitialized()
    {
        _screen = new LogScreen(Reader, Clock);
        _script = new PageScript<DeliveriesPage>(Browser);
        _update = new LiveUpdate(Changes, RefreshCalmlyAsync);
        Time.Ticked += CatchUp;
        _keys = Shortcuts.AddOfScript(
            "Deliveries",
            ("/", "Query"), ("j", "Next row"), ("k", "Previous row"), ("Enter", "Open the row; again: go into it"), ("Escape", "Close what is open"), ("x", "Select the row"), ("f", "Only this, not this"),
            ("r", "Retry"), ("e", "Open in lab"), ("c", "Copy as cURL"), ("]", "Next beside the list"), ("[", "Previous beside the list"), (".", "Live or paused"));
    }

    protected override async Task OnParametersSetAsync()
    {
        // Another page's address may be seen for a moment before this one is taken away; what is shown beside the list is no other list.
        if (ListOf(Navigation.Uri) == _asked || new Uri(Navigation.Uri).AbsolutePath != LogAddress.All.ToString() || !await ReadAddressAsync())
        {
            return;
        }

        _asked = ListOf(Navigation.Uri);
        await ReloadAsync();
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            if (await _script.LoadAsync("./log/log.js", this))
            {
                await _script.CallAsync("list", _page, _script.Self);
                await RecallColumnsAsync();
            }
        }

        if (_hasMoved && _script.IsHere && _screen is { IsReading: false, Rows: not null })
        {
            _hasMoved = false;
            await _script.CallAsync("settled", _page);
        }
    }

    /// <summary>Rests after each refresh, the longer the more it took: among bodies new rows may take seconds to find.</summary>
    private async Task RefreshCalmlyAsync()
    {
        var start = Clock.GetTimestamp();
        await InvokeAsync(() => QuietlyAsync(() => _screen.RefreshAsync(StateHasChanged, _leaving.Token)));
        var rest = 4 * Clock.GetElapsedTime(start);
        try
        {
            await Task.Delay(rest > s_calm ? rest : s_calm, Clock, _leaving.Token);
        }
        catch (OperationCanceledException)
        {
            // The person has left the page.
        }
    }

    private async Task ReloadAsync()
    {
        _menuOf = null;
        _hasMoved = true;
        _zone = Time.Zone;
        await QuietlyAsync(async () => await _screen.ShowAsync(await AskOfAsync(_query), LogAddress.Place(At), StateHasChanged, _leaving.Token));
        if (_screen is { Place: { IsUp: true, Id: > 0 }, Rows.Count: < LogScreen.PageSize, SearchedTo: null })
        {
            // Upwards there was less than a page: it would show a few rows and then nothing.
            Navigation.NavigateTo((Address with { At = null }).ToString(), replace: true);
            return;
        }

        await QuietlyAsync(CountViewsAsync);
        StateHasChanged();
    }

    private Task ShowNewestAsync()
    {
        if (_screen.IsNewest)
        {
            return ReloadAsync();
        }

        Navigation.NavigateTo((Address with { At = null }).ToString());
        return Task.CompletedTask;
    }

    private async Task ToggleLiveAsync()
    {
        if (_screen.PausedSince is null)
        {
            _screen.Pause();
            return;
        }

        _screen.Resume();
        if (!Time.Zone.Equals(_zone))
        {
            await ReloadAsync();
            return;
        }

        await QuietlyAsync(() => _screen.RefreshAsync(StateHasChanged, _leaving.Token));
    }

    private void CatchUp() => _ = InvokeAsync(() => QuietlyAsync(async () =>
    {
        StateHasChanged();   // clock times are written here, too, and somebody may want them in another way by now
        if (_asked is not null && _screen.PausedSince is null && !Time.Zone.Equals(_zone))
        {
            await ReloadAsync();   // days, and the bars of a day, begin at other times
            return;
        }

        await (_screen.StaleSince is null ? _screen.CatchUpAsync(StateHasChanged, _leaving.Token) : _screen.RefreshAsync(StateHasChanged, _leaving.Token));
        if (_screen.PausedSince is null)
        {
            await CountViewsAsync();
        }
    }));

    private async Task<LogAsk> AskOfAsync(LogQuery query) => new(query, await Viewer.SightAsync()) { Zone = Time.Zone };

    private string TimeOf(DateTimeOffset at) => Time.Clock(at);

    /// <summary>What fails is in the log, and the screen says that its rows could not be read; the rest stays as it was. True: it was read.</summary>
    private async Task<bool> QuietlyAsync(Func<Task> read)
    {
        try
        {
            await read();
            return true;
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The person has left the page.
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException or ObjectDisposedException))
        {
            Logger.LogError(failure, "The delivery log could not be read");
            StateHasChanged();
        }

        return false;
    }

    public async ValueTask DisposeAsync()
    {
        Time.Ticked -= CatchUp;
        _keys?.Dispose();
        _update?.Dispose();
        _leaving.Dispose();
        await _script.DisposeAsync();
    }
}
