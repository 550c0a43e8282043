using System.Text;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Preview;

namespace Richpanel.Console.Lab;

public sealed partial class LabPage
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    private readonly List<LabResult> _results = [];
    private bool _sending;

    private Task SendAsync() => SendAsync(times: 1);

    private Task SendTwiceAsync() => SendAsync(times: 2);

    /// <summary>Sends exactly what the editor holds, one after the other, and says what came of it.</summary>
    private async Task SendAsync(int times)
    {
        var seen = _target;
        await SyncAsync();
        Show();
        _results.Clear();
        if (_fault is not null || _target is null)
        {
            return;
        }

        if (seen is not null && (seen.Environment != _target.Environment || ConnectionRights.ToSend(seen) != ConnectionRights.ToSend(_target)))
        {
            _results.Add(LabResult.Changed(_target));   // what was confirmed was confirmed for another environment
            return;
        }

        var (text, target, results) = (_text, _target, new List<LabResult>());
        _sending = true;
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
        catch (Exception failure) when (failure is not SessionEndedException)
        {
            Log.LogError(failure, "A call could not be sent from the lab");
            results.Add(LabResult.Broken);
        }
        finally
        {
            _sending = false;
        }

        _results.AddRange(results);
    }

    private async Task<LabResult> SendOnceAsync(string text, Connection target)
    {
        var outcome = await Sender.SendAsync(await Viewer.ActorAsync(), target, Encoding.UTF8.GetBytes(text), s_patience, _leaving.Token);
        return outcome is LabOutcome.Kept kept && await Deliveries.FindAsync(await Viewer.SightAsync(), kept.Delivery.Id, _leaving.Token) is { } detail
            ? LabResult.Of(detail, target)
            : LabResult.NotSent(outcome);
    }
}
