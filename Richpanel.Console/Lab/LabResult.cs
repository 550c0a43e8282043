using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Preview;

namespace Richpanel.Console.Lab;

/// <summary>What became of a sent call.</summary>
/// <param name="State">Null: it never became a delivery.</param>
/// <param name="Address">Page of the delivery; null when there is none.</param>
public sealed record LabResult(DeliveryState? State, bool Held, string Sentence, string Detail, string? Address)
{
    public static LabResult Broken { get; } = new(null, false, "It was not sent", "The console made an error; it is in the log.", null);

    /// <summary>The delivery as the list shows it; null when there is none.</summary>
    public DeliveryRow? Row { get; private init; }

    /// <summary>Its last exchange with the other side; null when nothing went out.</summary>
    public Exchange? Exchange { get; private init; }

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
