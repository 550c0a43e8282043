using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;

namespace Richpanel.Core.Ledger;

/// <summary>Deliveries now in one state, by connection and origin. Moves in the same transaction as the rows it counts.</summary>
public sealed class LedgerCount
{
    public long ConnectionId { get; set; }

    public Origin Origin { get; set; }

    /// <summary>A state, or 0 for "created", which only grows.</summary>
    public DeliveryState State { get; set; }

    public long Count { get; set; }
}

/// <summary>Deliveries now in one state, by the hour they were received: what charts and counts read.</summary>
public sealed class HourlyRollup
{
    public long ConnectionId { get; set; }

    /// <summary>Hours since 1970-01-01T00:00Z.</summary>
    public int Hour { get; set; }

    public Origin Origin { get; set; }

    public DeliveryState State { get; set; }

    /// <summary>Event or page name; empty when there is none.</summary>
    public required string EventName { get; set; }

    /// <summary>Cause code; empty when there is none.</summary>
    public required string Code { get; set; }

    public long Count { get; set; }
}
