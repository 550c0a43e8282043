using Richpanel.Core;

namespace Richpanel.Console.Shared;

/// <summary>
/// Runs a page's refresh after changes, one at a time: what changes meanwhile leads to one more run, so a slow read never
/// piles up and the last change is never missed.
/// </summary>
public sealed class LiveUpdate : IDisposable
{
    private readonly Func<Task> _refresh;
    private readonly IDisposable _subscription;
    private int _asked;
    private volatile bool _disposed;

    public LiveUpdate(ChangeFeed changes, Func<Task> refresh)
    {
        _refresh = refresh;
        _subscription = changes.Subscribe(() => _ = RunAsync());
    }

    public void Dispose()
    {
        _disposed = true;
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
            if (_disposed)
            {
                return;
            }

            try
            {
                await _refresh();
            }
            catch (ObjectDisposedException)
            {
                return;   // the page went away while it was being refreshed
            }
        }
        while (Interlocked.CompareExchange(ref _asked, 0, seen) != seen);
    }
}
