using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Retries;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Edits;

/// <summary>What may be edited and sent in place of a delivery, and what a person must know before.</summary>
public static class EditRules
{
    private const string Doubt = "If it was received, Richpanel may take the edited one for a repeat and leave it out, or have both.";

    /// <summary>Null: it may be edited. Else why not, a sentence.</summary>
    /// <param name="connection">Null: it is gone.</param>
    public static string? WhyNot(Delivery delivery, Connection? connection) => delivery.State switch
    {
        _ when delivery.Marks.HasFlag(DeliveryMarks.ContentRemoved) => "Its content was removed by its age, so there is nothing left to edit.",
        DeliveryState.Accepted => "It was accepted, and what stands in Richpanel cannot be replaced. Open it in the lab and send it as a new event.",
        DeliveryState.Sending => "It is being sent now. Wait for the answer.",
        DeliveryState.Settled => "It was replaced by an edited copy already. Edit the copy.",
        DeliveryState.Purged => "It was purged: its content is gone.",
        DeliveryState.Skipped when delivery.DuplicateOf is not null => "It repeats an earlier delivery, which is the one to edit.",
        DeliveryState.Skipped when delivery.Cause == CauseCatalog.PrivacyDelete.Code => "It asks that somebody's data be deleted. That needs a person in Richpanel, and nothing to send.",
        _ when connection is not { DeletedAt: null } => "Its connection was deleted, so there is nowhere to send it.",
        _ => null,
    };

    /// <summary>Why the event may have been received already: by this delivery, or by another one of the same message id. Null: as far as is known it was not.</summary>
    /// <param name="messageId">Of the edited call, in full.</param>
    internal static string? WhyReceived(ConsoleDbContext context, Delivery delivery, string messageId)
    {
        List<string> reasons = [];
        if (delivery.Marks.HasFlag(DeliveryMarks.MayHaveGoneOut))
        {
            reasons.Add("It may have reached the other side: it went out before without a clear answer, or after it was accepted.");
        }

        if (Words(RetryRules.TwinsOf(context, delivery)) is { } twin)
        {
            reasons.Add($"Another delivery with its message id {twin}.");
        }

        if (Named(delivery, messageId) is { } named && Words(RetryRules.TwinsOf(context, named)) is { } other)
        {
            reasons.Add($"The message id of the edited call is that of another delivery, which {other}.");
        }

        return reasons.Count == 0 ? null : string.Join(' ', [.. reasons, Doubt]);
    }

    /// <summary>Whichever goes out second may repeat: the edited one inherits the mark of the one it replaces, the others get it here.</summary>
    internal static void MarkRepeats(ConsoleDbContext context, Delivery delivery, string messageId)
    {
        RetryRules.MarkRepeats(context, delivery);
        if (Named(delivery, messageId) is { } named)
        {
            RetryRules.MarkRepeats(context, named);
        }
    }

    /// <summary>Stands for the edited one where it has a message id of its own; null where it keeps the old one.</summary>
    private static Delivery? Named(Delivery delivery, string messageId) => SearchHash.Of(messageId) is var hash && hash == delivery.MessageHash
        ? null
        : new Delivery { Id = delivery.Id, ConnectionId = delivery.ConnectionId, MessageId = Lengths.Cut(messageId, Lengths.MessageId)!, MessageHash = hash };

    private static string? Words(RetryTwins twins) =>
        twins.HasFlag(RetryTwins.Accepted) ? "was accepted"
        : twins.HasFlag(RetryTwins.OnTheirWay) ? "is on its way"
        : twins.HasFlag(RetryTwins.MayHaveGoneOut) ? "may have reached the other side" : null;
}
