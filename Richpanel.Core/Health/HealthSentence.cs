using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Ledger;

namespace Richpanel.Core.Health;

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

    /// <summary>Code of the cause why it is on hold, gets no answers or fails; null when it does not.</summary>
    public string? Cause { get; private init; }

    public HealthState State { get; private init; } = HealthState.Healthy;

    /// <param name="failing">Its newest tries, when none or too few of them were accepted.</param>
    /// <param name="early">What failed before it was sent, when it is too much.</param>
    public static HealthSentence Of(Connection connection, LedgerLine line, bool hasSource, DateTimeOffset now, FailingTries? failing = null, FailingUnsent? early = null) =>
        Say(connection, line, hasSource, now, failing, early) with { Held = line.WaitingHeld };

    private static HealthSentence Say(Connection connection, LedgerLine line, bool hasSource, DateTimeOffset now, FailingTries? failing, FailingUnsent? early)
    {
        var unsent = line.Waiting == 1 ? "1 delivery waits" : $"{line.Waiting:N0} deliveries wait";
        if (connection.Disabled)
        {
            return new("skipped", "is disabled", $"Nothing is sent for it, and what arrives is skipped. {unsent}.", null, null, HealthAction.Enable) { State = HealthState.Undecided };
        }

        if (connection.HoldCause is { } code && !(connection.HoldUntil <= now))
        {
            var cause = CauseCatalog.Find(code);
            if (code == CauseCatalog.SecretUnreadable.Code)
            {
                return new("held", "is on hold: enter the secret again", $"{cause.Text} {unsent}; no try is spent. {cause.Remedy}", connection.HoldSince, null, HealthAction.EnterSecret) { State = HealthState.Held, Cause = code };
            }

            var action = connection.HoldUntil is null ? HealthAction.Mend : HealthAction.Release;
            return new("held", $"is on hold: {cause.Title}", $"{cause.Text} {unsent}; no try is spent. {cause.Remedy}", connection.HoldSince, connection.HoldUntil, action) { State = HealthState.Held, Cause = code };
        }

        if (connection.PausedAt is not null && !(connection.PausedUntil <= now))
        {
            return new("held", "is paused", $"Events are kept, nothing is sent. {unsent}.", connection.PausedAt, connection.PausedUntil, HealthAction.Resume) { State = HealthState.Undecided };
        }

        if (connection is { BreakerSince: { } since, BreakerCause: { } noAnswer })
        {
            var cause = CauseCatalog.Find(noAnswer);
            var probes = connection.BreakerProbes switch { 0 => "", 1 => " 1 probe got no answer.", var many => $" {many:N0} probes got no answer." };
            return connection.IsBroken(now)
                ? new("waiting", $"gets no answers: {cause.Title}", $"{cause.Text} {unsent} and spend no try.{probes} The next probe goes out by itself.", since, connection.NextProbeAt, HealthAction.Probe) { State = HealthState.Failing, Cause = noAnswer }
                : new("waiting", "gets no answers and is being probed", $"The next delivery shows whether Richpanel answers again. {unsent} and spend no try.", since, null, HealthAction.None) { State = HealthState.Failing, Cause = noAnswer };
        }

        if (connection.PostponedUntil > now)
        {
            return new("waiting", "was asked to wait", $"Richpanel named a time to go on (Retry-After). {unsent}.", null, connection.PostponedUntil, HealthAction.None) { State = HealthState.Degraded };
        }

        if (failing is { Accepted: 0, Cause: var why, Count: var tried })
        {
            return new("failed", $"gets nothing through: {why.Title}", $"None of the last {tried} tries was accepted. {why.Text} {unsent}. {why.Remedy}", failing.Since, null, HealthAction.Look) { State = HealthState.Failing, Cause = why.Code };
        }

        // The first ones after a stop say nothing yet.
        var isProbing = connection is { RecoveryBefore: not null, RecoveryProbes: > 0 };
        if (failing is { Cause: var most } && !isProbing)
        {
            return new("waiting", $"gets only a part through: {most.Title}", $"{failing.Count - failing.Accepted} of the last {failing.Count} tries were not accepted. {most.Text} {unsent}. {most.Remedy}", failing.Since, null, HealthAction.Look)
            {
                State = HealthState.Degraded,
                Cause = most.Code,
            };
        }

        if (early is { Cause: var unusable } && !isProbing)
        {
            return new("waiting", $"cannot send a part of what comes in: {unusable.Title}", $"{early.Failed:N0} failed before they were sent, in this hour and the one before, when {early.Created:N0} came in. {unusable.Text} {unsent}. {unusable.Remedy}", null, null, HealthAction.Look)
            {
                State = HealthState.Degraded,
                Cause = unusable.Code,
            };
        }

        if (connection.RecoveryBefore is { } before)
        {
            var first = connection.RecoveryProbes > 0 ? $" {connection.RecoveryProbes} more go one by one first." : "";
            var rate = connection.RecoveryRate is { } perSecond ? $", at most {perSecond:N0} a second" : "";
            return new("accepted", "is catching up with what has waited", $"{unsent}{rate}; what comes in goes first.{first}", before, null, HealthAction.None)
            {
                State = connection.RecoveryProbes > 0 ? HealthState.Undecided : HealthState.Healthy,
            };
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
