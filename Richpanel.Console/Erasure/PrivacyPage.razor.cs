using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Erasure;

namespace Richpanel.Console.Erasure;

/// <summary>What Segment asks to delete, and what was erased here.</summary>
public sealed partial class PrivacyPage : IDisposable
{
    private const int ErasuresShown = 200;
    private const int ClosedShown = 20;

    private readonly Leaving _leaving = new();
    private readonly Stack<PrivacyTaskCursor?> _newer = [];
    private PrivacyTaskPage? _open;
    private PrivacyTaskPage? _closed;
    private PrivacyTaskCursor? _from;
    private IReadOnlyList<CustomerErasure>? _erasures;
    private bool _failed;
    private LiveUpdate? _update;

    [Inject] public required PrivacyTasks Tasks { get; init; }
    [Inject] public required ErasureStore Erasures { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Clock { get; init; }
    [Inject] public required ILogger<PrivacyPage> Log { get; init; }

    protected override async Task OnInitializedAsync()
    {
        _update = new LiveUpdate(Changes, () => InvokeAsync(ReadAsync), LiveUpdate.Calm, Clock);
        await ReadAsync();
    }

    private async Task ReadAsync()
    {
        try
        {
            var by = await Viewer.ActorAsync();
            var open = await Tasks.PageAsync(by, open: true, null, PrivacyTasks.Most, _leaving.Token);
            (_closed, _open) = (await Tasks.PageAsync(by, open: false, _from, ClosedShown, _leaving.Token), open);
            _erasures = by.May(Permission.Erase) && by.Connections is null ? await Erasures.ListAsync(by, ErasuresShown, _leaving.Token) : null;
            _failed = false;
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;   // the person has left the page
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException or ObjectDisposedException))
        {
            Log.LogError(failure, "The privacy tasks could not be read");
            _failed = _open is null;
        }

        StateHasChanged();
    }

    private Task OlderAsync()
    {
        if (_closed?.Next is { } next)
        {
            _newer.Push(_from);
            _from = next;
        }

        return ReadAsync();
    }

    private Task NewerAsync()
    {
        _from = _newer.TryPop(out var before) ? before : null;
        return ReadAsync();
    }

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
