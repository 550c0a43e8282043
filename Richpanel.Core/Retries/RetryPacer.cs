using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
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
    RetryQueue queue, StoreWriter writer, IDbContextFactory<ConsoleDbContext> contexts, ConnectionDirectory directory, RetrySignals signals, TimeProvider time, ILogger<RetryPacer> logger) : BackgroundService
{
    /// <summary>Between two looks while something is being sent.</summary>
    public static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    /// <summary>While all is sent and something still waits for its outcome, which may take hours.</summary>
    private static readonly TimeSpan s_waiting = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_idle = TimeSpan.FromMinutes(1);

    /// <summary>Seconds of the rate that may be due and untried.</summary>
    private const int WindowSeconds = 5;

    private const int LeastWindow = 10;

    private readonly Dictionary<long, Run> _runs = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var atStart = true;
        while (!stoppingToken.IsCancellationRequested)
        {
            var next = signals.Waker.Next;
            var rest = s_waiting;
            try
            {
                await RetryCleaning.CleanAsync(writer, contexts, time.GetUtcNow(), atStart);
                atStart = false;
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

        foreach (var batch in active)
        {
            await StepAsync(batch, ct);
        }

        return active.Count > 0;
    }

    private async Task StepAsync(RetryBatch batch, CancellationToken ct)
    {
        if (!_runs.TryGetValue(batch.Id, out var run))
        {
            _runs.Add(batch.Id, run = new Run(time.GetUtcNow()));
        }

        await ForgetTriedAsync(run, ct);
        run.IsSending = batch.Left > 0 || batch.State == RetryState.Canary;
        var changed = await SendAsync(batch, run) > 0;
        if (batch.State == RetryState.Canary)
        {
            changed |= run.Untried.Count == 0 && await queue.JudgeCanaryAsync(batch.Id);
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

    /// <summary>In turn from each connection that goes on, until the credit is spent or all have enough untried.</summary>
    private async Task<int> SendAsync(RetryBatch batch, Run run)
    {
        var credit = batch.State == RetryState.Canary ? batch.CanarySize - RetryQueue.CanaryOf(batch).Count : run.Credit(batch.Rate, time.GetUtcNow());
        var open = batch.ConnectionIds.Where(MayGoOn).ToList();
        var window = Math.Max(LeastWindow, batch.Rate * WindowSeconds / Math.Max(1, open.Count));
        var left = batch.Left;
        var looked = 0;
        while (credit > 0 && left > 0 && open.Count > 0)
        {
            foreach (var connection in open.ToList())
            {
                var room = Math.Min(Math.Min(credit, window - run.UntriedOf(connection)), Math.Max(1, (credit + open.Count - 1) / open.Count));
                var piece = room <= 0 ? RetryPiece.None : await queue.QueueAsync(batch.Id, connection, room);
                if (piece.Looked == 0)
                {
                    open.Remove(connection);   // enough of it is untried, or none of it is left
                    continue;
                }

                run.Add(piece.Sent);
                credit -= piece.Sent.Count;
                left -= piece.Looked;
                looked += piece.Looked;
            }
        }

        run.Spent(credit);
        return looked;
    }

    /// <summary>One that is stopped holds up only its own; of a deleted one the rest is left alone, which is counted.</summary>
    private bool MayGoOn(long connectionId)
    {
        var now = time.GetUtcNow();
        return directory.Find(connectionId) is not { } connection || connection.DeletedAt is not null || !(connection.IsStopped(now) || connection.PostponedUntil > now);
    }

    /// <summary>Asked beside the writer, which would have to be asked for hours.</summary>
    private async Task<bool> IsAnyWaitingAsync(long batchId, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.RetryCounts.AnyAsync(count => count.BatchId == batchId && count.State == DeliveryState.Waiting && count.Count > 0, ct);
    }

    private async Task ForgetTriedAsync(Run run, CancellationToken ct)
    {
        if (run.Untried.Count == 0)
        {
            return;
        }

        await using var context = await contexts.CreateDbContextAsync(ct);
        var ids = run.Untried.Keys.ToList();
        var rows = await context.Deliveries.Where(delivery => ids.Contains(delivery.Id)).Select(delivery => new { delivery.Id, delivery.State, delivery.Marks }).ToListAsync(ct);
        foreach (var row in rows.Where(row => !RetryQueue.IsUntried(row.State, row.Marks)))
        {
            run.Untried.Remove(row.Id);
        }
    }

    /// <summary>What is remembered of a batch between two looks; after a restart it begins anew, which costs at most one window more.</summary>
    private sealed class Run(DateTimeOffset startedAt)
    {
        private DateTimeOffset _at = startedAt;
        private double _credit = 1;

        /// <summary>Something of it is still to be made due.</summary>
        public bool IsSending { get; set; }

        /// <summary>Deliveries made due whose try has not ended, with their connections.</summary>
        public Dictionary<long, long> Untried { get; } = [];

        /// <summary>Whole deliveries that may be sent now; what is not used is kept for a second at most.</summary>
        public int Credit(int rate, DateTimeOffset now)
        {
            _credit = Math.Min(Math.Max(rate, 1), _credit + (Math.Max(0, (now - _at).TotalSeconds) * rate));
            _at = now;
            return (int)_credit;
        }

        public void Spent(int left) => _credit = Math.Min(_credit, left + (_credit - Math.Floor(_credit)));

        public int UntriedOf(long connection) => Untried.Values.Count(one => one == connection);

        public void Add(IReadOnlyList<(long Delivery, long Connection)> sent)
        {
            foreach (var (delivery, connection) in sent)
            {
                Untried[delivery] = connection;
            }
        }
    }

    [LoggerMessage(EventId = 1401, Level = LogLevel.Error, Message = "A bulk retry could not go on; it is tried again")]
    private partial void Failed(Exception failure);
}

/// <summary>Whom the pacer tells, and who tells it.</summary>
internal sealed class RetrySignals(RetryWaker waker, DeliverySignal dispatcher, ChangeFeed changes)
{
    public RetryWaker Waker => waker;

    public void Changed()
    {
        dispatcher.Raise();
        changes.Raise();
    }
}
