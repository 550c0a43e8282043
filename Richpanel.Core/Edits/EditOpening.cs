using Richpanel.Core.Deliveries;

namespace Richpanel.Core.Edits;

/// <summary>What came of the wish to edit a delivery.</summary>
public abstract record EditOpening
{
    private EditOpening()
    {
    }

    /// <summary>There is no such delivery.</summary>
    public sealed record Missing : EditOpening;

    /// <summary>Its reader may not see it in clear, and what is hidden must never be sent in its place.</summary>
    public sealed record Masked(DeliveryDetail Detail) : EditOpening;

    /// <param name="Why">A sentence.</param>
    public sealed record NotPossible(DeliveryDetail Detail, string Why) : EditOpening;

    public sealed record Offered(EditOffer Offer) : EditOpening;
}

/// <summary>A delivery that may be edited, with what whoever edits it must know.</summary>
/// <param name="Call">Its text, to be changed.</param>
/// <param name="Guard">Why it may have been received already: then it is only sent for who says so. Null: as far as is known it was not.</param>
/// <param name="SettingsVersion">Of the connection's settings that the preview of the original is made with.</param>
public sealed record EditOffer(DeliveryDetail Detail, EditableCall Call, string? Guard, int SettingsVersion)
{
    public int AttemptsSeen => Detail.Source.AttemptCount;
}

/// <summary>How an edited call is to be sent.</summary>
/// <param name="AttemptsSeen">Attempts of the original that its editor had seen: with more by now it is refused. Null: not asked.</param>
/// <param name="SettingsSeen">Version of the connection's settings that they had seen. Null: not asked.</param>
/// <param name="EvenIfReceived">They know that the original may have been received.</param>
public sealed record EditWish(int? AttemptsSeen = null, int? SettingsSeen = null, bool EvenIfReceived = false);

/// <summary>What became of an edited call. Only <see cref="Kept"/>, <see cref="NotExpanded"/> and <see cref="Erased"/> changed anything.</summary>
public abstract record EditOutcome
{
    private EditOutcome()
    {
    }

    /// <summary>The original is Settled, and this is the copy as it is at the time of this answer.</summary>
    public sealed record Kept(Delivery Copy) : EditOutcome;

    /// <summary>The original is Settled, and the edited one kept; its delivery was not there in time, and will be.</summary>
    public sealed record NotExpanded : EditOutcome;

    /// <summary>The original is Settled, and the copy was taken away with its customer before its first attempt had ended.</summary>
    public sealed record Erased : EditOutcome;

    /// <summary>There is no such delivery.</summary>
    public sealed record Missing : EditOutcome;

    /// <summary>The text is no call that can be kept.</summary>
    /// <param name="Path">JSON path of the fault.</param>
    public sealed record Unreadable(string Path, string Why) : EditOutcome;

    /// <summary>It would be skipped or fail before it is sent, and the original would be replaced by nothing.</summary>
    /// <param name="Cause">Code of the cause catalogue.</param>
    public sealed record WouldNotBeSent(string Cause, string? Path) : EditOutcome;

    /// <summary>The original, or its connection, is not what its editor saw, or cannot be replaced.</summary>
    public sealed record Refused(DeliveryState State, string Why) : EditOutcome;

    /// <summary>It was not said that this is known: <see cref="EditWish.EvenIfReceived"/>.</summary>
    public sealed record MayHaveBeenReceived(DeliveryState State, string Why) : EditOutcome;
}
