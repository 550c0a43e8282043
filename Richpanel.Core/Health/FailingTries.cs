using Richpanel.Core.Causes;
using Richpanel.Core.Deliveries;

namespace Richpanel.Core.Health;

/// <summary>That nothing gets through, or too little: a connection may fail on and on without ever being held. Pure.</summary>
/// <param name="Cause">Why the newest of them failed; where some were accepted, why most of the others did.</param>
/// <param name="Count">How many tries were looked at.</param>
/// <param name="Since">When the first of the unbroken row of failures began, as far back as was looked; null where some were accepted between.</param>
/// <param name="Accepted">How many of them were accepted; 0: nothing gets through.</param>
public sealed record FailingTries(Cause Cause, int Count, DateTimeOffset? Since = null, int Accepted = 0)
{
    /// <summary>Newest tries of a connection that are judged together.</summary>
    private const int Looked = DeliveryQueries.TellingTries;

    /// <summary>One or two may be the calls' own fault.</summary>
    private const int Fewest = 3;

    /// <summary>A share says nothing of fewer.</summary>
    private const int FewestOfPart = 10;

    /// <summary>With this share of the newest tries not accepted a connection is degraded: below it, it may be the calls' own fault.</summary>
    private const double PartlyFailing = 0.3;

    /// <summary>What was tried longer ago does not say how it is now. Where nothing at all was accepted it does: nothing has shown otherwise since.</summary>
    private static readonly TimeSpan s_now = TimeSpan.FromHours(1);

    /// <param name="now">Null = only whether nothing gets through.</param>
    /// <param name="recoverySince">What was tried before a stop says nothing of how it goes on after it; null = there was none.</param>
    /// <returns>Null when enough was accepted, or too little was tried to say.</returns>
    public static FailingTries? Of(IEnumerable<TryOutcome> newest, DateTimeOffset? now = null, DateTimeOffset? recoverySince = null)
    {
        var failed = newest.TakeWhile(one => !one.Accepted).ToList();
        var tries = newest.Take(Looked).ToList();
        if (tries.Count < Fewest)
        {
            return null;
        }

        if (tries.Exists(one => one.Accepted))
        {
            return now is { } at ? PartOf([.. tries.Where(one => one.At > at - s_now && !(one.At < recoverySince))]) : null;
        }

        return tries.Find(one => one.Cause is not null) is { Cause: { } code } ? new FailingTries(CauseCatalog.Find(code), tries.Count, failed[^1].At) : null;
    }

    private static FailingTries? PartOf(List<TryOutcome> tries)
    {
        var failed = tries.Where(one => !one.Accepted).ToList();
        return tries.Count < FewestOfPart || failed.Count < tries.Count * PartlyFailing
            || failed.Where(one => one.Cause is not null).CountBy(one => one.Cause!).OrderByDescending(cause => cause.Value).Select(cause => cause.Key).FirstOrDefault() is not { } most
            ? null
            : new FailingTries(CauseCatalog.Find(most), tries.Count, null, tries.Count - failed.Count);
    }
}
