using Richpanel.Core.ChangeLog;

namespace Richpanel.Core.Deliveries;

public enum WishKind
{
    Retry,
    TryNow,
    Cancel,

    /// <summary>It was replaced by an edited copy.</summary>
    Edit,
}

/// <summary>What somebody asked of one delivery, as the change log has it.</summary>
/// <param name="By">Name of the person or token.</param>
/// <param name="AsThen">Of a retry: as it was sent (true) or as it would be sent now (false).</param>
public sealed record DeliveryWish(DateTimeOffset At, string By, WishKind Kind, bool? AsThen)
{
    /// <summary>How many are read of one delivery, newest first.</summary>
    internal const int Most = 100;

    internal static IReadOnlyList<string> Actions { get; } = [ChangeCatalog.DeliveryRetried.Code, ChangeCatalog.DeliveryHurried.Code, ChangeCatalog.DeliveryCanceled.Code, ChangeCatalog.DeliveryEdited.Code];

    internal static DeliveryWish Of(ChangeEntry line)
    {
        var kind = line.Action == ChangeCatalog.DeliveryRetried.Code ? WishKind.Retry
            : line.Action == ChangeCatalog.DeliveryHurried.Code ? WishKind.TryNow
            : line.Action == ChangeCatalog.DeliveryEdited.Code ? WishKind.Edit : WishKind.Cancel;
        var mode = kind == WishKind.Retry ? FieldChange.Read(line.Fields).FirstOrDefault(field => field.Field == "as")?.After : null;
        return new DeliveryWish(line.At, line.ActorName, kind, mode is null ? null : mode == "then");
    }
}
