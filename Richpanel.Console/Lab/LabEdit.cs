using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Edits;
using Richpanel.Core.Json;
using Richpanel.Core.Preview;

namespace Richpanel.Console.Lab;

/// <summary>The delivery that the text in the editor is to be sent in place of, as it was when it was last looked at.</summary>
/// <param name="Offer">Null: it cannot be replaced any more, see <paramref name="Closed"/>.</param>
/// <param name="Closed">Why it cannot be replaced any more; null: it can.</param>
/// <param name="Moved">What has happened to it since it was opened, a sentence; null: nothing.</param>
public sealed record LabEdit(long Id, long ConnectionId, EditOffer? Offer, string? Closed = null, string? Moved = null)
{
    public string Name { get; } = PublicId.Delivery(Id);

    public string Address => $"/deliveries/{Name}";

    /// <summary>Why the original may have been received.</summary>
    public string? Guard { get; init; } = Offer?.Guard;

    /// <summary>It goes out by itself then, unless the edited one is sent before.</summary>
    public DateTimeOffset? GoesOutAt => Offer is { Detail.Row: { State: DeliveryState.Waiting, Held: false, DueAt: { } at } } ? at : null;

    /// <summary>It goes out by itself once its connection goes on.</summary>
    public bool IsHeld => Offer is { Detail.Row: { State: DeliveryState.Waiting, Held: true } };

    public static LabEdit Of(EditOffer offer) => new(offer.Detail.Row.Id, offer.Detail.Row.ConnectionId, offer);

    /// <summary>What was seen is not what is: it was tried, retried or canceled, or its connection was stopped or changed.</summary>
    public bool IsStale(DeliveryStamp? now) => Closed is null && Offer is { Detail: { Source: var seen, Row.Held: var held } } && (now is null
        || (now.State, now.AttemptCount, now.Marks, now.DueAt) != (seen.State, seen.AttemptCount, seen.Marks, seen.DueAt)
        || (now.State == DeliveryState.Waiting && now.Stopped != held) || now.ConnectionVersion != Offer.SettingsVersion);

    /// <summary>The same edit after another look at the delivery.</summary>
    public LabEdit After(EditOpening opening) => opening switch
    {
        EditOpening.Offered { Offer: var offer } => Of(offer) with { Moved = Move(offer) ?? Moved },
        EditOpening.NotPossible { Why: var why } => this with { Offer = null, Closed = why, Moved = null },
        EditOpening.Masked => this with { Offer = null, Closed = "Your role may not see it in clear any more.", Moved = null },
        _ => this with { Offer = null, Closed = "It is gone.", Moved = null },
    };

    /// <summary>From what the original would send to what the edited one would.</summary>
    public CallDifference To(PreviewResult? edited) => new(
        "Original", "Edited", [],
        Offer?.Detail.Preview?.Call is { } before && edited?.Call is { } after ? JsonDiff.Of(before.Content, after.Content) : null)
    {
        WhyNoFields = edited?.Call is null ? "as edited it would not be sent" : "the original would not be sent as it is",
    };

    private string? Move(EditOffer now)
    {
        var (before, after) = (Offer?.Detail.Source, now.Detail.Source);
        return before is null ? null
            : after.AttemptCount != before.AttemptCount ? $"It was tried again while you edit it, and is {now.Detail.Row.State.ToString().ToLowerInvariant()} now."
            : after.State != before.State ? $"It is {now.Detail.Row.State.ToString().ToLowerInvariant()} now."
            : now.SettingsVersion != Offer!.SettingsVersion ? "The settings of its connection were changed: what would be sent is shown with those of now." : null;
    }
}
