using Richpanel.Core.Deliveries;

namespace Richpanel.Core.Receiving;

/// <summary>Whom the expander works with: those who wait for rows, those who read bodies, those who act on new deliveries.</summary>
public sealed class Expansion(ExpansionProgress progress, RequestBodies bodies, DeliverySignal signal, ChangeFeed feed, TimeProvider time)
{
    private static readonly TimeSpan s_stepBack = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    public ExpansionProgress Progress { get; } = progress;

    public RequestBodies Bodies { get; } = bodies;

    /// <summary>Rows up to this request are durable.</summary>
    internal void Expanded(long requestId)
    {
        Progress.Reached(requestId);
        signal.Raise();
        feed.Raise();
    }

    internal Task StepBackAsync(CancellationToken ct) => Task.Delay(s_stepBack, time, ct);

    internal Task RestAsync(CancellationToken ct) => Task.Delay(s_rest, time, ct);
}
