using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Connections;
using Richpanel.Core.Ledger;

namespace Richpanel.Console.Connections;

public sealed partial class ConnectionsPage : IDisposable
{
    private readonly Leaving _leaving = new();
    private IReadOnlyDictionary<long, ConnectionDay>? _days;
    private string _filter = "";
    private string? _deleted;
    private bool _failed;
    private LiveUpdate? _update;

    /// <summary>What the list is narrowed to.</summary>
    [SupplyParameterFromQuery(Name = "q")] public string? Query { get; set; }

    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required ConnectionActivity Activity { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Clock { get; init; }
    [Inject] public required ViewerTime Time { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required ILogger<ConnectionsPage> Log { get; init; }

    private IReadOnlyList<(Connection Connection, ConnectionState State)> Shown =>
        [.. Directory.Connections.Select(connection => (connection, ConnectionState.Of(connection, Time.Now))).Where(one => Fits(one.connection, one.Item2))];

    private string Count => Directory.Connections.Count is var all && Shown.Count is var shown && shown == all ? all == 1 ? "1 connection" : $"{all} connections" : $"{shown} of {all}";

    protected override async Task OnInitializedAsync()
    {
        _deleted = Navigation.HistoryEntryState;
        _update = new LiveUpdate(Changes, () => InvokeAsync(ReadAsync), LiveUpdate.Calm, Clock);
        Time.Ticked += Tick;
        await ReadAsync();
    }

    /// <summary>It is said once: not again after a reload, nor when somebody comes back to it.</summary>
    protected override void OnAfterRender(bool firstRender)
    {
        if (firstRender && _deleted is not null)
        {
            Navigation.NavigateTo(Navigation.Uri, new NavigationOptions { ReplaceHistoryEntry = true });
        }
    }

    protected override void OnParametersSet() => _filter = Query ?? "";

    private async Task ReadAsync()
    {
        try
        {
            _days = await Activity.ReadAsync([.. Directory.Connections.Select(connection => connection.Id)], _leaving.Token);
            _failed = false;
        }
        catch (OperationCanceledException)
        {
            return;   // the person has left the page
        }
        catch (Exception failure)
        {
            Log.LogError(failure, "The list of connections could not be read");
            _failed = true;
        }

        StateHasChanged();
    }

    /// <summary>The address carries it along, without a step back for every letter.</summary>
    private void Filter(ChangeEventArgs change)
    {
        _filter = change.Value?.ToString() ?? "";
        Navigation.NavigateTo(_filter.Length == 0 ? "/connections" : $"/connections?q={Uri.EscapeDataString(_filter)}", replace: true);
    }

    private bool Fits(Connection connection, ConnectionState state) => _filter.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).All(word =>
        new[] { connection.Name, connection.Environment.ToString(), state.Word, connection.BaseUrl }.Any(text => text.Contains(word, StringComparison.OrdinalIgnoreCase)));

    /// <summary>States end by their own clock.</summary>
    private void Tick() => _ = InvokeAsync(StateHasChanged);

    public void Dispose()
    {
        _update?.Dispose();
        Time.Ticked -= Tick;
        _leaving.Dispose();
    }
}
