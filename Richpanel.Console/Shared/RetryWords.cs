using Richpanel.Core;
using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Retries;

namespace Richpanel.Console.Shared;

/// <summary>Bulk retries, replays and cancels in words. Pure.</summary>
public static class RetryWords
{
    public static string Kind(RetryBatch batch) => batch.Kind switch { RetryKind.Replay => "Replay", RetryKind.Cancel => "Bulk cancel", _ => "Bulk retry" };

    /// <summary><c>1 delivery</c>, <c>1,284 events</c>: a replay makes new deliveries of events.</summary>
    public static string Count(RetryKind kind, long count) =>
        $"{Numbers.Of(count)} {(kind, count) switch { (RetryKind.Replay, 1) => "event", (RetryKind.Replay, _) => "events", (_, 1) => "delivery", _ => "deliveries" }}";

    /// <summary>What was asked for.</summary>
    public static string Scope(RetryBatch batch) =>
        (batch.Scope switch { null => "A selection", "" => "Everything", var query => query }) + (batch.NeverAccepted ? ", never accepted" : "");

    /// <summary>Name of the state whose colour fits.</summary>
    public static string Look(RetryView view) => view.Batch.State switch
    {
        RetryState.Canary or RetryState.Running => "sending",
        RetryState.Asking or RetryState.Paused => "held",
        RetryState.Finished when IsCancel(view) => "canceled",
        RetryState.Finished when view.Progress.Failed > 0 => "failed",
        RetryState.Finished => view.Progress.Accepted > 0 ? "accepted" : "skipped",
        RetryState.Canceled => "canceled",
        _ => "waiting",
    };

    public static string State(RetryView view) => view.Batch.State switch
    {
        RetryState.Planning => "Counting",
        RetryState.Planned => "Not started",
        RetryState.Canary => "First few",
        RetryState.Asking => "Asks",
        RetryState.Running when IsCancel(view) => "Canceling",
        RetryState.Running => view.Progress.Left > 0 ? "Sending" : "All sent",
        RetryState.Paused => "Paused",
        RetryState.Canceled => IsCancel(view) ? "Ended early" : "Canceled",
        _ when IsCancel(view) => "Finished",
        _ => view.Progress switch { { Failed: 0, Accepted: 0 } => "Finished, none accepted", { Failed: 0 } => "Finished", _ => "Finished, some failed" },
    };

    /// <summary>Which connections keep what is left waiting, a sentence or two; null when none does.</summary>
    public static string? Waits(RetryView view)
    {
        static string Names(IReadOnlyList<Connection> connections) => $"{string.Join(", ", connections.Select(one => one.Name))} {(connections.Count == 1 ? "is" : "are")}";
        var stopped = view.StoppedConnections.Count == 0 ? null : $"{Names(view.StoppedConnections)} stopped, so what goes there waits.";
        var recovering = view.RecoveringConnections.Count == 0 ? null : $"{Names(view.RecoveringConnections)} catching up: what has waited there goes first.";
        return stopped is null || recovering is null ? stopped ?? recovering : $"{stopped} {recovering}";
    }

    /// <summary>How it stands, a sentence or two. Clock times stand beside it.</summary>
    public static string Sentence(RetryView view)
    {
        var (batch, progress) = (view.Batch, view.Progress);
        return batch.State switch
        {
            RetryState.Planning => "The deliveries are being counted.",
            RetryState.Planned => $"{Count(batch.Kind, progress.Planned)} counted. Nothing is {(IsCancel(view) ? "canceled" : "sent")} until somebody starts it.",
            RetryState.Running when IsCancel(view) => progress.Left > 0 ? $"{Numbers.Of(progress.Left)} left to cancel." : Outcome(view),
            RetryState.Paused when IsCancel(view) => $"{Numbers.Of(progress.Left)} left. Nothing more is canceled until somebody goes on; what is due is sent meanwhile.",
            RetryState.Canceled when IsCancel(view) => $"{Numbers.Of(progress.Left)} were not canceled and wait as they did. {Outcome(view)}",
            RetryState.Canary => $"The first {Math.Min(batch.CanarySize, progress.Planned)} go out, and their outcome decides about the rest.",
            RetryState.Asking => $"{batch.CanaryNotAccepted} of the first {Math.Min(batch.CanarySize, batch.Queued)} were not accepted, more than {batch.StopPercent} %. The other {Numbers.Of(progress.Left)} wait for your decision.",
            RetryState.Running when progress.Left > 0 => $"{Numbers.Of(progress.Left)} left, {batch.Rate} a second.",
            RetryState.Running => $"All are sent; {Numbers.Of(progress.Waiting)} wait for their outcome.",
            RetryState.Paused => $"{Numbers.Of(progress.Left)} left. Nothing more is sent until somebody goes on.",
            RetryState.Canceled => progress.Left == 0 ? "Canceled, when all were sent already." : $"{Numbers.Of(progress.Left)} were not sent and stay as they were.",
            _ => Outcome(view),
        };
    }

    /// <summary><c>62 % sent. 480 left, 50 a second, about 10 s.</c> or <c>62 % canceled. 480 left.</c> What is not running says its sentence.</summary>
    public static string Progress(RetryView view) => view is { Batch: { State: RetryState.Running, Planned: > 0 } batch, Progress: { Left: > 0 } progress }
        ? IsCancel(view) ? $"{100 * (progress.Planned - progress.Left) / progress.Planned} % canceled. {Numbers.Of(progress.Left)} left." : $"{100 * (progress.Planned - progress.Left) / progress.Planned} % sent. {Numbers.Of(progress.Left)} left, {batch.Rate} a second{(view.GoesOn ? $", {Lasts(progress.Left, batch.Rate)}" : "")}."
        : Sentence(view);

    /// <summary><c>1,190 accepted, 94 failed again (2 causes)</c>.</summary>
    public static string Outcome(RetryView view)
    {
        var progress = view.Progress;
        if (IsCancel(view))
        {
            return $"{Numbers.Of(view.Batch.Queued)} canceled{(progress.Skipped > 0 ? $", {Numbers.Of(progress.Skipped)} left alone" : "")}.";
        }

        var causes = view.Results.Where(result => result.State == DeliveryState.Failed).Select(result => result.Cause).Distinct().Count();
        var parts = new (long Count, string Words)[]
        {
            (progress.Accepted, "accepted"), (progress.Failed, $"failed again ({(causes == 1 ? "1 cause" : $"{causes} causes")})"), (progress.Waiting, "on their way"),
            (progress.Other, "ended otherwise"), (progress.Skipped, "left alone"),
        };
        var said = string.Join(", ", parts.Where(part => part.Count > 0).Select(part => $"{Numbers.Of(part.Count)} {part.Words}"));
        return said.Length == 0 ? "Nothing was sent yet." : said + ".";
    }

    public static string Cause(RetryResult result) => result.IsTakenOver ? "Taken over by a later bulk retry or cancel" : result.Cause.Length == 0 ? "–" : Cause(result.Cause);

    public static bool IsCancel(RetryView view) => !view.Batch.Sends;

    public static string Cause(string code) => code.Length == 0 ? "No cause" : CauseCatalog.Find(code).Title;

    /// <summary>Asks the log for them: those without a cause apart from those with one. What was accepted never has one.</summary>
    public static string Query(RetryBatch batch, RetryResult result)
    {
        var cause = result.Cause.Length > 0 ? $" cause:{result.Cause}" : result.State == DeliveryState.Accepted ? "" : $" cause:{LogKeys.None}";
        return $"retry:{PublicId.Retry(batch.Id)} state:{result.State.ToString().ToLowerInvariant()}{cause}";
    }

    /// <summary><c>about 1 min 5 s</c>.</summary>
    public static string Lasts(long left, int perSecond) => TimeWords.Length(RetryPlan.Lasts(left, perSecond));
}
