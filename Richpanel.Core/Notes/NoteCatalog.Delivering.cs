namespace Richpanel.Core.Notes;

/// <summary>Notes of the dispatcher. They stand on the delivery as marks, not in the kept mapped call.</summary>
public static partial class NoteCatalog
{
    public static readonly NoteKind OutOfOrder = new(
        "out_of_order",
        NoteSeverity.Info,
        "It went out while an earlier delivery of the same customer was still waiting for a retry.",
        "Nothing needs doing unless order matters for this customer; the earlier one keeps its own time in the call.");

    public static readonly NoteKind MayHaveGoneOut = new(
        "may_have_gone_out",
        NoteSeverity.Warning,
        "It may have reached Richpanel more than once: an attempt ended without a clear answer, or a person sent it again.",
        "Both carry the same eventId. That Richpanel drops repeats is an assumption; orders are updated by their order id.");
}
