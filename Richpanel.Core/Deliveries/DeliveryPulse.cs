namespace Richpanel.Core.Deliveries;

/// <summary>"Outcomes were recorded", in process, for whoever waits for one of them; they look at the store themselves.</summary>
public sealed class DeliveryPulse
{
    private TaskCompletionSource _next = New();

    /// <summary>Ends with the next beat. Take it before looking, so that no beat is missed.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Beat() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
