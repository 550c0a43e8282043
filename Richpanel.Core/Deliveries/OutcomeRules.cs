using Richpanel.Core.Causes;
using Richpanel.Core.Groups;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Deliveries;

/// <summary>What an answer changes on the connection itself.</summary>
/// <param name="HoldCause">On hold for this cause; null = only postponed.</param>
/// <param name="Until">End of the hold (null = until a person releases it) or of the postponement.</param>
/// <param name="OfVersion">Only while the connection is of this version: what was wrong may have been mended meanwhile. Null = whatever it is.</param>
internal sealed record ConnectionStop(string? HoldCause, DateTimeOffset? Until, int? OfVersion = null)
{
    /// <summary>A hold outweighs a postponement; of two holds, or two postponements, the one that ends later counts.</summary>
    public bool Outweighs(ConnectionStop? other) => other switch
    {
        null => true,
        { HoldCause: null } => HoldCause is not null || Until > other.Until,
        { Until: { } end } => HoldCause is not null && (Until is null || Until > end),
        _ => false,
    };
}

/// <summary>
/// From answers to what is written (design section 6). Pure: time, schedule and chance are arguments.
/// </summary>
internal static class OutcomeRules
{
    /// <summary>How an accepted attempt is written in its row.</summary>
    public const string Accepted = "accepted";

    /// <summary>A longer Retry-After becomes a hold with that end and a button.</summary>
    public static readonly TimeSpan LongestPostponement = TimeSpan.FromHours(6);

    /// <summary>What the connection has to do after this answer; null = go on.</summary>
    public static ConnectionStop? StopAfter(SendResult result, HoldDecision decision, DateTimeOffset now)
    {
        if (decision == HoldDecision.Hold)
        {
            return new ConnectionStop(result.Verdict.Cause, null);
        }

        if (result.Verdict.Class != AnswerClass.TryLater || result.RetryAfter is not { } wait || wait <= TimeSpan.Zero)
        {
            return null;
        }

        return wait > LongestPostponement ? new ConnectionStop(result.Verdict.Cause, now + wait) : new ConnectionStop(null, now + wait);
    }

    /// <summary>The outcome of a delivery whose exchanges have all ended; the last one decides.</summary>
    /// <param name="chance">0 to 1, the share of the jitter that is used.</param>
    public static DeliveryOutcome Decide(
        SentDelivery sent, HoldReading reading, DeliveryOptions options, double chance, DateTimeOffset now)
    {
        var row = sent.Delivery.Row;
        var last = sent.Exchanges[^1].Result;
        var outcome = Verdict(row, last, reading, options, chance, now) with { StatusCode = last.StatusCode };
        var marks = row.Marks & ~DeliveryMarks.AskedFor;
        if (sent.Exchanges.Any(exchange => MayHaveArrived(exchange.Result)))
        {
            marks |= DeliveryMarks.MayHaveGoneOut;
        }

        return outcome with
        {
            Marks = outcome.State == DeliveryState.Accepted ? row.Marks & ~DeliveryMarks.AskedFor : marks,
            EndedAt = outcome.State == DeliveryState.Waiting ? null : now,
            Pattern = outcome.State == DeliveryState.Failed ? MessagePattern.OfAnswer(last.StatusCode, last.Body) : null,
            Attempts = Attempts(sent, outcome),
        };
    }

    /// <summary>A send that was broken off by a stop of the product: nobody knows whether it arrived.</summary>
    public static DeliveryOutcome BrokenOff(ClaimedDelivery row) => new(row, DeliveryState.Waiting)
    {
        Marks = row.Marks | DeliveryMarks.MayHaveGoneOut,
        DueAt = row.DueAt,
        Cause = CauseCatalog.StoppedWhileSending.Code,
    };

    /// <summary>An error of our own, which may well come again: it spends a try, or the delivery would be sent without pause and without end.</summary>
    public static DeliveryOutcome Broke(ClaimedDelivery row, DeliveryOptions options, double chance, DateTimeOffset now)
    {
        var cause = CauseCatalog.NetworkError.Code;
        var spent = row.ScheduleStep + 1;
        var wait = RetrySchedule.WaitBefore(spent, options.EffectiveSchedule, options.Jitter, chance);
        return (wait is { } time ? Waits(row, cause, now + time) : Failed(row, cause) with { EndedAt = now }) with
        {
            ScheduleStep = spent,
            Marks = (row.Marks | DeliveryMarks.MayHaveGoneOut) & ~DeliveryMarks.AskedFor,
        };
    }

    /// <summary>The database refused to write what came of it. Without an end here it would be sent again without end.</summary>
    public static DeliveryOutcome NotRecorded(ClaimedDelivery row, DateTimeOffset now) => new(row, DeliveryState.Failed)
    {
        Stage = FailureStage.Sending,
        Cause = CauseCatalog.OutcomeNotRecorded.Code,
        Marks = (row.Marks | DeliveryMarks.MayHaveGoneOut) & ~DeliveryMarks.AskedFor,
        EndedAt = now,
    };

    /// <summary>
    /// Whether the other side may have taken it although the answer does not say so: no answer after the request went out, a
    /// server error (a gateway cannot know either), or a 2xx that is not Richpanel's.
    /// </summary>
    public static bool MayHaveArrived(SendResult result) =>
        result.Verdict.Class == AnswerClass.TryLater
        && (result.StatusCode is { } status ? status is >= 200 and < 300 or >= 500 : result.Phases.Wait is not null);

    private static DeliveryOutcome Verdict(
        ClaimedDelivery row, SendResult last, HoldReading reading, DeliveryOptions options, double chance, DateTimeOffset now)
    {
        var cause = last.Verdict.Cause;
        return last.Verdict.Class switch
        {
            AnswerClass.Accepted => new DeliveryOutcome(row, DeliveryState.Accepted),
            AnswerClass.Failed when reading.Decision == HoldDecision.Hold => Waits(row, cause, row.DueAt),
            AnswerClass.Failed => Failed(row, cause),
            AnswerClass.TryLater when StopAfter(last, reading.Decision, now) is { HoldCause: not null } => Waits(row, cause, row.DueAt),
            AnswerClass.TryLater when reading.Decision == HoldDecision.Probe => Waits(row, cause, row.DueAt),   // its place in the lane stands
            AnswerClass.TryLater => TryLater(row, last, options, chance, now),
            AnswerClass.Hold => reading.Decision switch
            {
                // Its due time stands, and with it its place in the lane once the hold ends.
                HoldDecision.Hold => Waits(row, cause, row.DueAt),
                HoldDecision.RefusedByFilter => Failed(row, CauseCatalog.RefusedByFilter.Code),
                _ => Suspect(row, cause, reading.Suspicions, options, chance, now),
            },
            _ => throw new ArgumentOutOfRangeException(nameof(last), last.Verdict.Class, "Unknown class of answer."),
        };
    }

    /// <summary>A wish to be asked later only lengthens the wait: the try is spent, or a 429 without end would be retried without end.</summary>
    private static DeliveryOutcome TryLater(ClaimedDelivery row, SendResult last, DeliveryOptions options, double chance, DateTimeOffset now)
    {
        // A person's retry spends no try of the schedule; what follows it waits at least as long as after a first try.
        var spent = row.Marks.HasFlag(DeliveryMarks.ManualRetry) ? row.ScheduleStep : row.ScheduleStep + 1;
        var wait = RetrySchedule.WaitBefore(Math.Max(spent, 1), options.EffectiveSchedule, options.Jitter, chance, last.RetryAfter);
        var cause = last.Verdict.Cause;
        return (wait is { } time ? Waits(row, cause, now + time) : Failed(row, cause)) with { ScheduleStep = spent };
    }

    /// <summary>
    /// An answer that may speak for the whole connection spends nothing, but the wait grows with each of them, and a delivery
    /// that got as many as the schedule has tries, without the connection going on hold, fails.
    /// </summary>
    private static DeliveryOutcome Suspect(
        ClaimedDelivery row, string? cause, int suspicions, DeliveryOptions options, double chance, DateTimeOffset now)
    {
        var wait = RetrySchedule.WaitBefore(Math.Max(suspicions, 1), options.EffectiveSchedule, options.Jitter, chance);
        return wait is { } time ? Waits(row, cause, now + time) : Failed(row, cause);
    }

    private static DeliveryOutcome Waits(ClaimedDelivery row, string? cause, DateTimeOffset due) =>
        new(row, DeliveryState.Waiting) { Cause = cause, DueAt = due };

    private static DeliveryOutcome Failed(ClaimedDelivery row, string? cause) =>
        new(row, DeliveryState.Failed) { Stage = FailureStage.Sending, Cause = cause };

    private static List<AttemptRecord> Attempts(SentDelivery sent, DeliveryOutcome outcome)
    {
        var row = sent.Delivery.Row;
        List<AttemptRecord> attempts = [];
        var mayRepeat = row.Marks.HasFlag(DeliveryMarks.MayHaveGoneOut);
        foreach (var exchange in sent.Exchanges)
        {
            var isLast = ReferenceEquals(exchange, sent.Exchanges[^1]);
            attempts.Add(new AttemptRecord(
                attempts.Count == 0 ? TriggerOf(row) : AttemptTrigger.Automatic,
                mayRepeat,
                Name(exchange.Result.Verdict.Class),
                isLast ? outcome.Cause : exchange.Result.Verdict.Cause,
                sent.Delivery.Kept,
                sent.ConnectionVersion,
                sent.SecretFingerprint,
                exchange.Result.StartedAt,
                isLast ? outcome.DueAt : exchange.Result.StartedAt,
                exchange));
            mayRepeat |= MayHaveArrived(exchange.Result);
        }

        return attempts;
    }

    private static AttemptTrigger TriggerOf(ClaimedDelivery row) => row switch
    {
        _ when row.Marks.HasFlag(DeliveryMarks.BulkRetry) => AttemptTrigger.Bulk,
        _ when row.Marks.HasFlag(DeliveryMarks.ManualRetry) => AttemptTrigger.Manual,
        _ when row.Cause == CauseCatalog.StoppedWhileSending.Code => AttemptTrigger.AfterRestart,
        { AttemptCount: 0 } => AttemptTrigger.First,
        _ => AttemptTrigger.Automatic,
    };

    private static string Name(AnswerClass answer) => answer switch
    {
        AnswerClass.Accepted => Accepted,
        AnswerClass.TryLater => "try_later",
        AnswerClass.Hold => "hold",
        _ => "failed",
    };
}
