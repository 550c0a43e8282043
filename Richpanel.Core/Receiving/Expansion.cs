using Richpanel.Core.Deliveries;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Receiving;

/// <summary>Whom the expander works with: those who wait for rows, those who read bodies, those who act on new deliveries.</summary>
public sealed class Expansion(ExpansionProgress progress, RequestBodies bodies, DeliverySignal signal, ChangeFeed feed, DoorLoad door, TimeProvider time)
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    public ExpansionProgress Progress { get; } = progress;

    public RequestBodies Bodies { get; } = bodies;

    internal DoorLoad Door { get; } = door;

    /// <summary>Rows up to this request are durable.</summary>
    internal void Expanded(long requestId)
    {
        Progress.Reached(requestId);
        signal.Raise();
        feed.Raise();
    }

    /// <summary>Leaves the machine to the door for a moment, when there is a rush.</summary>
    internal Task PaceAsync(DateTimeOffset oldest, CancellationToken ct) =>
        ExpansionPace.Rest(Door.IsRush, time.GetUtcNow() - oldest) is var rest && rest > TimeSpan.Zero ? Task.Delay(rest, time, ct) : Task.CompletedTask;

    internal Task RestAsync(CancellationToken ct) => Task.Delay(s_rest, time, ct);
}
