namespace Richpanel.Core;

/// <summary>
/// "Something changed", in process. Subscribers are called at most every 250 ms and once more after the last change; they
/// look at the store again. Says nothing about what changed.
/// </summary>
public sealed class ChangeFeed(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    private readonly Lock _gate = new();
    private readonly List<Subscription> _subscriptions = [];
    private ITimer? _timer;

    public void Raise()
    {
        lock (_gate)
        {
            _timer ??= time.CreateTimer(_ => Tell(), null, s_pause, Timeout.InfiniteTimeSpan);
        }
    }

    public IDisposable Subscribe(Action onChange)
    {
        var subscription = new Subscription(this, onChange);
        lock (_gate)
        {
            _subscriptions.Add(subscription);
        }

        return subscription;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _timer?.Dispose();
            _timer = null;
        }
    }

    private void Tell()
    {
        Subscription[] told;
        lock (_gate)
        {
            _timer?.Dispose();
            _timer = null;
            told = [.. _subscriptions];
        }

        foreach (var subscription in told)
        {
            subscription.OnChange();
        }
    }

    private sealed class Subscription(ChangeFeed feed, Action onChange) : IDisposable
    {
        public Action OnChange { get; } = onChange;

        public void Dispose()
        {
            lock (feed._gate)
            {
                feed._subscriptions.Remove(this);
            }
        }
    }
}
