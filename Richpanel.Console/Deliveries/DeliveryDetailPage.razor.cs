using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Privacy;

namespace Richpanel.Console.Deliveries;

public sealed partial class DeliveryDetailPage : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(70);   // longer than the longest time-out of a send

    private readonly Leaving _leaving = new();
    private DeliveryDetail? _detail;
    private string? _shownId;
    private Sight? _asked;
    private string? _outcome;
    private bool _missing;
    private bool _failed;
    private bool _busy;
    private LiveUpdate? _update;

    [Parameter] public string PublicDeliveryId { get; set; } = "";

    [Inject] public required DeliveryQueries Deliveries { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required DeliveryUnmasking Unmasking { get; init; }
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
            (_detail, _asked, _outcome, _missing, _failed) = (null, null, null, false, false);
            await ReadAsync();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            var id = PublicId.Parse(PublicDeliveryId, "dlv");
            var detail = id is null ? null : await Deliveries.FindAsync(await SightAsync(), id.Value, _leaving.Token);
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

    /// <summary>What the role allows, or what was asked for on this page, as long as the role still may ask.</summary>
    private async Task<Sight> SightAsync()
    {
        var actor = await Viewer.FindAsync();
        _asked = actor?.May(Permission.Unmask) == true ? _asked : null;
        return _asked ?? (actor is null ? Sight.Masked : Sight.Of(actor));
    }

    /// <summary>Shows it for this page view only; gives back why not.</summary>
    private async Task<string?> UnmaskAsync(string reason)
    {
        try
        {
            switch (await Unmasking.UnmaskAsync(await Viewer.ActorAsync(), _detail!.Row.Id, reason, _leaving.Token))
            {
                case UnmaskOutcome.Shown shown:
                    (_detail, _asked) = (shown.Detail, shown.Sight);
                    StateHasChanged();
                    return null;
                case UnmaskOutcome.NoReason:
                    return DeliveryUnmasking.ReasonNeeded;
                default:
                    return "The delivery is gone.";
            }
        }
        catch (ForbiddenException refused)
        {
            return refused.Message;
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException))
        {
            Log.LogError(failure, "Personal data of a delivery was asked for and could not be shown");
            return "Nothing is shown: the reason could not be written into the change log. Try again.";
        }
    }

    private Task HideAsync()
    {
        _asked = null;
        return ReadAsync();
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
        catch (ForbiddenException refused)
        {
            _outcome = refused.Message;
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException))
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
