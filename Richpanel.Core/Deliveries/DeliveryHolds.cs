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
            DueAt = Later(row.DueAt, Later(directory.Find(row.ConnectionId)?.PostponedUntil, directory.Find(row.ConnectionId)?.BreakerUntil)),
        };

    private static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;
}
