using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
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

    private Task RollBackAsync() =>
        DoAsync(by => Store.RollBackAsync(by, Connection.Id), "The secret before is in use again. You can go back the same way while the other one is kept.");

    private Task ForgetAsync() => DoAsync(by => Store.ForgetAsync(by, Connection.Id), "The secret before is gone.");

    private async Task DoAsync(Func<Actor, Task<SaveOutcome<Connection>>> act, string done) =>
        _said = await Viewer.RefusalAsync(async by => _said = Words(await act(by), done)) ?? _said;

    private static string Words(SaveOutcome<Connection> outcome, string done) =>
        outcome.Match(_ => done, faults => string.Join(' ', faults.Select(fault => fault.Text)), () => "The connection is gone.");

    public void Dispose() => _leaving.Dispose();
}
