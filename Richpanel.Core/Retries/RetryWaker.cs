namespace Richpanel.Core.Retries;

/// <summary>Wakes the pacer sooner; the table says what is to be done, so a lost call only costs time.</summary>
public sealed class RetryWaker
{
    private TaskCompletionSource _next = New();

    /// <summary>Ends with the next call. Take it before looking, so that no call is missed.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Wake() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
