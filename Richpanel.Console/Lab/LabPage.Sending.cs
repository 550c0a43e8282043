using System.Text;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Preview;
using Richpanel.Core.Storage;

namespace Richpanel.Console.Lab;

public sealed partial class LabPage
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly List<LabResult> _results = [];
    private bool _sending;
    private string? _ofEarlier;   // what the results belong to, when it is not what stands in the editor
    private Connection? _sentTo;

    private Task SendAsync() => SendAsync(times: 1);

    private Task SendTwiceAsync() => SendAsync(times: 2);

    /// <summary>Sends exactly what the editor holds, one after the other, and says what came of it.</summary>
    private async Task SendAsync(int times)
    {
        var seen = _target;
        await SyncAsync();
        Show();
        _results.Clear();
        _ofEarlier = null;
        if (_fault is not null || _target is null)
        {
            return;
        }

        if (seen is not null && (seen.Environment != _target.Environment || ConnectionRights.ToSend(seen) != ConnectionRights.ToSend(_target)))
        {
            _results.Add(LabResult.Changed(_target));   // what was confirmed was confirmed for another environment
            return;
        }

        var (text, target, at, results) = (_text, _target, Time.GetUtcNow(), new List<LabResult>());
        (_sending, _sentTo) = (true, target);
        StateHasChanged();
        try
        {
            while (results.Count < times && (results.Count == 0 || results[^1].State is not null))
            {
                results.Add(await SendOnceAsync(text, target));
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (ForbiddenException forbidden)
        {
            results.Add(LabResult.Forbidden(forbidden.Message));
        }
        catch (StoreUnavailableException)
        {
            results.Add(LabResult.Unwritable);
        }
        catch (Exception failure) when (failure is not SessionEndedException)
        {
            Log.LogError(failure, "A call could not be sent from the lab");
            results.Add(LabResult.NotKnown(edited: null));
        }
        finally
        {
            _sending = false;
        }

        // Whoever types on while it is under way must not take the answer for that of the new text.
        _ofEarlier = text == _text && target.Id == _target?.Id ? null : $"Of the call you sent to {target.Name} at {Clock.Clock(at)}, not of what stands in the editor now";
        _results.AddRange(results);
    }

    /// <summary>A delivery that waits, is held or is being sent goes on; what becomes of it shows by itself.</summary>
    private async Task FollowAsync()
    {
        try
        {
            await FollowEditAsync();
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException))
        {
            Log.LogError(failure, "A delivery that is being edited could not be read");   // a send asks again what it is
        }
        catch (Exception end) when (end is OperationCanceledException or SessionEndedException)
        {
            return;
        }

        var open = _results.Where(one => one.Row is { State: DeliveryState.Waiting or DeliveryState.Sending }).ToList();
        if (open.Count == 0 || _sentTo is not { } target)
        {
            return;
        }

        try
        {
            foreach (var one in open)
            {
                var detail = await Deliveries.FindAsync(await Viewer.SightAsync(), one.Row!.Id, _leaving.Token);
                if (detail is not null && _results.IndexOf(one) is >= 0 and var at)
                {
                    _results[at] = LabResult.Of(detail, Target(target.Id) ?? target) with { Replaced = one.Replaced };
                }
            }
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException))
        {
            Log.LogError(failure, "What became of a call of the lab could not be read");   // it stands with its last state and the link to its page
        }
        catch (Exception end) when (end is OperationCanceledException or SessionEndedException)
        {
            return;   // the person has left the page, or may not see it any more
        }

        StateHasChanged();
    }

    private async Task<LabResult> SendOnceAsync(string text, Connection target)
    {
        var outcome = await Sender.SendAsync(await Viewer.ActorAsync(), target, Encoding.UTF8.GetBytes(text), s_patience, _leaving.Token);
        if (outcome is not LabOutcome.Kept { Delivery.Id: var kept })
        {
            return outcome is LabOutcome.Unreadable ? LabResult.NotSent(outcome) : LabResult.Erased;
        }

        try
        {
            return await Deliveries.FindAsync(await Viewer.SightAsync(), kept, _leaving.Token) is { } detail ? LabResult.Of(detail, target) : LabResult.Erased;
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or SessionEndedException))
        {
            Log.LogError(failure, "What became of a call of the lab could not be read");
            return LabResult.KeptUnread(PublicId.Delivery(kept));
        }
    }
}
