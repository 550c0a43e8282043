using Richpanel.Core;
using Richpanel.Core.Deliveries;

namespace Richpanel.Console.Lab;

/// <summary>What sending the same call twice has shown.</summary>
/// <param name="Look">State whose colour fits.</param>
public sealed record TwiceVerdict(string Look, string Sentence, string Detail);

/// <summary>Judges two sends of one text. Pure.</summary>
public static class TwiceWords
{
    public static TwiceVerdict Of(LabResult first, LabResult second) => (first.Row, second.Row) switch
    {
        ({ } one, { State: DeliveryState.Skipped, DuplicateOf: { } of }) when of == one.Id => new(
            "accepted",
            "The repeat was recognised",
            "Both carried the same message id. The second was skipped as a duplicate of the first, and nothing went out for it."),
        ({ State: DeliveryState.Skipped, DuplicateOf: { } of }, { State: DeliveryState.Skipped, DuplicateOf: { } again }) when of == again => new(
            "skipped",
            "Both were duplicates of an earlier delivery",
            $"{PublicId.Delivery(of)} had this message id before, so neither was sent. Make a new message id to compare two sends."),
        ({ State: DeliveryState.Skipped }, { State: DeliveryState.Skipped }) => new(
            "skipped", "Both were skipped", "Neither was sent, and not because the second repeats the first. The cause stands with each."),
        ({ State: DeliveryState.Failed or DeliveryState.Canceled }, { } two) when two.State != DeliveryState.Skipped => new(
            "waiting",
            "The repeat counts as a new delivery, because the first failed",
            "What failed may be sent again under its message id. Mend what made it fail, then compare once more."),
        ({ } one, { } two) when one.MessageId != two.MessageId => new(
            "waiting",
            "The two carry different message ids",
            "The call names no messageId, so each send was given its own and nobody can see that one repeats the other. Add a messageId."),
        ({ }, { }) => new("failed", "The repeat was not recognised", "Both were sent. Compare their message ids in the log."),
        _ => new("failed", "There is nothing to compare", "At least one of the two did not become a delivery."),
    };
}
