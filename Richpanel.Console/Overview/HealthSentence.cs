using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Ledger;

namespace Richpanel.Console.Overview;

/// <summary>The one thing a person can usefully do about a connection.</summary>
public enum HealthAction
{
    None,
    Resume,
    Release,
    Probe,
    Mend,
    Enable,
    Look,
    EnterSecret,
    AddSecret,
    AddSource,
}

/// <summary>How a connection is, in one sentence.</summary>
/// <param name="Look">Name of the state whose colour fits: accepted, held, waiting, failed or skipped.</param>
/// <param name="Since">Since when, where that is known.</param>
/// <param name="Until">When it ends by itself; null when it does not.</param>
public sealed record HealthSentence(string Look, string Text, string Detail, DateTimeOffset? Since, DateTimeOffset? Until, HealthAction Action)
{
    /// <summary>Deliveries that wait for the connection to go on.</summary>
    public long Held { get; private init; }

    /// <summary>Code of the cause that nothing gets through for; null when something does.</summary>
    public string? Cause { get; private init; }

    /// <param name="failing">Its newest tries, when none of them was accepted.</param>
    public static HealthSentence Of(Connection connection, LedgerLine line, bool hasSource, DateTimeOffset now, FailingTries? failing = null) =>
        Say(connection, line, hasSource, now, failing) with { Held = line.WaitingHeld };

    private static HealthSentence Say(Connection connection, LedgerLine line, bool hasSource, DateTimeOffset now, FailingTries? failing)
    {
        var unsent = line.Waiting == 1 ? "1 delivery waits" : $"{line.Waiting:N0} deliveries wait";
        if (connection.Disabled)
        {
            return new("skipped", "is disabled", $"Nothing is sent for it, and what arrives is skipped. {unsent}.", null, null, HealthAction.Enable);
        }

        if (connection.HoldCause is { } code && !(connection.HoldUntil <= now))
        {
            var cause = CauseCatalog.Find(code);
            if (code == CauseCatalog.SecretUnreadable.Code)
            {
                return new("held", "is on hold: enter the secret again", $"{cause.Text} {unsent}; no try is spent. {cause.Remedy}", connection.HoldSince, null, HealthAction.EnterSecret);
            }

            return new("held", $"is on hold: {cause.Title}", $"{cause.Text} {unsent}; no try is spent. {cause.Remedy}", connection.HoldSince, connection.HoldUntil,
                connection.HoldUntil is null ? HealthAction.Mend : HealthAction.Release);
        }

        if (connection.PausedAt is not null && !(connection.PausedUntil <= now))
        {
            return new("held", "is paused", $"Events are kept, nothing is sent. {unsent}.", connection.PausedAt, connection.PausedUntil, HealthAction.Resume);
        }

        if (connection is { BreakerSince: { } since, BreakerCause: { } noAnswer })
        {
            var cause = CauseCatalog.Find(noAnswer);
            var probes = connection.BreakerProbes switch { 0 => "", 1 => " 1 probe got no answer.", var many => $" {many:N0} probes got no answer." };
            return connection.IsBroken(now)
                ? new("waiting", $"gets no answers: {cause.Title}", $"{cause.Text} {unsent} and spend no try.{probes} The next probe goes out by itself.", since, connection.BreakerUntil, HealthAction.Probe)
                : new("waiting", "gets no answers and is being probed", $"The next delivery shows whether Richpanel answers again. {unsent} and spend no try.", since, null, HealthAction.None);
        }

        if (connection.PostponedUntil > now)
        {
            return new("waiting", "was asked to wait", $"Richpanel named a time to go on (Retry-After). {unsent}.", null, connection.PostponedUntil, HealthAction.None);
        }

        if (failing is { Cause: var why, Count: var tried })
        {
            return new("failed", $"gets nothing through: {why.Title}", $"None of the last {tried} tries was accepted. {why.Text} {unsent}. {why.Remedy}", failing.Since, null, HealthAction.Look) { Cause = why.Code };
        }

        if (connection.RecoveryBefore is { } before)
        {
            var first = connection.RecoveryProbes > 0 ? $" {connection.RecoveryProbes} more go one by one first." : "";
            var rate = connection.RecoveryRate is { } perSecond ? $", at most {perSecond:N0} a second" : "";
            return new("accepted", "is catching up with what has waited", $"{unsent}{rate}; what comes in goes first.{first}", before, null, HealthAction.None);
        }

        if (!hasSource)
        {
            return new("waiting", "is ready, but nothing may post to it", "It has no source yet, so no event can reach it.", null, null, HealthAction.AddSource);
        }

        return connection.ProtectedSecret is null
            ? new("waiting", "sends unsigned", $"No API Secret is stored, so Richpanel cannot tell these calls from anyone's. {unsent}.", null, null, HealthAction.AddSecret)
            : new("accepted", "is sending", $"{unsent}.", null, null, HealthAction.None);
    }
}
