using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Richpanel.Core.Connections;

namespace Richpanel.Core.Deliveries;

/// <summary>
/// One loop per connection, so that a slow or dead one delays nobody. Starts and stops loops as connections come and go, and
/// passes on the signal; the table is the queue, so a lost signal only costs time.
/// </summary>
internal sealed class DeliveryDispatcher : BackgroundService
{
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(5);

    private readonly Dictionary<long, RunningLoop> _loops = [];
    private readonly DeliverySignal _signal;
    private readonly ConnectionHolds _holds;
    private readonly LoopTools _tools;

    public DeliveryDispatcher(
        DispatchStore store,
        CallPreparer preparer,
        DeliverySender sender,
        DispatcherSurroundings around,
        TimeProvider time,
        ILogger<DeliveryDispatcher> logger)
    {
        _signal = around.Signal;
        _holds = around.Holds;
        _tools = new LoopTools(
            around.Directory, store, preparer, sender, around.Options, around.Recorded, new Random().NextDouble, time, logger);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _tools.Directory.Changed += _signal.Raise;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await LookAfterLoopsAsync(stoppingToken);
            }
        }
        finally
        {
            _tools.Directory.Changed -= _signal.Raise;
            await Task.WhenAll(_loops.Values.Select(loop => loop.DisposeAsync().AsTask()));
        }
    }

    private async Task LookAfterLoopsAsync(CancellationToken stoppingToken)
    {
        try
        {
            await _holds.EndExpiredAsync();
            await StartAndStopAsync();
            foreach (var loop in _loops.Values)
            {
                loop.Wake();
            }

            await _signal.WaitAsync(NextLook(), stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The caller sees it, too.
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            _tools.Logger.DispatcherRoundFailed(failure);
            await Task.Delay(s_poll, _tools.Time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task StartAndStopAsync()
    {
        var wanted = _tools.Directory.Connections.Select(connection => connection.Id).ToHashSet();
        foreach (var (id, loop) in _loops.Where(loop => loop.Value.HasEnded || !wanted.Contains(loop.Key)).ToList())
        {
            // Told to stop at the first look, taken away once its sends have ended, so that nobody waits for them here.
            loop.Stop();
            if (loop.HasEnded)
            {
                _loops.Remove(id);
                await loop.DisposeAsync();
            }
        }

        foreach (var id in wanted.Where(id => !_loops.ContainsKey(id)))
        {
            _loops.Add(id, new RunningLoop(new ConnectionLoop(id, _tools with { Chance = new Random().NextDouble })));
        }
    }

    /// <summary>The poll, or sooner where a hold or pause ends by its own clock.</summary>
    private TimeSpan NextLook()
    {
        var now = _tools.Time.GetUtcNow();
        var next = _tools.Directory.Connections
            .SelectMany(connection => new[] { connection.HoldUntil, connection.PausedUntil, connection.PostponedUntil })
            .Where(time => time > now)
            .Select(time => time!.Value - now)
            .DefaultIfEmpty(s_poll)
            .Min();
        return next < s_poll ? next : s_poll;
    }

    private sealed class RunningLoop : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly ConnectionLoop _loop;
        private readonly Task _run;

        public RunningLoop(ConnectionLoop loop)
        {
            _loop = loop;
            _run = Task.Run(() => loop.RunAsync(_stop.Token));
        }

        public bool HasEnded => _run.IsCompleted;

        public void Wake() => _loop.Wake();

        public void Stop() => _stop.Cancel();

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _run;
            _loop.Dispose();
            _stop.Dispose();
        }
    }
}

/// <summary>What the dispatcher takes from its surroundings.</summary>
internal sealed class DispatcherSurroundings(
    ConnectionDirectory directory,
    ConnectionHolds holds,
    DeliverySignal signal,
    DeliveryPulse pulse,
    ChangeFeed changes,
    IOptions<DeliveryOptions> options)
{
    public ConnectionDirectory Directory => directory;

    public ConnectionHolds Holds => holds;

    public DeliverySignal Signal => signal;

    public DeliveryOptions Options => options.Value;

    /// <summary>Called after each commit that changed something.</summary>
    public void Recorded()
    {
        pulse.Beat();
        changes.Raise();
    }
}
