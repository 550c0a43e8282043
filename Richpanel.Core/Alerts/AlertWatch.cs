using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Richpanel.Core.Alerts.Rules;
using Richpanel.Core.Connections;
using Richpanel.Core.Storage;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Alerts;

/// <summary>
/// Looks at everything every 15 seconds, and soon after a hold has opened, tells what has changed and lasted, and sends what is due until
/// it is taken or given up, each channel by itself: a slow one keeps neither a look nor another waiting. What is told and what is remembered is one commit; when the database cannot take it, alerts go out from memory
/// and are kept later.
/// </summary>
internal sealed partial class AlertWatch(
    AlertChannels channels, AlertFactReader facts, AlertSender sender, AlertOutbox outbox, ConnectionDirectory directory, ChangeFeed changes, TimeProvider time, ILogger<AlertWatch> logger)
    : BackgroundService
{
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    /// <summary>Holds that open within it are told together.</summary>
    private static readonly TimeSpan s_together = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan s_cleanEvery = TimeSpan.FromHours(1);

    private readonly List<OpenSend> _open = [];
    private readonly List<OpenAlert> _unkept = [];
    private readonly Dictionary<long, Task> _sending = [];   // by channel
    private readonly SemaphoreSlim _turn = new(1);
    private IReadOnlyList<AlertMemory>? _memory;
    private bool _memoryIsKept = true;
    private bool _failed;
    private DateTimeOffset _cleanAt;
    private DateTimeOffset _lookedAt;
    private volatile TaskCompletionSource _held = NewSignal();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        directory.Changed += WakeIfHeld;
        try
        {
            while (true)
            {
                await RestAsync(stoppingToken);
                await TryStepAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The product stops. What was not taken yet is in the outbox.
        }
        finally
        {
            directory.Changed -= WakeIfHeld;
            await SentAsync();
        }
    }

    /// <summary>One look; what is due begins to be sent.</summary>
    internal Task StepAsync(CancellationToken ct) => AloneAsync<bool>(
        async () =>
        {
            await LookAndStartAsync(ct);
            return true;
        },
        ct);

    /// <summary>Ends when nothing is being sent.</summary>
    internal Task SentAsync() => Task.WhenAll(_sending.Values);

    public override void Dispose()
    {
        _turn.Dispose();
        base.Dispose();
    }

    private async Task LookAndStartAsync(CancellationToken ct)
    {
        if (_memory is null)
        {
            await channels.ReloadAsync(ct);
            var (memory, open) = await outbox.LoadAsync(ct);
            _memory = memory;
            _open.AddRange(open);
        }

        _lookedAt = time.GetUtcNow();
        if (channels.Now is { } known)
        {
            await LookAsync(known, ct);
            StartSending(ct);
        }

        await KeepAsync();
        await ForgetAsync();
    }

    private async Task RestAsync(CancellationToken ct)
    {
        var held = _held.Task;
        using var slept = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await Task.WhenAny(held, Task.Delay(Every, time, slept.Token));
        await slept.CancelAsync();
        ct.ThrowIfCancellationRequested();
        if (held.IsCompleted)
        {
            _held = NewSignal();
            await Task.Delay(s_together, time, ct);
        }
    }

    /// <summary>Only a hold that waits for somebody and that the last look cannot have seen: all else is told when it has lasted.</summary>
    private void WakeIfHeld()
    {
        if (directory.Connections.Any(connection => connection is { HoldCause: not null, HoldUntil: null } && connection.HoldSince + s_together >= _lookedAt))
        {
            _held.TrySetResult();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task TryStepAsync(CancellationToken ct)
    {
        try
        {
            await StepAsync(ct);
            _failed = false;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException && !ct.IsCancellationRequested)
        {
            if (!_failed)
            {
                Failed(logger, failure);
            }

            _failed = true;
        }
    }

    private async Task LookAsync(AlertChannels.Known known, CancellationToken ct)
    {
        var named = known.Channels.Where(channel => !channel.Disabled).SelectMany(channel => channel.Connections ?? []).ToHashSet();
        var read = await facts.ReadAsync(named, _memory!.Select(memory => memory.Subject), ct);
        var now = time.GetUtcNow();
        var look = AlertRules.Look(_memory!, read.Facts, read.AreAll, new AlertPolicy(known.Settings.Settle, known.Settings.Remind), now);
        if (look.Notices.Count == 0)
        {
            _memory = look.Memory;
            return;
        }

        List<AlertItem> items = [];
        foreach (var notice in look.Notices)
        {
            items.Add(await facts.ItemAsync(notice, ct));
        }

        var alert = new OpenAlert(now, items);
        alert.Sends.AddRange(known.Channels.Where(channel => !channel.Disabled && AlertReach.Of(channel, items).Count > 0).Select(channel => new OpenSend(alert, channel.Id, channel.Name)));
        _memory = look.Memory;   // from here on it is told, whether it can be kept now or later
        _memoryIsKept = false;
        _unkept.Add(alert);
        _open.AddRange(alert.Sends);
        Told(logger, AlertWords.Summary(items), alert.Sends.Count);
        await KeepAsync();
    }

    /// <summary>Channels side by side, the alerts of one channel one after another, and nobody waits for it: neither the next look nor another channel.</summary>
    private void StartSending(CancellationToken ct)
    {
        foreach (var channel in Due().Select(send => send.ChannelId).Distinct().Where(channel => !_sending.TryGetValue(channel, out var before) || before.IsCompleted).ToList())
        {
            _sending[channel] = SendAllAsync(channel, ct);
        }
    }

    private IEnumerable<OpenSend> Due()
    {
        var now = time.GetUtcNow();
        return _open.Where(send => send.State == AlertSendState.Waiting && send.DueAt <= now);
    }

    private async Task SendAllAsync(long channel, CancellationToken ct)
    {
        try
        {
            while (await AloneAsync(() => NextAsync(channel), ct) is { } next)
            {
                await SendAsync(next, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The product stops. It stays in the outbox.
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            Failed(logger, failure);
        }
    }

    /// <summary>Of this channel what is due; null when nothing is, or is still to be told.</summary>
    private async Task<Outgoing?> NextAsync(long channelId)
    {
        var known = channels.Now!;
        var channel = known.Channels.FirstOrDefault(one => one.Id == channelId);
        foreach (var send in Due().Where(send => send.ChannelId == channelId).ToList())
        {
            var items = channel is null or { Disabled: true } ? [] : AlertReach.Of(channel, send.Alert.Items);
            if (items.Count == 0)
            {
                End(send, AlertSendState.Dropped);
            }
            else if (time.GetUtcNow() - send.Alert.At > AlertSchedule.TooOld)
            {
                End(send, AlertSendState.Failed);   // the product stood still meanwhile
                NotSent(logger, PublicId.AlertChannel(channelId), "it is too old by now");
            }
            else
            {
                return new Outgoing(send, channel!, new AlertMessage(send.Alert.WireId, send.Alert.At, items, known.Settings.ConsoleUrl));
            }
        }

        await KeepAsync();
        return null;
    }

    /// <summary>What came of it is kept at once, also while the product stops.</summary>
    private async Task SendAsync(Outgoing next, CancellationToken ct)
    {
        var (at, began) = (time.GetUtcNow(), time.GetTimestamp());
        var outcome = await sender.SendAsync(next.Channel, next.Message, ct);
        var took = (int)time.GetElapsedTime(began).TotalMilliseconds;
        await AloneAsync<Outgoing?>(
            async () =>
            {
                Apply(next.Send, outcome, new AlertTry { At = at, Milliseconds = took, Taken = outcome.Class == PostClass.Taken, Outcome = outcome.Words });
                await KeepAsync();
                return null;
            },
            CancellationToken.None);
    }

    private void Apply(OpenSend send, PostOutcome outcome, AlertTry tried)
    {
        send.Tries++;
        send.IsDirty = true;
        send.Unkept.Add(tried);
        var next = outcome.Class == PostClass.TryLater ? AlertSchedule.Next(send.Alert.At, send.Tries, outcome.RetryAfter, time.GetUtcNow()) : null;
        if (outcome.Class == PostClass.Taken)
        {
            End(send, AlertSendState.Sent);
        }
        else if (next is { } dueAt)
        {
            send.DueAt = dueAt;
        }
        else
        {
            End(send, AlertSendState.Failed);
            NotSent(logger, PublicId.AlertChannel(send.ChannelId), outcome.Words);
        }
    }

    /// <summary>Looks and what ends meanwhile come one after another: what is open and what is kept is nobody else's meanwhile.</summary>
    private async Task<T> AloneAsync<T>(Func<Task<T>> work, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            return await work();
        }
        finally
        {
            _turn.Release();
        }
    }

    private void End(OpenSend send, AlertSendState state) => (send.State, send.EndedAt, send.IsDirty) = (state, time.GetUtcNow(), true);

    /// <summary>What the database could not take waits for the next round; nothing goes out twice for it.</summary>
    private async Task KeepAsync()
    {
        try
        {
            while (_unkept is [var alert, ..])
            {
                await outbox.KeepAsync(alert, _memory!);
                _memoryIsKept = true;
                _unkept.RemoveAt(0);
                changes.Raise();
            }

            if (!_memoryIsKept)
            {
                await outbox.KeepAsync(null, _memory!);
                _memoryIsKept = true;
            }

            foreach (var send in _open.Where(send => send.IsDirty && send.Id != 0).ToList())
            {
                await outbox.KeepAsync(send);
                changes.Raise();
            }
        }
        catch (StoreUnavailableException)
        {
            // The store says so itself, and so does the alert about it.
        }

        _open.RemoveAll(send => send is { State: not AlertSendState.Waiting, IsDirty: false, Id: not 0 });
    }

    private async Task ForgetAsync()
    {
        var now = time.GetUtcNow();
        if (now < _cleanAt)
        {
            return;
        }

        try
        {
            _cleanAt = await outbox.ForgetAsync() ? now : now + s_cleanEvery;
        }
        catch (StoreUnavailableException)
        {
            // Another time.
        }
    }

    [LoggerMessage(EventId = 1611, Level = LogLevel.Information, Message = "Alert: {Summary}; to {Channels} channels")]
    private static partial void Told(ILogger logger, string summary, int channels);

    [LoggerMessage(EventId = 1612, Level = LogLevel.Error, Message = "An alert did not go out by the channel {Channel}: {Reason}")]
    private static partial void NotSent(ILogger logger, string channel, string reason);

    [LoggerMessage(EventId = 1613, Level = LogLevel.Error, Message = "Alerts could not be seen to; the next look is in 15 seconds")]
    private static partial void Failed(ILogger logger, Exception failure);

    /// <summary>One try.</summary>
    private sealed record Outgoing(OpenSend Send, AlertChannel Channel, AlertMessage Message);
}
