using Richpanel.Core.Connections;

namespace Richpanel.Core.Deliveries;

/// <summary>What the connection's row means for the delivery: held, or due no earlier than the connection goes on.</summary>
internal static class DeliveryHolds
{
    /// <param name="held">Connections on hold.</param>
    public static DeliveryRow On(DeliveryRow row, ConnectionDirectory directory, IReadOnlyList<long> held) => row.State != DeliveryState.Waiting
        ? row
        : row with
        {
            Held = held.Contains(row.ConnectionId),
            DueAt = directory.Find(row.ConnectionId)?.PostponedUntil is { } until && until > row.DueAt ? until : row.DueAt,
        };
}
