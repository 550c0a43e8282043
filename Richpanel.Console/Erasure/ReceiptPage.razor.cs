using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Erasure;

namespace Richpanel.Console.Erasure;

/// <summary>One erasure while it goes on, and its receipt afterwards.</summary>
public sealed partial class ReceiptPage : IDisposable
{
    private readonly Leaving _leaving = new();
    private CustomerErasure? _erasure;
    private string? _asked;
    private bool _missing;
    private bool _failed;
    private LiveUpdate? _update;

    [Parameter] public string PublicErasureId { get; set; } = "";

    [Inject] public required ErasureStore Erasures { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required ILogger<ReceiptPage> Log { get; init; }

    private IReadOnlyDictionary<string, long> Counts => _erasure!.CountsByPlace;

    protected override void OnInitialized() => _update = new LiveUpdate(Changes, () => InvokeAsync(ReadAsync));

    protected override async Task OnParametersSetAsync()
    {
        if (_asked != PublicErasureId)
        {
            (_asked, _erasure, _missing) = (PublicErasureId, null, false);
            await ReadAsync();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            var by = await Viewer.ActorAsync();
            _erasure = PublicId.Parse(PublicErasureId, "ers") is { } id ? await Erasures.FindAsync(by, id, _leaving.Token) : null;
            (_missing, _failed) = (_erasure is null, false);
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;   // the person has left the page
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException or ObjectDisposedException))
        {
            Log.LogError(failure, "An erasure could not be read");
            _failed = _erasure is null;
        }

        StateHasChanged();
    }

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
