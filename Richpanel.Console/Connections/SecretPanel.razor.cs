using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core.Connections;

namespace Richpanel.Console.Connections;

public sealed partial class SecretPanel
{
    private readonly Leaving _leaving = new();
    private (long Id, DateTimeOffset? SetAt)? _asked;
    private string? _setBy;
    private string? _said;

    [Parameter, EditorRequired] public required Connection Connection { get; set; }

    [Inject] public required SecretStore Store { get; init; }
    [Inject] public required SecretQueries Queries { get; init; }
    [Inject] public required Viewer Viewer { get; init; }

    /// <summary>Live changes come often; who set it is asked once for each secret.</summary>
    protected override async Task OnParametersSetAsync()
    {
        if (_asked == (Connection.Id, Connection.SecretSetAt))
        {
            return;
        }

        _asked = (Connection.Id, Connection.SecretSetAt);
        try
        {
            _setBy = await Queries.SetByAsync(Connection, _leaving.Token);
        }
        catch (OperationCanceledException)
        {
            // The person has left the page.
        }
    }

    private async Task RollBackAsync() => _said = Words(
        await Store.RollBackAsync(await Viewer.ActorAsync(), Connection.Id), "The secret before is in use again. You can go back the same way while the other one is kept.");

    private async Task ForgetAsync() => _said = Words(await Store.ForgetAsync(await Viewer.ActorAsync(), Connection.Id), "The secret before is gone.");

    private static string Words(SaveOutcome<Connection> outcome, string done) =>
        outcome.Match(_ => done, faults => string.Join(' ', faults.Select(fault => fault.Text)), () => "The connection is gone.");

    public void Dispose() => _leaving.Dispose();
}
