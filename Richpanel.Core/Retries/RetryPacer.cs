using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Retries;

/// <summary>
/// Makes the deliveries of bulk retries due, a few at a time and no faster than asked, so that what comes in meanwhile is not kept waiting.
/// What the dispatcher has not tried yet is never much: behind a slow or stopped connection the rest stays in the plan, and canceling is
/// one change of one row. Where it stands is in the database: after a restart it goes on.
/// </summary>
internal sealed partial class RetryPacer(
    RetryQueue queue,
    StoreWriter writer,
    IDbContextFactory<ConsoleDbContext> contexts,
    ConnectionDirectory directory,
    RetrySignals signals,
    IOptions<DeliveryOptions> delivery,
    TimeProvider time,
    ILogger<RetryPacer> logger) : BackgroundService
{
    /// <summary>Between two looks while something is being sent.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    /// <summary>While all is sent and something still waits for its outcome, which may take hours.</summary>
    private static readonly TimeSpan s_waiting = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_idle = TimeSpan.FromMinutes(1);

    /// <summary>Items handled in one look at a batch: where very many are left alone, the others have their turn and the pages see it go on.</summary>
    private const int LeastLooked = 200;

    /// <summary>Canceled in one look at a batch, so that the others have their turn.</summary>
    private const int MostCanceled = 1_000;

    private readonly Dictionary<long, Run> _runs = [];
    private readonly UntriedRetries _untried = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var atStart = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            var next = signals.Waker.Next;
            var rest = s_waiting;
            try
            {
                atStart = !await CleanAsync(atStart) && atStart;
                rest = !await StepAsync(stoppingToken) ? s_idle : _runs.Values.Any(run => run.IsSending) ? Tick : s_waiting;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                Failed(failure);
            }

            await Task.WhenAny(next, Task.Delay(rest, time, stoppingToken));
        }
    }

    /// <summary>One look at every batch that is being sent. False when there is none.</summary>
    internal async Task<bool> StepAsync(CancellationToken ct)
    {
        List<RetryBatch> active;
        await using (var context = await contexts.CreateDbContextAsync(ct))
        {
            active = await context.RetryBatches.Where(batch => batch.State == RetryState.Canary || batch.State == RetryState.Running).OrderBy(batch => batch.Id).ToListAsync(ct);
        }

        foreach (var ended in _runs.Keys.Except(active.Select(batch => batch.Id)).ToList())
        {
            _runs.Remove(ended);
        }

        await ForgetTriedAsync(ct);
        foreach (var batch in active)
        {
            await TryStepAsync(batch, ct);
        }

        return active.Count > 0;
    }

    /// <summary>What is left over takes room and no more: a failure keeps nothing from being sent.</summary>
    private async Task<bool> CleanAsync(bool atStart)
    {
        try
        {
            await RetryCleaning.CleanAsync(writer, contexts, time.GetUtcNow(), atStart);
            return true;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            NotCleaned(failure);
            return false;
        }
    }

    /// <summary>One that cannot go on keeps no other from it.</summary>
    private async Task TryStepAsync(RetryBatch batch, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (!_runs.TryGetValue(batch.Id, out var run))
        {
            _runs.Add(batch.Id, run = new Run(now));
        }

        if (now < run.RestsUntil)
        {
            return;
        }

        try
        {
            await StepAsync(batch, run, ct);
        }
        catch (Exception failure) when (failure is not (OutOfMemoryException or OperationCanceledException))
        {
            BatchFailed(failure, PublicId.Retry(batch.Id));
            run.RestsUntil = now + s_waiting;
            signals.Changed();   // a part of it may be due
        }
    }

    private async Task StepAsync(RetryBatch batch, Run run, CancellationToken ct)
    {
        var changed = await (batch.Sends ? SendAsync(batch, run, ct) : CancelAsync(batch, run, ct)) > 0;
        if (batch.State == RetryState.Canary)
        {
            changed |= !_untried.IsAnyOf(batch.Id) && await queue.JudgeCanaryAsync(batch.Id);
        }
        else if (batch.Left == 0)
        {
            changed |= !await IsAnyWaitingAsync(batch.Id, ct) && await queue.FinishAsync(batch.Id);
        }

        if (changed)
        {
            signals.Changed();
        }
    }

    /// <summary>Whatever its connection does: nothing goes out, so there is no rate. The writer serves everybody else between two pieces.</summary>
    private async Task<int> CancelAsync(RetryBatch batch, Run run, CancellationToken ct)
    {
        var handled = 0;
        foreach (var connection in batch.Left > 0 ? batch.ConnectionIds : [])
        {
            if (IsDeleted(connection))
            {
                handled += (await queue.SkipDeletedAsync(batch.Id, connection)).Looked;
                continue;
            }

            for (var piece = await queue.CancelAsync(batch.Id, connection, 0); piece.Last > 0; piece = await queue.CancelAsync(batch.Id, connection, piece.Last))
            {
                handled += piece.Handled;
                if (handled >= MostCanceled || ct.IsCancellationRequested)
                {
                    break;
                }
            }
        }

        run.IsSending = handled > 0;   // else only what is being sent is left: a look every few seconds is enough
        if (handled > 0)
        {
            signals.Canceled();
        }

        return handled;
    }

    /// <summary>In turn from each connection that goes on, until the credit is spent, all have enough untried, or enough was looked at.</summary>
    private async Task<int> SendAsync(RetryBatch batch, Run run, CancellationToken ct)
    {
        var credit = batch.State == RetryState.Canary ? batch.CanarySize - RetryQueue.CanaryOf(batch).Count : run.Credit(batch.Rate, time.GetUtcNow());
        var windows = new Dictionary<long, int>();
        foreach (var connection in batch.Left > 0 ? batch.ConnectionIds : [])
        {
            if (await WindowAsync(connection, ct) is var window and > 0)
            {
                windows[connection] = window;
            }
        }

        run.IsSending = windows.Count > 0 || _untried.IsAnyOf(batch.Id);
        var open = windows.Keys.ToList();
        var left = batch.Left;
        var looked = 0;
        var most = Math.Max(LeastLooked, 4 * batch.Rate);
        while (credit > 0 && left > 0 && open.Count > 0 && looked < most)
        {
            foreach (var connection in open.ToList())
            {
                var room = Math.Min(Math.Min(credit, windows[connection] - _untried.Of(connection)), Math.Max(1, (credit + open.Count - 1) / open.Count));
                var piece = IsDeleted(connection) ? await queue.SkipDeletedAsync(batch.Id, connection)
                    : room <= 0 ? RetryPiece.None
                    : await queue.QueueAsync(batch.Id, connection, room);
                if (piece.Looked == 0)
                {
                    open.Remove(connection);   // enough of it is untried, or none of it is left
                    continue;
                }

                _untried.Add(batch.Id, piece.Sent);
                credit -= piece.Sent.Count;
                left -= piece.Looked;
                looked += piece.Looked;
            }
        }

        run.Spent(credit);
        return looked;
    }

    /// <summary>How many of all bulk retries may be due there and untried; 0 = none goes there now, and only what is its own is held up.</summary>
    private async Task<int> WindowAsync(long connectionId, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        if (directory.Find(connectionId) is not { DeletedAt: null } connection)
        {
            return int.MaxValue;   // what is left of it is left alone, which is counted
        }

        if (connection.IsStopped(now) || connection.PostponedUntil > now || connection.IsBroken(now))
        {
            return 0;
        }

        // Whatever is made due now counts as live there: it would go out before what has waited, and past the rate of catching up.
        // But where one at a time is let out to see how it is answered, and nothing else is due, somebody has to be that one.
        return connection.IsProbing(now) ? await IsAnyDueAsync(connectionId, now, ct) ? 0 : 1
            : connection.RecoveryBefore is not null ? 0
            : _untried.Window(connectionId, HalfOf(connection), now);
    }

    private bool IsDeleted(long connectionId) => directory.Find(connectionId) is not { DeletedAt: null };

    /// <summary>Half of what it can have on its way at once, so that the other half is always free for what comes in.</summary>
    private int HalfOf(Connection connection) =>
        Math.Max(1, (connection.Concurrency ?? delivery.Value.Concurrency) / 2) * (connection.Transport == Transport.Batch ? delivery.Value.BatchSize : 1);

    private async Task<bool> IsAnyDueAsync(long connectionId, DateTimeOffset now, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.Deliveries.AnyAsync(row => row.ConnectionId == connectionId && row.State == DeliveryState.Waiting && row.DueAt <= now, ct)
            || await context.Deliveries.AnyAsync(row => row.ConnectionId == connectionId && row.State == DeliveryState.Sending, ct);
    }

    /// <summary>Asked beside the writer, which would have to be asked for hours.</summary>
    private async Task<bool> IsAnyWaitingAsync(long batchId, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.RetryCounts.AnyAsync(count => count.BatchId == batchId && count.State == DeliveryState.Waiting && count.Count > 0, ct);
    }

    private async Task ForgetTriedAsync(CancellationToken ct)
    {
        var ids = _untried.Ids;
        if (ids.Count == 0)
        {
            return;
        }

        await using var context = await contexts.CreateDbContextAsync(ct);
        var rows = await context.Deliveries.Where(row => ids.Contains(row.Id)).Select(row => new { row.Id, row.State, row.Marks }).ToListAsync(ct);
        var still = rows.Where(row => RetryQueue.IsUntried(row.State, row.Marks)).Select(row => row.Id).ToHashSet();
        _untried.Tried(ids.Where(id => !still.Contains(id)), time.GetUtcNow());
    }

    /// <summary>What is remembered of a batch between two looks; after a restart it begins anew.</summary>
    private sealed class Run(DateTimeOffset startedAt)
    {
        private DateTimeOffset _at = startedAt;
        private double _credit = 1;

        /// <summary>Something of it can be made due, or is about to be tried.</summary>
        public bool IsSending { get; set; }

        /// <summary>After a failure.</summary>
        public DateTimeOffset RestsUntil { get; set; }

        /// <summary>Whole deliveries that may be sent now; what is not used is kept for a second at most.</summary>
        public int Credit(int rate, DateTimeOffset now)
        {
            _credit = Math.Min(Math.Max(rate, 1), _credit + (Math.Max(0, (now - _at).TotalSeconds) * rate));
            _at = now;
            return (int)_credit;
        }

        public void Spent(int left) => _credit = Math.Min(_credit, left + (_credit - Math.Floor(_credit)));
    }

    [LoggerMessage(EventId = 1501, Level = LogLevel.Error, Message = "Bulk retries could not be looked at; they are tried again")]
    private partial void Failed(Exception failure);

    [LoggerMessage(EventId = 1502, Level = LogLevel.Error, Message = "Bulk retry {Batch} could not go on; it is tried again")]
    private partial void BatchFailed(Exception failure, string batch);

    [LoggerMessage(EventId = 1503, Level = LogLevel.Error, Message = "Plans that nobody started could not be taken away; it is tried again")]
    private partial void NotCleaned(Exception failure);
}

/// <summary>Whom the pacer tells, and who tells it.</summary>
internal sealed class RetrySignals(RetryWaker waker, DeliverySignal dispatcher, DeliveryPulse pulse, ChangeFeed changes)
{
    public RetryWaker Waker => waker;

    /// <summary>Whoever waits for the outcome of one of them has it.</summary>
    public void Canceled() => pulse.Beat();

    public void Changed()
    {
        dispatcher.Raise();
        changes.Raise();
    }
}
