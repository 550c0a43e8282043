using Richpanel.Core.Json;

namespace Richpanel.Tests.Mapping.Facade;

/// <summary>
/// Seeded calls for both sides. Values keep out of the deviations of segment.md 5.6 (each has its own test): no zeros,
/// no nulls before a value, no date texts, no id beside order_id, names without leading blanks.
/// </summary>
internal sealed class FacadeCalls(int seed)
{
    private readonly Random _random = new(seed);

    public IReadOnlyList<JsonTree.Map> Make(int count) => [.. Enumerable.Range(0, count).Select(Call)];

    private JsonTree.Map Call(int index) => (index % 3) switch
    {
        0 => Map(("type", Text("identify")), User(), ("anonymousId", Maybe("a")), ("traits", Traits()), ("integrations", Integrations())),
        1 => Map(("type", Text("page")), User(), ("anonymousId", Text("a1")), ("name", Maybe("Name")), ("category", Maybe("Category")),
            ("properties", Page()), ("context", Context()), ("integrations", Integrations())),
        _ => Map(("type", Text("track")), User(), ("anonymousId", Text("a1")), ("event", Text(Pick("Order Completed", "Product Viewed", "Coupon Applied"))),
            ("properties", Properties()), ("context", Context()), ("integrations", Integrations())),
    };

    private (string, JsonTree?) User() => ("userId", Text(Pick("u1", "ann@example.com", "u@x")));

    private JsonTree.Map Traits() => Map(
        (Pick("email", "Email", "$email"), Maybe("ann@example.com")), (Pick("firstName", "first_name", "First Name"), Maybe(" Ann ")),
        (Pick("lastName", "last_name", "LASTNAME"), Maybe("Lee ")), ("name", Maybe(Pick("Ann Mary Lee", "Ann", "Ann  Lee "))),
        ("phone", Maybe("555")), ("phones", _random.Next(3) == 0 ? new JsonTree.List([Text("111"), Text("222")]) : null),
        ("birthday", Maybe("spring")), ("city", Maybe("Oslo")), ("country", Maybe("NO")),
        ("address", _random.Next(2) == 0 ? Map(("city", Maybe("Bergen")), ("country", Maybe("SE"))) : null));

    private JsonTree.Map Page() => Map(
        ("title", Text("T")), ("url", Text("https://a.example")), ("path", Text("/a")), ("referrer", Maybe("https://p.example")), ("email", Maybe("p@example.com")));

    private JsonTree.Map Properties() => Map(
        (Pick("order_id", "orderId", "Order ID"), Maybe("o1")), (Pick("product_id", "productId"), Maybe("p1")), (Pick("coupon_id", "couponId"), Maybe("c1")),
        ("sku", Maybe("s1")), ("name", Maybe("Monopoly")), ("price", Amount()), ("tax", Amount()), ("total", Amount()), ("shipping", Amount()),
        ("discount", Amount()), ("coupon", Maybe("MAY")), (Pick("shipping_method", "shippingMethod"), Maybe("post")),
        (Pick("payment_method", "paymentMethod"), Maybe("card")), ("quantity", Amount()), ("currency", Maybe("EUR")), ("category", Maybe("Games")),
        ("email", Maybe("p@example.com")),
        ("products", _random.Next(2) == 0 ? new JsonTree.List([Map(("product_id", Text("p1"))), JsonTree.Null.Value, Map(("product_id", Text("p2")))]) : null));

    private JsonTree.Map Context() => Map(
        ("traits", _random.Next(2) == 0 ? Map(("email", Maybe("t@example.com"))) : null),
        ("referrer", _random.Next(3) == 0 ? Map(("url", Maybe("https://r.example"))) : null),
        ("page", _random.Next(2) == 0 ? Map(("referrer", Maybe("https://c.example"))) : null));

    private JsonTree.Map Integrations() => Calls.Json(Pick(
        """{"All":true}""", """{"All":false}""", """{"all":false,"Richpanel":true}""", """{"Richpanel":false}""",
        """{"richpanel":false}""", """{"All":false,"Richpanel":null}""", """{"Richpanel":"false"}""", """{"Segment.io":true}""", """{"Salesforce":true}"""));

    private JsonTree? Amount() => _random.Next(2) == 0 ? new JsonTree.Number($"{_random.Next(1, 900)}") : null;

    private JsonTree? Maybe(string value) => _random.Next(2) == 0 ? Text(value) : null;

    private string Pick(params string[] values) => values[_random.Next(values.Length)];

    private static JsonTree.Text Text(string value) => new(value);

    private static JsonTree.Map Map(params (string Key, JsonTree? Value)[] members) =>
        new([.. members.Where(member => member.Value is not null).Select(member => KeyValuePair.Create(member.Key, member.Value!))]);
}
