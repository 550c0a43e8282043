using Richpanel.Core.Causes;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;

namespace Richpanel.Console.Overview;

/// <summary>That nothing gets through: a connection may fail on and on without ever being held. Pure.</summary>
/// <param name="Cause">Why the newest of them failed.</param>
/// <param name="Count">How many deliveries were tried.</param>
public sealed record FailingTries(Cause Cause, int Count)
{
    /// <summary>Rows of a connection that are looked at, newest first.</summary>
    public const int Looked = 20;

    /// <summary>One or two may be the calls' own fault.</summary>
    private const int Fewest = 3;

    /// <summary>Null when something was accepted, or too little was tried to say. The lab's own are no sign of health.</summary>
    public static FailingTries? Of(IEnumerable<DeliveryRow> newest)
    {
        var tried = newest.Where(row => row.AttemptCount > 0 && row.Origin != Origin.Lab).ToList();
        return tried.Count < Fewest || tried.Exists(row => row.State == DeliveryState.Accepted) || tried.Find(row => row.Cause is not null) is not { Cause: { } code }
            ? null
            : new FailingTries(CauseCatalog.Find(code), tried.Count);
    }
}
