using System.Collections.Frozen;

namespace Richpanel.Core.Mapping;

/// <summary>
/// Which Richpanel event each Segment event becomes (richpanel.md section 6). The whole translation is this table; every
/// name that is not in it is a custom event and keeps its name and properties.
/// </summary>
internal static class EventCatalog
{
    /// <summary>What a page call becomes, translated or not: it has no event name of its own.</summary>
    public const string PageView = "page_view";

    public const string Identify = "identify";

    public static IReadOnlyList<EventRule> Rules { get; } =
    [
        new("Products Searched", "search", Views.ReadSearch) { Words = ("products", "searched") },
        new("Product List Viewed", "view_category", Views.ReadCategory) { Words = ("product list", "viewed") },
        new("Product List Viewed", "view_category", Views.ReadCategory) { Words = ("product category", "viewed") },
        new("Product List Filtered", "view_category", Views.ReadCategory) { Words = ("product list", "filtered") },
        new("Product Viewed", "view_product", Products.ReadEvent) { Words = ("product", "viewed") },
        new("Product Added", "add_to_cart", Products.ReadEvent) { Words = ("product", "added") },
        new("Product Removed", "remove_from_cart", Products.ReadEvent) { Words = ("product", "removed") },
        new("Cart Viewed", "view_cart", Views.ReadCart) { Words = ("cart", "viewed") },
        new("Checkout Started", "checkout_start", Views.ReadNothing) { Words = ("checkout", "started") },
        new("Checkout Started", "checkout_start", Views.ReadNothing) { Words = ("order", "started"), IsVariant = true },
        new("Payment Info Entered", "checkout_payment", Views.ReadNothing) { Words = ("payment info", "entered") },
        new("Coupon Applied", "applied_coupon", Views.ReadCoupon) { Words = ("coupon", "applied") },
        new("Order Completed", "order", Orders.Read) { Words = ("order", "completed") },
        new("Order Updated", "order_status_update", Orders.Read) { Words = ("order", "updated"), ImpliedStatus = "updated" },
        new("Order Cancelled", "order_status_update", Orders.Read) { Words = ("order", "cancelled"), ImpliedStatus = "cancelled" },
        new("Order Cancelled", "order_status_update", Orders.Read)
        {
            Words = ("order", "canceled"), ImpliedStatus = "cancelled", IsVariant = true,
        },
        new("Order Refunded", "order_status_update", Orders.Read) { Words = ("order", "refunded"), ImpliedStatus = "refunded" },
    ];

    private static readonly FrozenDictionary<string, (EventRule Rule, string Phrase)> s_byKey = Rules
        .SelectMany(rule => rule.Phrases, (rule, phrase) => KeyValuePair.Create(EventNames.Key(phrase), (rule, phrase)))
        .ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> s_orderEvents =
        new[] { "order", "order_status_update", "subscription", "subscription_status_update" }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The rule for this event name in any spelling that counts as the same; null for a custom event.</summary>
    public static EventRule? Find(string name) =>
        s_byKey.TryGetValue(EventNames.Key(name), out var entry) && EventNames.Matches(name, entry.Phrase) ? entry.Rule : null;

    /// <summary>True when Richpanel keeps this event as an order, so that the warnings about orders apply.</summary>
    public static bool IsOrder(string richpanelName) => s_orderEvents.Contains(richpanelName);
}
