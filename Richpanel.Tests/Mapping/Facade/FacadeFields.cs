using Richpanel.Core.Json;

namespace Richpanel.Tests.Mapping.Facade;

/// <summary>Which of facade's fields our mapper uses, and where they go. docs/facade.md holds the same list in words.</summary>
internal static class FacadeFields
{
    private static readonly (string, string)[] s_identify =
    [
        ("userId", "userProperties.uid"), ("anonymousId", "did"), ("email", "userProperties.email"), ("firstName", "userProperties.firstName"),
        ("lastName", "userProperties.lastName"), ("name", "userProperties.name"), ("phone", "userProperties.phone"),
        ("birthday", "userProperties.dob"), ("city", "userProperties.city"), ("country", "userProperties.country"),
    ];

    private static readonly (string, string)[] s_page =
    [
        ("userId", "userProperties.uid"), ("anonymousId", "did"), ("email", "userProperties.email"), ("name", "properties.name"),
        ("category", "properties.category"), ("title", "properties.title"), ("path", "properties.path"), ("url", "properties.url"),
        ("referrer", "properties.referrer"),
    ];

    private static readonly (string, string)[] s_track =
        [("userId", "userProperties.uid"), ("anonymousId", "did"), ("email", "userProperties.email")];

    private static readonly (string, string)[] s_order =
    [
        ("orderId", "properties.order_id"), ("total", "properties.amount"), ("shipping", "properties.shipping_amount"), ("tax", "properties.tax_amount"),
        ("discount", "properties.discount_amount"), ("coupon", "properties.coupons.0"), ("currency", "properties.currency"),
        ("shippingMethod", "properties.shipping_method"), ("paymentMethod", "properties.payment_method"),
    ];

    private static readonly (string, string)[] s_product =
    [
        ("productId", "properties.id"), ("sku", "properties.sku"), ("name", "properties.name"), ("price", "properties.price"),
        ("quantity", "properties.quantity"), ("category", "properties.categories.0.name"),
    ];

    private static readonly (string, string)[] s_coupon = [("couponId", "properties.coupon_code")];

    public static IEnumerable<(string Field, string Target)> For(string type, string? eventName) => (type, eventName) switch
    {
        ("identify", _) => s_identify,
        ("page", _) => s_page,
        (_, "Order Completed") => [.. s_track, .. s_order],
        (_, "Product Viewed") => [.. s_track, .. s_product],
        _ => [.. s_track, .. s_coupon],
    };

    /// <summary>
    /// Where segment.md 5.6 asks us to differ, and the generator cannot avoid it: an e-mail taken from userId on pages and
    /// tracks, defaults for quantity and currency; and a coupon without an id, which facade does not look for.
    /// </summary>
    public static bool IsDeviation(string field, JsonTree.Map call)
    {
        var properties = (call["properties"] as JsonTree.Map) ?? JsonTree.Map.Empty;
        return field switch
        {
            "email" => call["type"]!.AsText() != "identify" && properties["email"] is null
                && ((call["context"] as JsonTree.Map)?["traits"] as JsonTree.Map)?["email"] is null,
            "quantity" or "currency" => properties[field] is null,
            "couponId" => properties["coupon_id"] is null && properties["couponId"] is null,
            _ => false,
        };
    }
}
