using System.Globalization;

namespace Richpanel.Core.Preview;

/// <summary>A Segment call to start from.</summary>
/// <param name="Id">Stable, for addresses and the API, for example <c>order-completed</c>.</param>
/// <param name="Group">Heading in a list.</param>
/// <param name="Template">JSON with <c>{messageId}</c> and <c>{timestamp}</c> to be filled in.</param>
public sealed record Sample(string Id, string Group, string Name, string Template)
{
    /// <summary>The call with an id and a time of its own, so that sending it twice is not a duplicate by accident.</summary>
    public string Fill(string messageId, DateTimeOffset timestamp) => Template
        .Replace("{messageId}", messageId, StringComparison.Ordinal)
        .Replace("{timestamp}", timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), StringComparison.Ordinal);
}

/// <summary>Good calls of every type and of the main ecommerce events, and some that show what the console says about odd ones.</summary>
public static class SampleCatalog
{
    private const string Shirt =
        """{ "product_id": "p-1001", "sku": "TEE-S", "name": "Linen Shirt", "price": 59.0, "quantity": 1, "category": "Shirts", "brand": "Northwind", "variant": "Small", "url": "https://shop.example.com/p/1001", "image_url": "https://shop.example.com/i/1001.jpg" }""";

    private const string Order =
        $$"""
        "order_id": "A-20417",
            "affiliation": "Web shop",
            "subtotal": 118.0,
            "shipping": 4.9,
            "tax": 19.66,
            "total": 142.56,
            "discount": 10.0,
            "coupon": "SPRING10",
            "currency": "EUR",
            "products": [
              { "product_id": "p-1001", "sku": "TEE-S", "name": "Linen Shirt", "price": 59.0, "quantity": 2, "category": "Shirts", "variant": "Small" }
            ]
        """;

    public static IReadOnlyList<Sample> All { get; } =
    [
        Identify("identify-customer", "Customer", """ "userId": "user-8472", """,
            """ "email": "jane@example.com", "firstName": "Jane", "lastName": "Miller", "phone": "+49 30 1234567", "plan": "gold", "richpanel_session_id": "ses-51" """),
        Identify("identify-visitor", "Visitor without user id", "", """ "email": "visitor@example.com" """),
        Identify("identify-audience", "Audience (Personas)", """ "userId": "user-8472", """, """ "email": "jane@example.com", "order_completed_last_30days": false """),
        new("page", "Calls", "Page", Call("page", """ "name": "Pricing", """, """ "title": "Pricing", "url": "https://shop.example.com/pricing", "path": "/pricing", "referrer": "https://www.example.com/", "richpanel_session_id": "ses-51" """)),
        Track("track", "Calls", "Clicked Login Button", """ "button": "top right", "richpanel_session_id": "ses-51" """),
        Track("products-searched", "Browsing", "Products Searched", """ "query": "linen shirt" """),
        Track("product-list-viewed", "Browsing", "Product List Viewed", $""" "list_id": "spring", "category": "Shirts", "products": [ {Shirt} ] """),
        Track("product-viewed", "Browsing", "Product Viewed", Shirt.Trim('{', '}', ' ')),
        Track("product-added", "Cart", "Product Added", """ "cart_id": "c-77", """ + Shirt.Trim('{', '}', ' ')),
        Track("product-removed", "Cart", "Product Removed", """ "cart_id": "c-77", "product_id": "p-1001", "variant": "Small" """),
        Track("cart-viewed", "Cart", "Cart Viewed", $""" "cart_id": "c-77", "products": [ {Shirt} ] """),
        Track("coupon-applied", "Cart", "Coupon Applied", """ "cart_id": "c-77", "coupon_id": "SPRING10", "coupon_name": "Spring", "discount": 10.0 """),
        Track("checkout-started", "Checkout", "Checkout Started", """ "order_id": "A-20417", "value": 142.56, "currency": "EUR" """),
        Track("payment-info-entered", "Checkout", "Payment Info Entered", """ "order_id": "A-20417", "payment_method": "Visa", "shipping_method": "Express" """),
        Track("order-completed", "Orders", "Order Completed", Order),
        Track("order-updated", "Orders", "Order Updated", """ "order_status": "shipped", """ + Order),
        Track("order-cancelled", "Orders", "Order Cancelled", """ "order_status": "cancelled", """ + Order),
        Track("order-refunded", "Orders", "Order Refunded", """ "order_status": "refunded", "order_id": "A-20417", "total": 142.56, "currency": "EUR" """),
        new("guest-order", "Odd on purpose", "Order of a guest", Call("track", """ "event": "Order Completed", """, Order, user: "")),
        Track("order-without-status", "Odd on purpose", "Order Updated", """ "order_id": "A-20417", "total": "142,56" """, "Order Updated without status"),
        new("group", "Odd on purpose", "Group (not supported)", Call("group", """ "groupId": "acme", """, """ "name": "Acme" """, "traits")),
    ];

    public static Sample? Find(string? id) => All.FirstOrDefault(sample => sample.Id == id);

    private static Sample Identify(string id, string name, string user, string traits) => new(id, "Calls", "Identify: " + name, Call("identify", "", traits, "traits", user));

    private static Sample Track(string id, string group, string name, string properties, string? title = null) =>
        new(id, group, title ?? name, Call("track", $""" "event": "{name}", """, properties));

    private static string Call(string type, string head, string content, string bag = "properties", string user = """ "userId": "user-8472", """) =>
        $$"""
        {
          "type": "{{type}}",
        {{Line(head)}}{{Line(user)}}  "anonymousId": "anon-3f1c",
          "messageId": "{messageId}",
          "timestamp": "{timestamp}",
          "{{bag}}": {
            {{content.Trim()}}
          },
          "context": {
            "ip": "203.0.113.9",
            "userAgent": "Mozilla/5.0",
            "library": { "name": "console-lab", "version": "1" }
          }
        }
        """;

    private static string Line(string member) => string.IsNullOrWhiteSpace(member) ? "" : $"  {member.Trim()}\n";
}
