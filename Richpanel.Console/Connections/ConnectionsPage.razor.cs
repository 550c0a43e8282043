using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Connections;

namespace Richpanel.Console.Connections;

public sealed partial class ConnectionsPage : IDisposable
{
    private LiveUpdate? _update;

    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required ViewerTime Time { get; init; }

    protected override void OnInitialized() => _update = new LiveUpdate(Changes, () => InvokeAsync(StateHasChanged));

    public void Dispose() => _update?.Dispose();
}
