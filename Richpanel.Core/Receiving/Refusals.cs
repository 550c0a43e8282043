using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Receiving;

/// <summary>A request that was not let in.</summary>
/// <param name="ConnectionId">0 when it could not be told.</param>
/// <param name="Path">JSON path or header the refusal is about; null when it is the whole request.</param>
/// <param name="Sample">The beginning of the body with keys masked; null when there is none to show.</param>
public sealed record Refusal(
    long ConnectionId, long? SourceId, string Route, string Cause, int StatusCode, string? Path, string Message, string? Address, byte[]? Sample);

/// <summary>
/// Counts every refusal in memory and keeps a few samples; both are written once a second, outside the commit of the door, so
/// that a flood of bad requests costs good ones nothing. A crash loses at most a second of counts, never an event.
/// </summary>
public sealed partial class Refusals(StoreWriter writer, ChangeFeed changes, TimeProvider time, ILogger<Refusals> log) : BackgroundService
{
    /// <summary>Samples per cause and address in one minute.</summary>
    public const int SamplesPerMinute = 10;

    /// <summary>Samples kept in all; the oldest go.</summary>
    public const int SamplesKept = 10_000;

    /// <summary>Bytes kept of a body.</summary>
    public const int SampleBytes = 2048;

    /// <summary>Addresses told apart in one minute: a flood from everywhere must not fill the memory.</summary>
    private const int MostBuckets = 10_000;

    /// <summary>Samples written at once: those who are let in may wait behind them in the same commit.</summary>
    private const int MostWaiting = 100;

    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _flushing = new(1);
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Cause, string? Address), int> _thisMinute = [];
    private Dictionary<(long Connection, string Cause), long> _counts = [];
    private List<RejectedRequest> _samples = [];
    private long _minute;

    /// <summary>True when a sample of this would be kept, so that nobody prepares one in vain.</summary>
    public bool WantsSample(string cause, string? address)
    {
        lock (_gate)
        {
            TurnMinute();
            return HasRoom(_thisMinute.GetValueOrDefault((cause, address)));
        }
    }

    public void Count(Refusal refusal)
    {
        lock (_gate)
        {
            TurnMinute();
            var key = (refusal.ConnectionId, refusal.Cause);
            _counts[key] = _counts.GetValueOrDefault(key) + 1;
            var bucket = (refusal.Cause, refusal.Address);
            var seen = _thisMinute.GetValueOrDefault(bucket);
            if (HasRoom(seen))
            {
                _thisMinute[bucket] = seen + 1;
                _samples.Add(SampleOf(refusal));
            }
        }
    }

    /// <summary>
    /// Writes what has been counted since the last time; when it ends, all that was counted before it began is durable, also what a flush
    /// still under way had taken. Also used by tests and by the stop.
    /// </summary>
    public async Task FlushAsync()
    {
        await _flushing.WaitAsync();
        try
        {
            await FlushOnceAsync();
        }
        finally
        {
            _flushing.Release();
        }
    }

    public override void Dispose()
    {
        _flushing.Dispose();
        base.Dispose();
    }

    private async Task FlushOnceAsync()
    {
        Dictionary<(long Connection, string Cause), long> counts;
        List<RejectedRequest> samples;
        var now = time.GetUtcNow();
        lock (_gate)
        {
            if (_counts.Count == 0)
            {
                return;
            }

            (counts, _counts) = (_counts, []);
            (samples, _samples) = (_samples, []);
        }

        try
        {
            await writer.WriteAsync(session => Write(session, counts, samples, now));
            changes.Raise();   // whoever sets up a sender watches for its refusal
        }
        catch
        {
            PutBack(counts);
            throw;
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await TryFlushAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_every, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await TryFlushAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The stop flushes once more.
        }
    }

    private async Task TryFlushAsync()
    {
        try
        {
            await FlushAsync();
        }
        catch (Exception failure)
        {
            FlushFailed(log, failure);
        }
    }

    private static void Write(
        WriteSession session, Dictionary<(long Connection, string Cause), long> counts, List<RejectedRequest> samples, DateTimeOffset now)
    {
        foreach (var ((connection, cause), count) in counts)
        {
            session.Ledger.Requests(connection, cause, count, now);
        }

        if (samples.Count == 0)
        {
            return;
        }

        using var context = session.Context();
        context.RejectedRequests.AddRange(samples);
        context.SaveChanges();

        // Ids only grow, so this keeps the newest without counting them.
        var prune = session.Command("""DELETE FROM "RejectedRequests" WHERE "Id" <= (SELECT MAX("Id") FROM "RejectedRequests") - $keep""", "$keep");
        prune.Parameters[0].Value = SamplesKept;
        prune.ExecuteNonQuery();
    }

    private bool HasRoom(int seen) => seen < SamplesPerMinute && _thisMinute.Count < MostBuckets && _samples.Count < MostWaiting;

    private void PutBack(Dictionary<(long Connection, string Cause), long> counts)
    {
        lock (_gate)
        {
            foreach (var (key, count) in counts)
            {
                _counts[key] = _counts.GetValueOrDefault(key) + count;
            }
        }
    }

    private void TurnMinute()
    {
        var minute = time.GetUtcNow().UtcTicks / TimeSpan.TicksPerMinute;
        if (minute != _minute)
        {
            _minute = minute;
            _thisMinute.Clear();
        }
    }

    private RejectedRequest SampleOf(Refusal refusal) => new()
    {
        At = time.GetUtcNow(),
        SourceId = refusal.SourceId,
        ConnectionId = refusal.ConnectionId == 0 ? null : refusal.ConnectionId,
        Route = refusal.Route,
        Cause = refusal.Cause,
        StatusCode = refusal.StatusCode,
        Path = refusal.Path,
        Message = refusal.Message,
        Address = refusal.Address,
        Sample = refusal.Sample,
    };

    [LoggerMessage(EventId = 1301, Level = LogLevel.Warning, Message = "Counts of refused requests could not be written; they are tried again")]
    private static partial void FlushFailed(ILogger logger, Exception failure);
}
