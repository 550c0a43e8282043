using Richpanel.Core.Causes;
using Richpanel.Core.Deliveries;

namespace Richpanel.Console.Overview;

/// <summary>That nothing gets through: a connection may fail on and on without ever being held. Pure.</summary>
/// <param name="Cause">Why the newest of them failed.</param>
/// <param name="Count">How many tries were looked at.</param>
/// <param name="Since">When the first of the unbroken row of failures began, as far back as was looked.</param>
public sealed record FailingTries(Cause Cause, int Count, DateTimeOffset? Since = null)
{
    /// <summary>Newest tries of a connection that are judged together.</summary>
    private const int Looked = DeliveryQueries.TellingTries;

    /// <summary>One or two may be the calls' own fault.</summary>
    private const int Fewest = 3;

    /// <summary>Null when something was accepted, or too little was tried to say.</summary>
    public static FailingTries? Of(IEnumerable<TryOutcome> newest)
    {
        var failed = newest.TakeWhile(one => !one.Accepted).ToList();
        var tries = newest.Take(Looked).ToList();
        return tries.Count < Fewest || tries.Exists(one => one.Accepted) || tries.Find(one => one.Cause is not null) is not { Cause: { } code }
            ? null
            : new FailingTries(CauseCatalog.Find(code), tries.Count, failed[^1].At);
    }
}
