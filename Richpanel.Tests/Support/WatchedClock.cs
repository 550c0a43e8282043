using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Richpanel.Tests.Support;

/// <summary>A clock that only the test moves, and that says when somebody has begun to wait for so long.</summary>
public sealed class WatchedClock() : FakeTimeProvider(TimeProvider.System.GetUtcNow())
{
    private readonly ConcurrentDictionary<TimeSpan, TaskCompletionSource> _waits = new();

    /// <summary>Ends once a timer of this length runs. Ask for lengths that nobody else uses.</summary>
    public Task IsWaitedForAsync(TimeSpan length) => Wait(length).Task;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        Wait(dueTime).TrySetResult();
        return timer;
    }

    private TaskCompletionSource Wait(TimeSpan length) => _waits.GetOrAdd(length, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
}
