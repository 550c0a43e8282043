using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Health;
using Richpanel.Core.Ledger;

namespace Richpanel.Console.Overview;

public sealed partial class OverviewPage : IDisposable
{
    /// <summary>Between two refreshes: under load something changes all the time.</summary>
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(1);

    private static readonly LedgerLine s_nothing = new(0, 0, 0, 0, 0, 0, 0, 0, 0);

    private readonly Leaving _leaving = new();
    private OverviewView _view = OverviewView.Day;
    private LedgerView? _ledger;
    private OverviewFigures? _figures;
    private OverviewSide? _side;
    private IReadOnlyList<Connection> _visible = [];
    private Dictionary<long, FailingTries?> _failing = [];
    private IReadOnlyDictionary<long, FailingUnsent> _early = new Dictionary<long, FailingUnsent>();
    private bool _seesNames;
    private bool _failed;
    private bool _sideFailed;
    private int _reads;
    private LiveUpdate? _update;

    [SupplyParameterFromQuery] public string? Range { get; set; }
    [SupplyParameterFromQuery] public string? Since { get; set; }
    [SupplyParameterFromQuery] public string? Until { get; set; }

    [Inject] public required DeliveryQueries Deliveries { get; init; }
    [Inject] public required FailureHours Hours { get; init; }
    [Inject] public required LedgerQueries Ledger { get; init; }
    [Inject] public required OverviewQueries Figures { get; init; }
    [Inject] public required OverviewSides Sides { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required ViewerTime Time { get; init; }
    [Inject] public required TimeProvider Clock { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required ILogger<OverviewPage> Log { get; init; }

    /// <summary>What needs a person stands first.</summary>
    private IEnumerable<(Connection Connection, HealthSentence Health)> Health => Directory.Connections.Where(connection => _visible.Any(one => one.Id == connection.Id))
        .Select(connection => (connection, HealthSentence.Of(connection, LineOf(connection), HasSource(connection), Time.Now, _failing.GetValueOrDefault(connection.Id), _early.GetValueOrDefault(connection.Id))))
        .OrderByDescending(pair => pair.Item2.Action is HealthAction.Mend or HealthAction.EnterSecret or HealthAction.Release or HealthAction.Look)
        .ThenByDescending(pair => pair.Item2.Action is HealthAction.Resume)
        .ThenBy(pair => pair.connection.IsSandbox);

    protected override void OnInitialized()
    {
        _update = new LiveUpdate(Changes, RefreshAsync);
        Time.Ticked += Tick;
    }

    protected override Task OnParametersSetAsync()
    {
        _view = OverviewView.Read(Range, Since, Until);
        return ReadAsync();
    }

    private async Task RefreshAsync()
    {
        await InvokeAsync(ReadAsync);
        try
        {
            await Task.Delay(s_calm, Clock, _leaving.Token);
        }
        catch (OperationCanceledException)
        {
            // The person has left the page.
        }
    }

    private async Task ReadAsync()
    {
        var read = ++_reads;
        try
        {
            var actor = await Viewer.ActorAsync();
            IReadOnlyList<Connection> visible = [.. Directory.AllConnections.Where(connection => actor.MayTouch(connection.Name))];
            var tries = await Deliveries.NewestTriesAsync([.. visible.Select(connection => connection.Id)], _leaving.Token);
            var early = await Hours.UnsentAsync([.. visible.Select(connection => connection.Id)], Time.Now, _leaving.Token);
            var ledger = await Ledger.ReadAsync(_leaving.Token);
            var figures = await Figures.ReadAsync(_view.At(Time.Now), [.. visible.Select(connection => connection.Id)], actor.Connections is null, _leaving.Token);
            if (read != _reads)
            {
                return;   // meanwhile another span was asked for
            }

            var recoveries = visible.ToDictionary(connection => connection.Id, connection => connection.RecoveryBefore);
            (_visible, _early, _figures) = (visible, early, figures);
            _failing = tries.ToDictionary(of => of.Key, of => FailingTries.Of(of, Time.Now, recoveries.GetValueOrDefault(of.Key)));
            _ledger = actor.Connections is null ? ledger : ledger.Only(line => visible.Any(connection => connection.Id == line.ConnectionId));
            (_failed, _seesNames) = (false, actor.May(Permission.SeePersonalData));
            await ReadSideAsync(read, actor, figures.Range);
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException))
        {
            Log.LogError(failure, "The overview could not be read");
            if (read != _reads)
            {
                return;   // of another span, which nobody asks for any more
            }

            _failed = true;
        }
        catch (Exception end) when (end is OperationCanceledException or SessionEndedException)
        {
            return;   // the person has left the page, or may not see it any more
        }

        StateHasChanged();
    }

    /// <summary>What stands beside the figures may fail alone.</summary>
    private async Task ReadSideAsync(int read, Actor actor, OverviewRange range)
    {
        try
        {
            var side = await Sides.ReadAsync(actor, range, Time.Zone, _leaving.Token);
            if (read == _reads)
            {
                (_side, _sideFailed) = (side, false);
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.LogError(failure, "A part of the overview could not be read");
            _sideFailed |= read == _reads;
        }
    }

    private void Zoom(OverviewRange range) => Navigation.NavigateTo(OverviewView.Of(range).ToAddress());

    private LedgerLine LineOf(Connection connection) =>
        _ledger?.Connections.FirstOrDefault(line => line.ConnectionId == connection.Id)?.Line ?? s_nothing;

    private bool HasSource(Connection connection) => Directory.Sources.Any(source => source.ConnectionId == connection.Id && !source.Disabled);

    /// <summary>Time passes: "since" moves, and so does a span that ends now.</summary>
    private void Tick() => _ = InvokeAsync(() => _figures is { } shown && shown.Range != _view.At(Time.Now) ? ReadAsync() : Refresh());

    private Task Refresh()
    {
        StateHasChanged();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _update?.Dispose();
        Time.Ticked -= Tick;
        _leaving.Dispose();
    }
}
