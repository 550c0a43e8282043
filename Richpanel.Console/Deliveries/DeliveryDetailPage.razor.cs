using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;

namespace Richpanel.Console.Deliveries;

public sealed partial class DeliveryDetailPage : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(70);   // longer than the longest time-out of a send

    private readonly Leaving _leaving = new();
    private DeliveryDetail? _detail;
    private string? _shownId;
    private string? _outcome;
    private bool _missing;
    private bool _failed;
    private bool _busy;
    private LiveUpdate? _update;

    [Parameter] public string PublicDeliveryId { get; set; } = "";

    [Inject] public required DeliveryQueries Deliveries { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required DeliveryActions Actions { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required ILogger<DeliveryDetailPage> Log { get; init; }

    private string Name => _detail!.Row.EventName ?? _detail.Row.Type.ToString();

    private string ConnectionName => Directory.Find(_detail!.Row.ConnectionId)?.Name ?? "unknown connection";

    private DeliveryStory Story => DeliveryStory.Of(_detail!.Row, Directory.Find(_detail.Row.ConnectionId));

    protected override void OnInitialized() => _update = new LiveUpdate(Changes, () => InvokeAsync(ReadAsync));

    protected override async Task OnParametersSetAsync()
    {
        if (_shownId != PublicDeliveryId)
        {
            _shownId = PublicDeliveryId;
            (_detail, _outcome, _missing, _failed) = (null, null, false, false);
            await ReadAsync();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            var id = PublicId.Parse(PublicDeliveryId, "dlv");
            var detail = id is null ? null : await Deliveries.FindAsync(id.Value, _leaving.Token);
            (_detail, _missing, _failed) = (detail ?? _detail, detail is null && _detail is null, false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.LogError(failure, "A delivery could not be read");
            _failed = true;
        }
        catch (OperationCanceledException)
        {
            return;   // the person has left the page
        }

        StateHasChanged();
    }

    private Task RetryAsync(bool asThen) => ActAsync("Retrying…", (by, id) => Actions.RetryAsync(by, id, asThen, _leaving.Token), waits: true);

    private Task TryNowAsync() => ActAsync("Trying now…", (by, id) => Actions.TryNowAsync(by, id, _leaving.Token), waits: true);

    private Task CancelAsync() => ActAsync("Canceling…", (by, id) => Actions.CancelAsync(by, id, _leaving.Token), waits: false);

    /// <summary>Does it, and says what really came of it: what was asked for is not yet what happened.</summary>
    private async Task ActAsync(string doing, Func<Actor, long, Task<ActionOutcome>> act, bool waits)
    {
        var (id, before) = (_detail!.Row.Id, _detail.Row.AttemptCount);
        (_busy, _outcome) = (true, doing);
        try
        {
            var asked = await act(await Viewer.ActorAsync(), id);
            var ended = asked.Done && waits ? await Actions.WaitForOutcomeAsync(id, before, s_patience, _leaving.Token) : null;
            await ReadAsync();
            _outcome = ActionWords.Of(asked, ended, before, waits);
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            Log.LogError(failure, "A person's wish about a delivery could not be carried out");
            _outcome = "This could not be done: the database did not answer. The reason is in the log.";
        }

        _busy = false;
    }

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
