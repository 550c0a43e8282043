using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Edits;
using Richpanel.Core.Preview;

namespace Richpanel.Console.Lab;

/// <summary>What became of a sent call.</summary>
/// <param name="State">Null: it never became a delivery.</param>
/// <param name="Address">Page of the delivery; null when there is none.</param>
public sealed record LabResult(DeliveryState? State, bool Held, string Sentence, string Detail, string? Address)
{
    /// <summary>The delivery as the list shows it; null when there is none.</summary>
    public DeliveryRow? Row { get; private init; }

    /// <summary>Its last exchange with the other side; null when nothing went out.</summary>
    public Exchange? Exchange { get; private init; }

    /// <summary>Id of the delivery whose place it took; null for a call of its own.</summary>
    public string? Replaced { get; init; }

    /// <summary>Whether it was kept before something failed nobody can tell here.</summary>
    /// <param name="edited">Public id of the delivery that was edited; null for a call of its own.</param>
    public static LabResult NotKnown(string? edited) => new(
        null,
        false,
        "It is not known whether it was sent",
        edited is null
            ? "The console made an error; it is in the log. Look at the newest deliveries before you send anything again."
            : $"The console made an error; it is in the log. Look at {edited} before you send anything again.",
        edited is null ? "/deliveries" : $"/deliveries/{edited}");

    /// <summary>It is kept and goes out, but how it is cannot be read now.</summary>
    /// <param name="where">Public id of the delivery that tells.</param>
    public static LabResult KeptUnread(string where) => new(null, false, "It was kept", $"What becomes of it could not be read here: see {where}.", $"/deliveries/{where}");

    public static LabResult Unwritable { get; } = new(null, false, "It was not sent", "The database cannot be written now. Nothing was kept and nothing changed.", null);

    /// <summary>It is not known whether it went out: nothing of it is left to tell.</summary>
    public static LabResult Erased { get; } = new(null, false, "It was erased", "It was kept, and taken away with its customer before its outcome was known.", null);

    public static LabResult Forbidden(string why) => new(null, false, "It was not sent", why, null);

    public static LabResult Changed(Connection connection) => new(
        null,
        false,
        "It was not sent",
        $"{connection.Name} was changed since this page was opened: it is {connection.Environment} now. Look again, then send.",
        null);

    public static LabResult Of(DeliveryDetail detail, Connection connection)
    {
        var row = detail.Row;
        var story = DeliveryStory.Of(row, connection);
        return new(row.State, row.Held, story.Sentence, story.Happened, $"/deliveries/{PublicId.Delivery(row.Id)}")
        {
            Row = row,
            Exchange = detail.Attempts.LastOrDefault(attempt => attempt.Exchange is not null)?.Exchange,
        };
    }

    public static LabResult NotSent(EditOutcome outcome) => new(
        null,
        false,
        "It was not sent, and the original stays as it is",
        outcome switch
        {
            EditOutcome.Unreadable { Path: var path, Why: var why } => $"{why} ({path})",
            EditOutcome.WouldNotBeSent { Cause: var cause, Path: var path } => $"As edited it would not go out. {CauseCatalog.Find(cause).Text}{(path is null ? "" : $" ({path})")}",
            EditOutcome.Refused { Why: var why } => why,
            EditOutcome.MayHaveBeenReceived { Why: var why } => $"It may have been received. {why}",
            _ => "The delivery is gone.",
        },
        null);

    public static LabResult NotSent(LabOutcome outcome) => new(
        null,
        false,
        "It was not sent",
        outcome switch
        {
            LabOutcome.Unreadable { Fault: var fault } => $"{fault.Message} ({fault.Path})",
            _ => "The delivery is gone.",
        },
        null);
}
