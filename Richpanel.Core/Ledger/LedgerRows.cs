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

/// <summary>
/// Deliveries now in one state, by the time they were received: what charts and counts read. Moves in the same transaction as
/// the rows it counts; a line may say 0.
/// </summary>
public abstract class Rollup
{
    public long ConnectionId { get; set; }

    public Origin Origin { get; set; }

    /// <summary>Sending counts as Waiting, as in the ledger.</summary>
    public DeliveryState State { get; set; }

    /// <summary>Accepted after more than one attempt.</summary>
    public bool OnRetry { get; set; }

    /// <summary>HTTP status of the last answer; 0 when there was none.</summary>
    public int StatusCode { get; set; }

    /// <summary>Event or page name; empty when there is none.</summary>
    public required string EventName { get; set; }

    /// <summary>Cause code; empty when there is none.</summary>
    public required string Code { get; set; }

    public long Count { get; set; }
}

public sealed class HourlyRollup : Rollup
{
    /// <summary>Hours since 1970-01-01T00:00Z.</summary>
    public int Hour { get; set; }
}

/// <summary>The same by five minutes, for short ranges.</summary>
public sealed class SlotRollup : Rollup
{
    /// <summary>See <see cref="RollupTime.SlotOf"/>.</summary>
    public int Slot { get; set; }
}

/// <summary>The same by quarters of a UTC day, for long ranges.</summary>
public sealed class QuarterRollup : Rollup
{
    /// <summary>Quarters of a day since 1970-01-01T00:00Z.</summary>
    public int Quarter { get; set; }
}

/// <summary>Accepted deliveries by how long they took from receipt to acceptance, by the time they were received.</summary>
public abstract class Latency
{
    public long ConnectionId { get; set; }

    public Origin Origin { get; set; }

    /// <summary>See <see cref="LatencyBuckets"/>.</summary>
    public int Bucket { get; set; }

    public long Count { get; set; }
}

public sealed class HourlyLatency : Latency
{
    public int Hour { get; set; }
}

public sealed class SlotLatency : Latency
{
    public int Slot { get; set; }
}

public sealed class QuarterLatency : Latency
{
    public int Quarter { get; set; }
}

/// <summary>Requests at the door by five minutes; an empty cause means let in.</summary>
public sealed class RequestSlot
{
    /// <summary>0 when the request named no connection.</summary>
    public long ConnectionId { get; set; }

    public int Slot { get; set; }

    public required string Cause { get; set; }

    public long Count { get; set; }
}
