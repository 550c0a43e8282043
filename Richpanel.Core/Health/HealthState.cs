namespace Richpanel.Core.Health;

/// <summary>How a connection, or the installation, is: the one scale that Overview shows and alerts go by.</summary>
public enum HealthState
{
    Healthy = 1,

    /// <summary>A part of it does not get through, or it was asked to wait: somebody should look soon.</summary>
    Degraded = 2,

    /// <summary>Nothing gets through.</summary>
    Failing = 3,

    /// <summary>The product itself stopped sending until somebody mends what is wrong, or until a named time.</summary>
    Held = 4,

    /// <summary>A person stopped it, or the first deliveries after a stop are still out: nothing can be said.</summary>
    Undecided = 5,
}
