using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Ledger;

namespace Richpanel.Console.Connections;

/// <summary>Disables, enables and deletes a connection, each time saying first how much waits and what becomes of it.</summary>
public sealed partial class DangerPanel : IDisposable
{
    private readonly Leaving _leaving = new();
    private LedgerLine? _line;
    private LiveUpdate? _update;
    private string _disableName = "";
    private string _deleteName = "";
    private string? _disableFault;
    private string? _deleteFault;
    private string? _said;
    private bool _bad;
    private bool _busy;
    private bool _failed;

    [Parameter, EditorRequired] public required Connection Connection { get; set; }

    [Inject] public required LedgerQueries Ledger { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required ConnectionStore Store { get; init; }
    [Inject] public required ConnectionRemoval Removal { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Clock { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required ILogger<DangerPanel> Log { get; init; }

    /// <summary>As the ledger counts waiting.</summary>
    private const string Unsent = "state:waiting,held,sending";

    private int Sources => Directory.Sources.Count(source => source.ConnectionId == Connection.Id);

    private string SourcesWord => Sources == 1 ? "1 source" : $"{Numbers.Of(Sources)} sources";

    private string Fate(string fate) => _line!.Waiting == 0 ? "Nothing waits." : $"{Waiting}: {fate}.";

    private string Waiting => _line!.Waiting == 0 ? "nothing waits" : _line.Waiting == 1 ? "1 delivery waits" : $"{Numbers.Of(_line.Waiting)} deliveries wait";

    private string Kept => _line!.Created == 1 ? "Its 1 delivery stays" : $"Its {Numbers.Of(_line.Created)} deliveries stay";

    protected override async Task OnInitializedAsync()
    {
        _update = new LiveUpdate(Changes, () => InvokeAsync(ReadAsync), LiveUpdate.Calm, Clock);
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        try
        {
            _line = (await Ledger.ReadAsync(_leaving.Token)).Connections.FirstOrDefault(one => one.ConnectionId == Connection.Id)?.Line;
            _failed = _line is null;
        }
        catch (OperationCanceledException)
        {
            return;   // the person has left the page
        }
        catch (Exception failure)
        {
            Log.LogError(failure, "What waits for a connection could not be counted");
            _failed = true;
        }

        StateHasChanged();
    }

    private Task EnableAsync() => SetAsync(disabled: false);

    private Task DisableAsync()
    {
        if (IsTyped(_disableName))
        {
            return SetAsync(disabled: true);
        }

        _disableFault = $"Not disabled. Type its name, {Connection.Name}, exactly as it stands here.";
        return Task.CompletedTask;
    }

    private Task SetAsync(bool disabled) => DoAsync(async by =>
        (_said, _bad) = (await Store.UpdateAsync(by, Connection.Id, new ConnectionDraft { Disabled = disabled })).Match(
            saved => ($"{saved.Name} is {(disabled ? "disabled" : "enabled")}.", false), Faults, () => ("The connection is gone.", true)));

    private Task DeleteAsync() => DoAsync(async by =>
    {
        var outcome = await Removal.DeleteAsync(by, Connection.Id, _deleteName);
        (_said, _bad) = outcome.Match<(string?, bool)>(_ => (null, false), _ => (null, true), () => ("The connection is gone.", true));
        _deleteFault = outcome is SaveOutcome<RemovedConnection>.Invalid { Faults: var faults } ? Faults(faults).Item1 : null;
        if (outcome is SaveOutcome<RemovedConnection>.Saved { Value: var gone })
        {
            Navigation.NavigateTo("/connections", new NavigationOptions { HistoryEntryState = $"{gone.Name} was deleted. {(gone.Waited == 1 ? "1 delivery that waited was canceled" : $"{Numbers.Of(gone.Waited)} deliveries that waited were canceled")}." });
        }
    });

    private async Task DoAsync(Func<Actor, Task> act)
    {
        _busy = true;
        try
        {
            var refused = await Viewer.RefusalAsync(act);
            (_said, _bad) = refused is null ? (_said, _bad) : (refused, true);
            (_disableName, _deleteName) = !_bad ? ("", "") : (_disableName, _deleteName);
        }
        finally
        {
            _busy = false;
        }
    }

    private bool IsTyped(string typed) => string.Equals(typed.Trim(), Connection.Name, StringComparison.Ordinal);

    private static (string, bool) Faults(IReadOnlyList<FieldFault> faults) => (string.Join(' ', faults.Select(fault => fault.Text)), true);

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
