using Richpanel.Core;

namespace Richpanel.Console.Shared;

/// <summary>
/// Runs a page's refresh after changes, one at a time: what changes meanwhile leads to one more run, so a slow read never
/// piles up and the last change is never missed.
/// </summary>
public sealed class LiveUpdate : IDisposable
{
    /// <summary>For a page that reads whole lists or counts: under load something changes all the time.</summary>
    public static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    private readonly Func<Task> _refresh;
    private readonly TimeSpan _calm;
    private readonly TimeProvider _time;
    private readonly IDisposable _subscription;
    private readonly Leaving _leaving = new();
    private int _asked;

    public LiveUpdate(ChangeFeed changes, Func<Task> refresh)
        : this(changes, refresh, TimeSpan.Zero, TimeProvider.System)
    {
    }

    /// <param name="calm">Between the end of one run and the next.</param>
    public LiveUpdate(ChangeFeed changes, Func<Task> refresh, TimeSpan calm, TimeProvider time)
    {
        (_refresh, _calm, _time) = (refresh, calm, time);
        _subscription = changes.Subscribe(() => _ = RunAsync());
    }

    public void Dispose()
    {
        _leaving.Dispose();
        _subscription.Dispose();
    }

    private async Task RunAsync()
    {
        if (Interlocked.Increment(ref _asked) != 1)
        {
            return;   // a run is under way and will look again
        }

        int seen;
        do
        {
            seen = Volatile.Read(ref _asked);
            if (_leaving.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await _refresh();
                if (_calm > TimeSpan.Zero)
                {
                    await Task.Delay(_calm, _time, _leaving.Token);
                }
            }
            catch (Exception gone) when (gone is ObjectDisposedException || _leaving.IsCancellationRequested)
            {
                return;   // the page went away while it was being refreshed
            }
        }
        while (Interlocked.CompareExchange(ref _asked, 0, seen) != seen);
    }
}
