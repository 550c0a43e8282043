namespace Richpanel.Core.Causes;

// Why a delivery is counted as purged.
public static partial class CauseCatalog
{
    public static readonly Cause Expired = new(
        "expired", "Removed by its age", "The delivery was older than the retention keeps; only its count is left.", "Nothing needs doing. Keep deliveries longer, or pin one, where that matters.");

    public static readonly Cause Erased = new(
        "erased", "Erased with its customer", "The customer was erased everywhere; only the count of the deliveries is left.", "Nothing needs doing here. The receipt says what is left to do by hand.");
}
