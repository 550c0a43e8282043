using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Receiving;

/// <summary>
/// What the door tells the expander (something arrived) and the expander tells everybody (how far it got). The cursor in the
/// database is what counts; this only saves time.
/// </summary>
public sealed class ExpansionProgress(IDbContextFactory<ConsoleDbContext> contexts) : IDisposable
{
    private readonly SemaphoreSlim _arrivals = new(0, 1);
    private readonly Lock _gate = new();
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _expandedTo;
    private int _hasArrival;

    /// <summary>Every request up to this id has its rows.</summary>
    public long ExpandedTo => Interlocked.Read(ref _expandedTo);

    public void Dispose() => _arrivals.Dispose();

    internal void Arrived()
    {
        if (Interlocked.Exchange(ref _hasArrival, 1) == 0)
        {
            _arrivals.Release();
        }
    }

    internal async Task WaitForArrivalAsync(TimeSpan atMost, CancellationToken ct)
    {
        if (await _arrivals.WaitAsync(atMost, ct))
        {
            Interlocked.Exchange(ref _hasArrival, 0);
        }
    }

    internal void Reached(long requestId)
    {
        TaskCompletionSource moved;
        lock (_gate)
        {
            Interlocked.Exchange(ref _expandedTo, requestId);
            moved = _moved;
            _moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        moved.SetResult();
    }

    public async Task<IReadOnlyList<long>> ExpandedAsync(long requestId, CancellationToken ct)
    {
        while (true)
        {
            Task moved;
            lock (_gate)
            {
                moved = _moved.Task;
            }

            if (ExpandedTo >= requestId)
            {
                break;
            }

            await moved.WaitAsync(ct);
        }

        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.Deliveries.Where(d => d.RequestId == requestId).OrderBy(d => d.Id).Select(d => d.Id).ToListAsync(ct);
    }
}
