using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Options;
using Microsoft.JSInterop;
using MudBlazor;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Preview;
using Richpanel.Core.Privacy;
using Richpanel.Core.Wire;

namespace Richpanel.Console.Deliveries.Detail;

/// <summary>Reads and shows; what people ask of it is in <c>DeliveryView.Acting.cs</c>.</summary>
public sealed partial class DeliveryView : IDisposable
{
    /// <summary>Between two refreshes: under load something changes all the time.</summary>
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(1);

    private readonly Leaving _leaving = new();
    private DeliveryDetail? _detail;
    private Related? _related;
    private LogNeighbours? _neighbours;
    private LogQuery? _asksFor;
    private PreviewRequest? _sent;
    private string? _shownId;
    private Sight? _asked;
    private bool _missing;
    private bool _removed;
    private bool _failed;
    private DeliveryStamp? _stamp;
    private DateTimeOffset _readAt;
    private DateTimeOffset? _staleSince;
    private LiveUpdate? _update;
    private ElementReference _root;

    [Parameter, EditorRequired] public required DetailAddress Address { get; set; }

    /// <summary>Of the list it was opened from; null: not known, or not any more.</summary>
    [Parameter] public LogQuery? Query { get; set; }

    /// <summary>Why it is not known any more.</summary>
    [Parameter] public string? Notice { get; set; }

    [Parameter] public EventCallback OnClose { get; set; }

    /// <summary>It is shown, with its name, or is found to be none (null).</summary>
    [Parameter] public EventCallback<string?> OnShown { get; set; }

    [Inject] public required DeliveryQueries Deliveries { get; init; }
    [Inject] public required RelatedDeliveries RelatedOnes { get; init; }
    [Inject] public required LogReader Reader { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ViewerTime Time { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required IOptions<DeliveryOptions> Options { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Clock { get; init; }
    [Inject] public required IJSRuntime Browser { get; init; }
    [Inject] public required NavigationManager Navigation { get; init; }
    [Inject] public required ISnackbar Toasts { get; init; }
    [Inject] public required ILogger<DeliveryView> Log { get; init; }

    public string? PreviousAddress => _neighbours?.Newer is { } id ? Address.Of(PublicId.Delivery(id)).ToString() : null;

    public string? NextAddress => _neighbours?.Older is { } id ? Address.Of(PublicId.Delivery(id)).ToString() : null;

    /// <summary>Null until it is shown.</summary>
    public string? LabAddress => _detail?.Call is null ? null : DeliveryButtons.LabAddress(_detail);

    private string Name => NameOf(_detail!);

    private Connection? Connection => _detail is null ? null : Directory.Find(_detail.Row.ConnectionId);

    private DeliveryStory Story => DeliveryStory.Of(_detail!.Row, Connection);

    /// <summary>The one the address names, else the last.</summary>
    private AttemptDetail? Try => _detail!.Attempts.LastOrDefault(one => one.Attempt.Number == Address.Try) ?? (_detail.Attempts is [.., var last] ? last : null);

    /// <summary>What was sent by the chosen try, else what would be sent now.</summary>
    private string? Curl => (_sent ?? NowRequest) is { } request ? RichpanelCurl.Of(request, Connection?.SignatureHash ?? SignatureHash.Sha256) : null;

    private PreviewRequest? NowRequest => _detail?.Preview?.Call is { } call && Connection is { } connection ? CallPreview.RequestFor(call, connection, Clock.GetUtcNow()) : null;

    /// <summary>By the connection's own schedule, as the dispatcher goes by it.</summary>
    private IReadOnlyList<FutureTry> Future => _detail!.Row is { State: DeliveryState.Waiting, Held: false } row && Story.NextTry is { } next && Options.Value.For(Connection) is var rules
        ? FutureTries.Of(row.AttemptCount + 1, next, _detail.Source.ScheduleStep, row.Marks.HasFlag(DeliveryMarks.ManualRetry), rules.EffectiveSchedule, rules.Jitter)
        : [];

    protected override void OnInitialized() => _update = new LiveUpdate(Changes, RefreshCalmlyAsync);

    protected override async Task OnParametersSetAsync()
    {
        if (_shownId != Address.Id)
        {
            _shownId = Address.Id;
            (_detail, _related, _neighbours, _asksFor, _asked, _missing, _failed) = (null, null, null, null, null, false, false);
            (_stamp, _staleSince, _removed) = (null, null, false);
            ForgetActs();
            await ReadAsync();
        }

        if (_detail is not null)
        {
            _sent = Try is { } one ? SentRequest.Of(one, Connection) : null;
            await AnswerAskAsync();
            await ReadNeighboursAsync();
        }
    }

    private static string NameOf(DeliveryDetail detail) => detail.Row.EventName ?? detail.Row.Type.ToString();

    /// <summary>Rests after each refresh, the longer the more it took: a search for the newer one among bodies may take seconds.</summary>
    private async Task RefreshCalmlyAsync()
    {
        var start = Clock.GetTimestamp();
        await InvokeAsync(RefreshAsync);
        var rest = 4 * Clock.GetElapsedTime(start);
        try
        {
            await Task.Delay(rest > s_calm ? rest : s_calm, Clock, _leaving.Token);
        }
        catch (OperationCanceledException)
        {
            // The person has left the page.
        }
    }

    private async Task RefreshAsync()
    {
        if (!await IsUnchangedAsync())
        {
            await ReadAsync();
        }

        if (_neighbours is { Newer: null } && Query is not null && Query.Equals(_asksFor))
        {
            await FindNeighboursAsync(_neighbours);   // a newer one may have come
        }
    }

    /// <summary>Most changes are of other deliveries: one row tells.</summary>
    private async Task<bool> IsUnchangedAsync()
    {
        if (_detail is not { } shown || _stamp is null || _staleSince is not null)
        {
            return false;
        }

        try
        {
            var sight = await SightAsync();
            var stamp = await Deliveries.StampAsync(shown.Row.Id, _leaving.Token);
            return stamp == _stamp && sight.Shows(shown.Row.Id) != shown.IsMasked;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            return false;   // reading it says what is wrong
        }
        catch (OperationCanceledException)
        {
            return true;   // the person has left the page
        }
    }

    private async Task ReadAsync()
    {
        var asked = Address.Id;
        try
        {
            var id = PublicId.Parse(asked, "dlv");
            var stamp = id is null ? null : await Deliveries.StampAsync(id.Value, _leaving.Token);
            var detail = id is null ? null : await Deliveries.FindAsync(await SightAsync(), id.Value, _leaving.Token);
            if (asked != Address.Id)
            {
                return;   // the person has moved on to another one
            }

            if (detail is null && _detail is not null)
            {
                ForgetRemoved();
            }

            var isNew = _detail is null;
            (_stamp, _readAt, _staleSince) = (stamp, Clock.GetUtcNow(), null);
            (_detail, _missing, _failed) = (detail, detail is null, false);
            _sent = _detail is not null && Try is { } one ? SentRequest.Of(one, Connection) : null;
            if (isNew)
            {
                await OnShown.InvokeAsync(_detail is null ? null : Name);
                StateHasChanged();
                var related = detail is null ? null : await RelatedOnes.OfAsync(await SightAsync(), detail.Row.Id, _leaving.Token);
                _related = asked == Address.Id ? related : _related;
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // What is shown stays, and with it an open dialog: it is only not the newest.
            Log.LogError(failure, "A delivery could not be read");
            (_failed, _staleSince) = (_detail is null, _detail is null ? null : _readAt);
        }
        catch (OperationCanceledException)
        {
            return;   // the person has left the page
        }

        StateHasChanged();
    }

    /// <summary>It is gone while it was shown: nothing of it may stand here any longer.</summary>
    private void ForgetRemoved()
    {
        (_detail, _related, _sent, _asked, _neighbours, _asksFor, _removed) = (null, null, null, null, null, null, true);
        ForgetActs();
    }

    /// <summary>Off the circuit's turn: among bodies it may take some seconds.</summary>
    private Task ReadNeighboursAsync()
    {
        if (_detail is null || Query is not { } query || (_asksFor is not null && _asksFor.Equals(query)))
        {
            return Task.CompletedTask;
        }

        _asksFor = query;
        return FindNeighboursAsync(null);
    }

    /// <param name="known">With it only a newer one is looked for.</param>
    private async Task FindNeighboursAsync(LogNeighbours? known)
    {
        var (id, query) = (_detail!.Row.Id, _asksFor!);
        try
        {
            var ask = new LogAsk(query, await Viewer.SightAsync()) { Zone = Time.Zone };
            var found = await Task.Run(() => known is null ? Reader.NeighboursAsync(ask, id, _leaving.Token) : Reader.NewerNeighbourAsync(ask, id, known, _leaving.Token), _leaving.Token);
            if (_detail?.Row.Id == id && ReferenceEquals(query, _asksFor))
            {
                _neighbours = found;
                StateHasChanged();
            }
        }
        catch (OperationCanceledException)
        {
            // The person has left the page.
        }
        catch (Exception failure) when (failure is not SessionEndedException)
        {
            Log.LogError(failure, "Previous and next of a delivery could not be read");
        }
    }

    /// <summary>What the role allows, or what was asked for on this page, as long as the role still may ask.</summary>
    private async Task<Sight> SightAsync()
    {
        var actor = await Viewer.FindAsync();
        _asked = actor?.May(Permission.Unmask) == true ? _asked : null;
        return _asked ?? (actor is null ? Sight.Masked : Sight.Of(actor));
    }

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
