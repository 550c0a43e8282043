using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Retention;

namespace Richpanel.Console.Deliveries.Detail;

/// <summary>Until when a delivery stays, and the hand brake.</summary>
public sealed partial class KeepPanel : IDisposable
{
    private readonly Leaving _leaving = new();
    private RetentionOfOne? _kept;
    private LiveUpdate? _update;
    private long _shown;
    private bool _failed;
    private bool _gone;
    private bool _asking;
    private bool _busy;
    private string? _reason;
    private string? _fault;
    private string? _refused;

    [Parameter, EditorRequired] public long Id { get; set; }

    [Inject] public required RetentionStore Store { get; init; }
    [Inject] public required PinStore Pins { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Clock { get; init; }
    [Inject] public required ILogger<KeepPanel> Log { get; init; }

    protected override void OnInitialized() => _update = new LiveUpdate(Changes, () => InvokeAsync(ReadAsync), LiveUpdate.Calm, Clock);

    protected override async Task OnParametersSetAsync()
    {
        if (_shown != Id)
        {
            (_shown, _kept, _gone, _asking, _reason, _fault, _refused) = (Id, null, false, false, null, null, null);
            await ReadAsync();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            _kept = await Store.OfAsync(Id, _leaving.Token);
            (_gone, _failed) = (_kept is null, false);
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;   // the person has left the page
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException or ObjectDisposedException))
        {
            Log.LogError(failure, "Until when a delivery stays could not be read");
            _failed = _kept is null;
        }

        StateHasChanged();
    }

    private async Task PinAsync()
    {
        await ActAsync(async by => _fault = (await Pins.PinAsync(by, Id, _reason)).Fault);
        if (_fault is null && _refused is null)
        {
            (_asking, _reason) = (false, null);
        }
    }

    private Task UnpinAsync() => ActAsync(by => Pins.UnpinAsync(by, Id));

    private async Task ActAsync(Func<Actor, Task> act)
    {
        _busy = true;
        try
        {
            _refused = await Viewer.RefusalAsync(act);
        }
        finally
        {
            _busy = false;
        }

        await ReadAsync();
    }

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
