using System.Collections.Frozen;
using Richpanel.Core.Json;
using Richpanel.Core.Notes;

namespace Richpanel.Core.Mapping;

/// <summary>
/// Says out loud what Richpanel was seen to ignore in silence on orders (richpanel.md section 4). Looks only at what no
/// rule has taken: a field that was mapped is not ignored.
/// </summary>
internal static class OrderWarnings
{
    /// <summary>Ignored in every edition seen; the words name what to send instead: to our rules, and to Richpanel itself.</summary>
    private static readonly FrozenDictionary<string, (string Mapped, string Untouched)> s_ignored = new Dictionary<string, (string, string)>(StringComparer.Ordinal)
    {
        ["total_price"] = ("total", "amount"),
        ["totalPrice"] = ("total", "amount"),
        ["order_number"] = ("order_id (or order_name)", "order_id (or order_name)"),
        ["orderNumber"] = ("order_id (or order_name)", "order_id (or order_name)"),
        ["line_items"] = ("products", "items"),
        ["financial_status"] = ("order_status", "order_status"),
        ["fulfillment_status"] = ("order_status", "order_status"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Read by the plugins' ingest, ignored by the newer one, which wants them inside <c>fulfillments[]</c>.</summary>
    private static readonly FrozenSet<string> s_flatTracking = new[]
    {
        "trackingNumber", "trackingCompany", "trackingUrl", "tracking_number", "tracking_company", "tracking_url",
    }.ToFrozenSet(StringComparer.Ordinal);

    public static void Check(PropertyBag properties, MappingTrail trail) => Check(properties, trail, isUntouched: false);

    private static void Check(PropertyBag properties, MappingTrail trail, bool isUntouched)
    {
        foreach (var found in properties.Rest())
        {
            if (s_ignored.TryGetValue(found.Key, out var instead))
            {
                trail.Note(NoteCatalog.KnownToBeIgnored, found.Path, found.Key, isUntouched ? instead.Untouched : instead.Mapped);
            }
            else if (s_flatTracking.Contains(found.Key))
            {
                trail.Note(NoteCatalog.FlatTrackingMayBeIgnored, found.Path, found.Key);
            }
            else if (found is { Key: "shipping_address", Value: JsonTree.Map })
            {
                trail.Note(NoteCatalog.ShippingAddressNotText, found.Path);
            }
        }
    }

    /// <summary>For an order that is sent as it stands, where no rule has looked at the currency.</summary>
    public static void CheckUntouched(PropertyBag properties, MappingTrail trail)
    {
        if (properties.Peek("currency") is { } currency)
        {
            trail.Note(NoteCatalog.CurrencyMayBeIgnored, currency.Path);
        }

        Check(properties, trail, isUntouched: true);
    }
}
