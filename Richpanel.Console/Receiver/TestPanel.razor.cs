using System.Security.Cryptography;
using Microsoft.AspNetCore.Components;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Receiving;

namespace Richpanel.Console.Receiver;

/// <summary>Posts a test call to the product's own door and says what really came of it: answered, kept, and what became of its delivery.</summary>
public sealed partial class TestPanel : IDisposable
{
    /// <summary>Until the row of a kept call must be there.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    private readonly Leaving _leaving = new();
    private bool _sending;
    private string _step = "";
    private string? _refused;
    private string? _lost;
    private ProbeOutcome? _outcome;
    private DeliveryRow? _delivery;
    private LiveUpdate? _update;

    [Parameter, EditorRequired] public required Source Source { get; set; }

    [Inject] internal ReceiverProbe Probe { get; init; } = null!;
    [Inject] public required ReceiverTest Test { get; init; }
    [Inject] public required SourceStore Sources { get; init; }
    [Inject] public required ReceiverAddress Addresses { get; init; }
    [Inject] public required ConnectionDirectory Directory { get; init; }
    [Inject] public required LogReader Reader { get; init; }
    [Inject] public required DeliveryQueries Deliveries { get; init; }
    [Inject] public required Viewer Viewer { get; init; }
    [Inject] public required ChangeFeed Changes { get; init; }
    [Inject] public required TimeProvider Time { get; init; }
    [Inject] public required ILogger<TestPanel> Log { get; init; }

    private Connection? Connection => Directory.Find(Source.ConnectionId);

    private string? Target => Probe.Target is { } target ? target + "/v1/track" : null;

    private bool IsPublic => Addresses.Public is not null;

    private bool CanSign => Sources.CanShowWriteKey(Source);

    protected override void OnInitialized() => _update = new LiveUpdate(Changes, () => InvokeAsync(FollowAsync));

    private async Task SendAsync()
    {
        (_sending, _step, _refused, _lost, _outcome, _delivery) = (true, "Posting it…", null, null, null, null);
        try
        {
            var actor = await Viewer.ActorAsync();
            var call = await Test.MakeAsync(actor, Source);
            StateHasChanged();
            var outcome = await Probe.SendAsync(call, _leaving.Token);
            if (outcome.Verdict == ProbeVerdict.Kept)
            {
                _step = "Answered 200; looking for its row…";
                StateHasChanged();
                _delivery = await FindAsync(call.MessageId);
                _lost = _delivery is null
                    ? "It was answered 200, but no row of it came up here: the address leads to another installation, or the expander is far behind."
                    : null;
            }

            _outcome = outcome;
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            return;
        }
        catch (ForbiddenException forbidden)
        {
            _refused = forbidden.Message;
        }
        catch (CryptographicException)
        {
            _refused = "It was not sent: the write key of this source can no longer be read.";
        }
        catch (Exception failure) when (failure is not SessionEndedException)
        {
            Log.LogError(failure, "The receiver could not be tested");
            _refused = "It was not sent; the reason is in the log.";
        }
        finally
        {
            _sending = false;
        }
    }

    private async Task<DeliveryRow?> FindAsync(string messageId)
    {
        var began = Time.GetTimestamp();
        while (Time.GetElapsedTime(began) < s_patience)
        {
            var ask = new LogAsk(LogQuery.All.With(new LogTerm(LogKey.Message, messageId)), await Viewer.SightAsync()) { Among = [Source.ConnectionId] };
            if ((await Reader.PageAsync(ask, LogPlace.Newest, 1, _leaving.Token)).Rows is [var line, ..])
            {
                return line.Row;
            }

            await Task.Delay(s_look, Time, _leaving.Token);
        }

        return null;
    }

    /// <summary>What became of its delivery shows by itself.</summary>
    private async Task FollowAsync()
    {
        if (_delivery is not { State: DeliveryState.Waiting or DeliveryState.Sending } seen)
        {
            return;
        }

        try
        {
            _delivery = (await Deliveries.FindAsync(await Viewer.SightAsync(), seen.Id, _leaving.Token))?.Row ?? seen;
            StateHasChanged();
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException))
        {
            Log.LogError(failure, "The delivery of a test could not be read");
        }
        catch (Exception end) when (end is OperationCanceledException or SessionEndedException)
        {
            // The person has left the page, or may not see it any more.
        }
    }

    public void Dispose()
    {
        _update?.Dispose();
        _leaving.Dispose();
    }
}
