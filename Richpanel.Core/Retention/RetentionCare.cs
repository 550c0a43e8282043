using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Retention;

/// <summary>A round that is under way.</summary>
public sealed record RetentionUnderWay(DateTimeOffset Since, string By, RetentionProgress Progress);

/// <summary>Removes what is too old, every few hours and when somebody asks; then gives free space back. One round at a time.</summary>
public sealed partial class RetentionCare(
    RetentionSweeper sweeper, RetentionStore store, DatabaseSpace space, StoreWriter writer, ChangeWriting log, ChangeFeed changes, IOptions<RetentionOptions> options, TimeProvider time,
    ILogger<RetentionCare> logger) : BackgroundService
{
    /// <summary>After the start: what waits to be sent goes first.</summary>
    private static readonly TimeSpan s_first = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _asked = new(0);
    private readonly Lock _gate = new();
    private Actor? _by;
    private RetentionUnderWay? _underWay;
    private CancellationTokenSource? _stop;
    private DateTimeOffset? _next;

    /// <summary>Null when none is under way.</summary>
    public RetentionUnderWay? UnderWay
    {
        get
        {
            lock (_gate)
            {
                return _underWay;
            }
        }
    }

    /// <summary>When the next round comes by itself; null before the product has started.</summary>
    public DateTimeOffset? Next
    {
        get
        {
            lock (_gate)
            {
                return _next;
            }
        }
    }

    /// <summary>Has a round begin now. False when one is under way or about to begin: that one does it.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<bool> RunNowAsync(Actor by)
    {
        by.DemandForAll(Permission.Administer);
        lock (_gate)
        {
            if (_underWay is not null || _by is not null)
            {
                return false;
            }

            _by = by;
        }

        try
        {
            await log.WriteAsync(by, new Change(ChangeCatalog.RetentionAsked));
        }
        catch
        {
            lock (_gate)
            {
                _by = null;
            }

            throw;
        }

        _asked.Release();
        return true;
    }

    /// <summary>Stops the round that is under way: what it has removed is gone, the next one goes on. False when there is none.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<bool> StopRoundAsync(Actor by)
    {
        by.DemandForAll(Permission.Administer);
        if (!StopRound())
        {
            return false;
        }

        await log.WriteAsync(by, new Change(ChangeCatalog.RetentionStopped));
        return true;
    }

    public override void Dispose()
    {
        _asked.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            for (var rest = s_first; ; rest = options.Value.Every)
            {
                await WaitAsync(rest, stoppingToken);
                Actor by;
                lock (_gate)
                {
                    (by, _by) = (_by ?? Actor.System, null);
                }

                await RunAsync(by, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The product stops; what is left is removed by the next round.
        }
    }

    /// <summary>By this product's clock, or until somebody asks.</summary>
    private async Task WaitAsync(TimeSpan rest, CancellationToken ct)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var asked = _asked.WaitAsync(ended.Token);
        var passed = Task.Delay(rest, time, ended.Token);
        lock (_gate)
        {
            _next = time.GetUtcNow() + rest;
        }

        await Task.WhenAny(asked, passed);
        await ended.CancelAsync();
        ct.ThrowIfCancellationRequested();
    }

    private bool StopRound()
    {
        lock (_gate)
        {
            _stop?.Cancel();
            return _stop is not null;
        }
    }

    private void StopOff() => StopRound();

    /// <summary>One round. Also for tests, which do not wait for the clock.</summary>
    internal async Task RunAsync(Actor by, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        lock (_gate)
        {
            _stop = stop;
        }

        store.SwitchedOff += StopOff;
        try
        {
            await RunAsync(by, stop, ct);
        }
        finally
        {
            store.SwitchedOff -= StopOff;
            lock (_gate)
            {
                _stop = null;
            }
        }
    }

    /// <param name="stop">Ends this round alone.</param>
    private async Task RunAsync(Actor by, CancellationTokenSource stop, CancellationToken ct)
    {
        var tally = new RetentionTally();
        var run = new RetentionRun { StartedAt = time.GetUtcNow(), By = Lengths.Cut(by.Name, Lengths.Name)!, BrokenOff = true };
        Tell(new RetentionUnderWay(run.StartedAt, run.By, tally.Progress));
        try
        {
            var rules = (await store.SettingsAsync(stop.Token)).Rules;
            await sweeper.SweepAsync(rules, tally, new Reporter(this, run), stop.Token);
            run.GivenBack = await space.GiveBackAsync(DatabaseSpace.KeptFree, stop.Token);
            run.BrokenOff = false;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            // Somebody stopped it, or switched retention off: its note says that it was broken off.
        }
        catch (Exception failure) when (failure is not OutOfMemoryException && !ct.IsCancellationRequested)
        {
            LogFailed(failure);
        }
        finally
        {
            await NoteAsync(by, run, tally);
            Tell(null);
        }
    }

    /// <summary>A round that came by its time and found nothing is not worth a line.</summary>
    private async Task NoteAsync(Actor by, RetentionRun run, RetentionTally tally)
    {
        (run.EndedAt, run.Contents, run.Rows, run.Refused, run.Bytes) = (time.GetUtcNow(), tally.Contents, tally.Rows, tally.Refused, tally.Bytes);
        var did = tally.Contents + tally.Rows + tally.Refused + run.GivenBack > 0;
        try
        {
            await writer.WriteAsync(session =>
            {
                using var context = session.Context();
                context.RetentionRuns.Add(run);
                if (did || by.Kind != ActorKind.System)
                {
                    log.Append(context, by, new Change(ChangeCatalog.RetentionRan)
                    {
                        Count = tally.Contents + tally.Rows,
                        Fields = FieldChange.Between(
                            ("contents removed", 0L, (object)tally.Contents), ("rows removed", 0L, (object)tally.Rows), ("refused samples removed", 0L, (object)tally.Refused),
                            ("bytes", 0L, (object)tally.Bytes), ("bytes given back", 0L, (object)run.GivenBack), ("broken off", null, run.BrokenOff ? "yes" : null)),
                    });
                }

                context.SaveChanges();
                var old = run.Id - RetentionRun.Kept;
                context.RetentionRuns.Where(one => one.Id <= old).ExecuteDelete();
            });
        }
        catch (StoreUnavailableException failure)
        {
            LogFailed(failure);   // what was removed is removed; only its note is missing
        }
    }

    private void Tell(RetentionUnderWay? underWay)
    {
        lock (_gate)
        {
            _underWay = underWay;
        }

        changes.Raise();
    }

    private sealed class Reporter(RetentionCare care, RetentionRun run) : IProgress<RetentionProgress>
    {
        public void Report(RetentionProgress value) => care.Tell(new RetentionUnderWay(run.StartedAt, run.By, value));
    }

    [LoggerMessage(EventId = 1701, Level = LogLevel.Error, Message = "A round of the retention failed; what is left is removed by the next one")]
    private partial void LogFailed(Exception failure);
}
