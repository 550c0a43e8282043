using Richpanel.Core.Access;
using Richpanel.Core.Alerts.Rules;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Alerts;

/// <summary>What came of a test, as it was.</summary>
/// <param name="Taken">The other side took it.</param>
public sealed record AlertTestResult(bool Taken, string Outcome, DateTimeOffset At, int Milliseconds);

/// <summary>Sends a test by a channel, at once and once, and waits for what really comes of it.</summary>
public sealed class AlertTester(AlertChannels channels, AlertSender sender, AlertOutbox outbox, ChangeWriting log, ChangeFeed changes, TimeProvider time)
{
    /// <summary>Null: there is no such channel. A disabled one can be tested: that is how one tries it before it is on.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<AlertTestResult?> TestAsync(Actor by, long channelId, CancellationToken ct)
    {
        by.DemandForAll(Permission.KeepAlerts);
        if ((await channels.ListAsync(by, ct)).FirstOrDefault(one => one.Id == channelId) is not { } channel)
        {
            return null;
        }

        var console = (await channels.SettingsAsync(by, ct)).ConsoleUrl;
        var (at, began) = (time.GetUtcNow(), time.GetTimestamp());
        var alert = new OpenAlert(at, [AlertItem.Test]);
        var outcome = await sender.SendAsync(channel, new AlertMessage("test", at, alert.Items, console, IsTest: true), ct);
        var took = (int)time.GetElapsedTime(began).TotalMilliseconds;
        var taken = outcome.Class == PostClass.Taken;
        var send = new OpenSend(alert, channel.Id, channel.Name) { State = taken ? AlertSendState.Sent : AlertSendState.Failed, Tries = 1, EndedAt = time.GetUtcNow() };
        send.Unkept.Add(new AlertTry { At = at, Milliseconds = took, Taken = taken, Outcome = outcome.Words });
        alert.Sends.Add(send);
        try
        {
            await outbox.KeepTestAsync(alert, context => log.Append(context, by, new Change(ChangeCatalog.AlertChannelTested, PublicId.AlertChannel(channel.Id), channel.Name)
            {
                Fields = [new FieldChange("outcome", null, taken ? "taken" : "not taken")],
            }));
        }
        catch (StoreUnavailableException)
        {
            // It has gone out, and that is what was asked for: whoever mends the database may just be trying whom it tells.
            return new AlertTestResult(taken, $"{outcome.Words} It is not in the list below: the database cannot be written now.", at, took);
        }

        changes.Raise();
        return new AlertTestResult(taken, outcome.Words, at, took);
    }
}
