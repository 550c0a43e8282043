using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Erasure;

/// <summary>
/// Carries erasures out, the oldest first, one at a time; one that a stop broke off is begun anew at the next start. One that cannot go on
/// now holds up none of the others: it is tried again a minute later, and so are bytes that somebody was reading at the end of one.
/// </summary>
internal sealed partial class ErasureCare : BackgroundService
{
    private static readonly TimeSpan s_again = TimeSpan.FromMinutes(1);

    private readonly Eraser _eraser;
    private readonly ErasureStore _store;
    private readonly StoreWriter _writer;
    private readonly IDbContextFactory<ConsoleDbContext> _contexts;
    private readonly ChangeFeed _changes;
    private readonly TimeProvider _time;
    private readonly ILogger<ErasureCare> _logger;
    private readonly SemaphoreSlim _asked = new(0);
    private long _passed;

    public ErasureCare(
        Eraser eraser, ErasureStore store, StoreWriter writer, IDbContextFactory<ConsoleDbContext> contexts, ChangeFeed changes, TimeProvider time, ILogger<ErasureCare> logger)
    {
        (_eraser, _store, _writer, _contexts, _changes, _time, _logger) = (eraser, store, writer, contexts, changes, time, logger);
        store.Asked += Wake;
    }

    public override void Dispose()
    {
        _store.Asked -= Wake;
        _asked.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                var rest = await RunNextAsync(stoppingToken);
                if (rest is { } pause)
                {
                    using var ended = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                    await Task.WhenAny(_asked.WaitAsync(ended.Token), Task.Delay(pause, _time, ended.Token));
                    await ended.CancelAsync();
                    stoppingToken.ThrowIfCancellationRequested();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The product stops.
        }
    }

    /// <summary>How long to rest; null: there may be more to do. Also for tests, which do not wait for the clock.</summary>
    internal async Task<TimeSpan?> RunNextAsync(CancellationToken ct)
    {
        CustomerErasure? next = null;
        try
        {
            await using (var context = await _contexts.CreateDbContextAsync(ct))
            {
                next = await context.Erasures.Where(one => one.State == ErasureState.Running && one.Id > _passed).OrderBy(one => one.Id).FirstOrDefaultAsync(ct);
            }

            if (next is null)
            {
                var rest = !await EmptyAsync(ct) || _passed > 0 ? s_again : Timeout.InfiniteTimeSpan;
                _passed = 0;
                return rest;
            }

            await _eraser.RunAsync(next, ct);
            LogDone(PublicId.Erasure(next.Id));
            return null;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException && !ct.IsCancellationRequested)
        {
            LogFailed(failure);
            if (next is null)
            {
                return s_again;
            }

            _passed = next.Id;
            await TellAsync(next, failure is ErasureException ? failure.Message : "It could not go on; the reason is in the log. It is tried again each minute.");
            return null;
        }
    }

    /// <summary>Of erasures whose last bytes stood in a write-ahead log that somebody was reading. False: somebody still is.</summary>
    private async Task<bool> EmptyAsync(CancellationToken ct)
    {
        List<long> left;
        await using (var context = await _contexts.CreateDbContextAsync(ct))
        {
            left = await context.Erasures.Where(one => one.State == ErasureState.Done && !one.BytesGone).OrderBy(one => one.Id).Select(one => one.Id).ToListAsync(ct);
        }

        foreach (var id in left)
        {
            if (!await _eraser.EmptyAsync(id, ct))
            {
                return false;
            }
        }

        return true;
    }

    private async Task TellAsync(CustomerErasure erasure, string fault)
    {
        try
        {
            await _writer.WriteAsync(session =>
            {
                using var context = session.Context();
                context.Erasures.Single(one => one.Id == erasure.Id).Fault = Lengths.Cut(fault, Lengths.Reason);
                context.SaveChanges();
            });
        }
        catch (StoreUnavailableException)
        {
            // The faults of the store are told by those who look after it.
        }

        _changes.Raise();
    }

    private void Wake() => _asked.Release();

    [LoggerMessage(EventId = 1711, Level = LogLevel.Error, Message = "An erasure could not go on; it is tried again in a minute")]
    private partial void LogFailed(Exception failure);

    [LoggerMessage(EventId = 1712, Level = LogLevel.Information, Message = "The erasure {Erasure} has ended")]
    private partial void LogDone(string erasure);
}
