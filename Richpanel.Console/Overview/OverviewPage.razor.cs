using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Ledger;
using Richpanel.Core.Receiving;

namespace Richpanel.Console.Overview;

public sealed partial class OverviewPage : IDisposable
{
    private const int RejectedShown = 8;

    private static readonly LedgerLine s_nothing = new(0, 0, 0, 0, 0, 0, 0, 0, 0);

    private readonly Leaving _leaving = new();
    private LedgerView? _ledger;
    private IReadOnlyList<RejectedRow> _rejected = [];
    private Dictionary<long, FailingTries?> _failing = [];
    private bool _failed;
    private string? _refused;
    private LiveUpdate? _update;

    [Inject] public required DeliveryQueries Deliveries { get; init; }
    [Inject] public required LedgerQueries Ledger { get; init; }
    [Inject] public required RejectedQueries Rejected { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ConnectionHolds Holds { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required ViewerTime Time { get; init; }
    [Inject] public required ILogger<OverviewPage> Log { get; init; }

    /// <summary>What needs a person stands first.</summary>
    private IEnumerable<(Connection Connection, HealthSentence Health)> Health => Directory.Connections
        .Select(connection => (connection, HealthSentence.Of(connection, LineOf(connection), HasSource(connection), Time.Now, _failing.GetValueOrDefault(connection.Id))))
        .OrderByDescending(pair => pair.Item2.Action is HealthAction.Mend or HealthAction.EnterSecret or HealthAction.Release or HealthAction.Look)
        .ThenByDescending(pair => pair.Item2.Action is HealthAction.Resume)
        .ThenBy(pair => pair.connection.IsSandbox);

    protected override async Task OnInitializedAsync()
    {
        _update = new LiveUpdate(Changes, () => InvokeAsync(ReadAsync));
        Time.Ticked += Refresh;
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        try
        {
            var tries = await Deliveries.NewestTriesAsync(_leaving.Token);
            var failing = tries.ToDictionary(of => of.Key, FailingTries.Of);
            (_failing, _ledger, _rejected) = (failing, await Ledger.ReadAsync(_leaving.Token), await Rejected.RecentAsync(await Viewer.SightAsync(), RejectedShown, _leaving.Token));
            _failed = false;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.LogError(failure, "The overview could not be read");
            _failed = true;
        }
        catch (OperationCanceledException)
        {
            return;   // the person has left the page
        }

        StateHasChanged();
    }

    private async Task ActAsync(Connection connection, HealthAction action) => _refused = await Viewer.RefusalAsync(by => action switch
    {
        HealthAction.Resume => Holds.ResumeAsync(by, connection.Id),
        HealthAction.Release => Holds.ReleaseAsync(by, connection.Id),
        _ => Task.CompletedTask,
    });

    private LedgerLine LineOf(Connection connection) =>
        _ledger?.Connections.FirstOrDefault(line => line.ConnectionId == connection.Id)?.Line ?? s_nothing;

    private bool HasSource(Connection connection) => Directory.Sources.Any(source => source.ConnectionId == connection.Id && !source.Disabled);

    private void Refresh() => _ = InvokeAsync(StateHasChanged);

    public void Dispose()
    {
        _update?.Dispose();
        Time.Ticked -= Refresh;
        _leaving.Dispose();
    }
}
