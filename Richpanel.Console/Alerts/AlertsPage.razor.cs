using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Alerts;

namespace Richpanel.Console.Alerts;

/// <summary>Everything the page shows, as of one read.</summary>
internal sealed record AlertsView(
    IReadOnlyList<AlertStanding> Standing, IReadOnlyList<AlertChannel> Channels, IReadOnlyDictionary<long, AlertChannelLast> Last, AlertSettings Settings, IReadOnlyList<AlertView> Alerts);

public sealed partial class AlertsPage : IDisposable
{
    private const int Page = 20;

    private readonly Leaving _leaving = new();
    private AlertsView? _view;
    private AlertChannelInput? _input;
    private int _shown = Page;
    private bool _mayBeMore;
    private bool _mayKeep;
    private bool _failed;
    private string? _refused;
    private string? _saved;
    private LiveUpdate? _update;

    [Inject] public required AlertQueries Queries { get; init; }
    [Inject] public required AlertChannels Channels { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required ILogger<AlertsPage> Log { get; init; }

    protected override async Task OnInitializedAsync()
    {
        _update = new LiveUpdate(Changes, () => InvokeAsync(ReadAsync));
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        try
        {
            var by = await Viewer.ActorAsync();
            var ct = _leaving.Token;
            var alerts = await ToldAsync(by, ct);
            _view = new AlertsView(await Queries.StandingAsync(by, ct), await Channels.ListAsync(by, ct), await Queries.LastAsync(by, ct), await Channels.SettingsAsync(by, ct), alerts);
            _mayBeMore = alerts.Count == _shown;
            (_failed, _mayKeep) = (false, by.May(Permission.KeepAlerts));
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;   // the person has left the page
        }
        catch (ForbiddenException refused)
        {
            _refused = refused.Message;   // what is on the screen stays until the session ends
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException or ObjectDisposedException))
        {
            Log.LogError(failure, "The alerts could not be read");
            _failed = true;
        }

        StateHasChanged();
    }

    /// <summary>The newest of them, as far as they are shown.</summary>
    private async Task<IReadOnlyList<AlertView>> ToldAsync(Actor by, CancellationToken ct)
    {
        List<AlertView> alerts = [];
        for (var isLast = false; !isLast && alerts.Count < _shown;)
        {
            var most = Math.Min(_shown - alerts.Count, AlertQueries.MostListed);
            var more = await Queries.ListAsync(by, alerts.LastOrDefault()?.Id, most, ct);
            alerts.AddRange(more);
            isLast = more.Count < most;
        }

        return alerts;
    }

    private void New() => (_input, _saved) = (AlertChannelInput.New(), null);

    private void Edit(AlertChannel channel) => (_input, _saved) = (AlertChannelInput.Of(channel), null);

    private void Close() => _input = null;

    /// <summary>With the first channel the console learns the address that leads back to it, from whoever made the channel.</summary>
    private async Task SavedAsync(AlertChannel channel)
    {
        (_input, _saved) = (null, $"{channel.Name} is saved. Send a test to see whether it arrives.");
        if (_view?.Settings.ConsoleUrl is null)
        {
            _refused = await Viewer.RefusalAsync(by => Channels.SetAsync(by, new AlertSettingsDraft(ConsoleUrl: Navigation.BaseUri)));
        }

        await ReadAsync();
    }

    private Task MoreAsync()
    {
        _shown += Page;
        return ReadAsync();
    }

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
