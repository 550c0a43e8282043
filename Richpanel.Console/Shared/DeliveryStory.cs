using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;

namespace Richpanel.Console.Shared;

/// <summary>A delivery in words: what happened, what to do, whether and when it will be tried again. Pure.</summary>
/// <param name="NextTry">Clock time of the next try; null when there is none or nobody can know.</param>
public sealed record DeliveryStory(string Sentence, string Happened, string ToDo, string Retry, DateTimeOffset? NextTry)
{
    private const string NothingToDo = "Nothing.";

    public static DeliveryStory Of(DeliveryRow row, Connection? connection)
    {
        var other = connection?.IsSandbox == true ? "The sandbox" : "Richpanel";
        var cause = row.Cause is { } code ? CauseCatalog.Find(code) : null;
        var story = Of(row, connection, other, cause);
        return row.State is DeliveryState.Failed or DeliveryState.Canceled && row.Marks.HasFlag(DeliveryMarks.ContentRemoved)
            ? story with { ToDo = NothingToDo, Retry = "No. Its content was removed by its age, so there is nothing left to send." }
            : story;
    }

    private static DeliveryStory Of(DeliveryRow row, Connection? connection, string other, Cause? cause) => row.State switch
    {
        DeliveryState.Accepted => Accepted(row, other, connection?.IsSandbox == true),
        DeliveryState.Sending => new("It is being sent now", $"{Count(row.AttemptCount)} so far.", NothingToDo, "The answer decides.", null),
        DeliveryState.Waiting when row.Held => Held(row, connection),
        DeliveryState.Waiting when cause is not null =>
            new($"It will be tried again: {cause.Title}", cause.Text, cause.Remedy, "Yes, by itself", row.DueAt),
        DeliveryState.Waiting => new("It waits for its first try", "It was received and stored.", NothingToDo, "Yes, by itself", row.DueAt),
        DeliveryState.Failed => new(
            $"{FailedAt(row)}{(cause is null ? "" : $": {cause.Title}")}",
            cause?.Text ?? "No cause was recorded.",
            cause?.Remedy ?? "Retry it, and look at the answer.",
            row.Stage == FailureStage.Reading ? "No, and it cannot be retried: reading it again would end the same way." : "No. It stays as it is until someone retries it.",
            null),
        DeliveryState.Skipped => new(
            $"It was skipped{(cause is null ? "" : $": {cause.Title}")}", cause?.Text ?? "No cause was recorded.", cause?.Remedy ?? NothingToDo, "No. Skipped events are never sent.", null),
        DeliveryState.Canceled => new("Someone canceled it", "Its remaining tries were called off.", "Retry it if it should go out after all.", "No, unless someone retries it.", null),
        DeliveryState.Settled => new("It was replaced by an edited copy", "Somebody edited it and sent the edited copy in its place.", "See what became of the copy:", "No. The copy went its own way.", null),
        _ => new("It was purged", "Its content is gone; only the count is kept.", NothingToDo, "No.", null),
    };

    private static DeliveryStory Accepted(DeliveryRow row, string other, bool sandbox) => new(
        row.AttemptCount <= 1 ? $"{other} accepted it on the first try" : $"{other} accepted it on try {row.AttemptCount}",
        sandbox
            ? "The built-in sandbox checked key, signature and contract and kept the event. Nothing left this machine."
            : $"Richpanel answered {Status(row)}: the event is in its queue. It validates later and in silence, so that is all anyone can know.",
        sandbox ? NothingToDo : "Nothing. It should show in Richpanel within about five minutes; the notes below say what Richpanel may ignore.",
        "No: it has been accepted.",
        null);

    private static DeliveryStory Held(DeliveryRow row, Connection? connection)
    {
        if (connection?.HoldCause is { } code)
        {
            var cause = CauseCatalog.Find(code);
            return new($"It is held: {cause.Title}", cause.Text, cause.Remedy, "Yes, once the connection is released. No try is spent meanwhile.", connection.HoldUntil);
        }

        return new(
            "It is held: its connection is stopped",
            connection?.Disabled == true ? "The connection is disabled." : "Someone paused the connection.",
            connection?.Disabled == true ? "Enable the connection when sending should go on." : "Resume the connection when sending should go on.",
            "Yes, once the connection goes on. No try is spent meanwhile.",
            connection?.PausedUntil ?? (connection is null ? row.DueAt : null));
    }

    private static string FailedAt(DeliveryRow row) => row.Stage switch
    {
        FailureStage.Reading => "It could not be read",
        FailureStage.Mapping => "It could not be mapped",
        _ => $"It failed after {Count(row.AttemptCount)}",
    };

    private static string Count(int tries) => tries switch { 0 => "no try", 1 => "1 try", _ => $"{tries} tries" };

    private static string Status(DeliveryRow row) => row.StatusCode is { } status ? $"HTTP {status}" : "with success";
}
