using CsCheck;
using Richpanel.Core.Json;
using Richpanel.Core.Mapping;
using Richpanel.Core.Segment;

namespace Richpanel.Tests.Mapping;

/// <summary>Calls as the wild sends them: the keys the mapper knows, in other spellings, with wrong types, mixed with junk.</summary>
internal static class CallGenerator
{
    private static readonly string[] s_propertyKeys =
    [
        "order_id", "orderId", "id", "Order ID", "total", "subtotal", "revenue", "value", "amount", "shipping", "shipping_amount", "tax",
        "tax_amount", "discount", "coupon", "coupons", "coupon_id", "coupon_name", "coupon_code", "currency", "order_status", "status",
        "order_name", "created_at", "createdAt", "updated_at", "products", "items", "product_id", "sku", "SKU", "name", "price", "quantity",
        "url", "image_url", "imageUrl", "category", "categories", "variant", "option_id", "option_name", "option_price", "brand", "query",
        "list_id", "parent", "email", "title", "path", "referrer", "search", "richpanel_session_id", "line_items", "total_price",
        "shipping_address", "financial_status", "trackingNumber", "shipping_method", "payment_method", "segment_id", "order_db_key",
    ];

    private static readonly string[] s_traitKeys =
    [
        "email", "Email", "name", "firstName", "first_name", "lastName", "phone", "phones", "birthday", "dob", "address", "city", "country",
        "uid", "id", "plan", "big_spender", "richpanel_session_id", "richpanelSessionId", "tags", "segment_uid", "address.city",
    ];

    private static readonly string[] s_contextKeys =
    [
        "ip", "page", "userAgent", "traits", "library", "campaign", "device", "os", "locale", "referrer", "richpanel_session_id",
        "personas", "user_agent", "groupId",
    ];

    private static readonly string[] s_restKeys = ["channel", "version", "sentAt", "_metadata", "sessionId", "projectId", "receivedAt"];

    private static readonly Gen<JsonTree> s_scalar = Gen.Frequency(
        (4, Gen.Int[0, 99999].Select(n => (JsonTree)new JsonTree.Number($"{n}"))),
        (2, Gen.Int[0, 9999].Select(n => (JsonTree)new JsonTree.Number($"{n / 100}.{n % 100:00}"))),
        (2, Gen.Int[0, 9999].Select(n => (JsonTree)new JsonTree.Text($" 0{n}.50 "))),
        (4, Gen.Int[0, 99999].Select(n => (JsonTree)new JsonTree.Text($"text {n}"))),
        (2, Gen.Int[0, 9999].Select(n => (JsonTree)new JsonTree.Text($"  Ann{n}  Mary Lee "))),
        (1, Gen.Int[1, 28].Select(day => (JsonTree)new JsonTree.Text($"2026-02-{day:00}T10:00:00Z"))),
        (1, Gen.Const((JsonTree)new JsonTree.Text(""))),
        (1, Gen.Const((JsonTree)JsonTree.Null.Value)),
        (1, Gen.Bool.Select(flag => (JsonTree)JsonTree.Flag.Of(flag))),
        (1, Gen.Const((JsonTree)new JsonTree.Number("0"))),
        (1, Gen.Const((JsonTree)new JsonTree.Number("-1e400"))));

    private static readonly Gen<string> s_junkKey = Gen.OneOf(
        Gen.Int[0, 40].Select(n => $"junk{n}"),
        Gen.OneOf("a b", "dot.ted", "quo'te", "back\\slash", "漢字", "", "__proto__", "hasOwnProperty", "[0]", "x[1].y"));

    /// <summary>Any of our options.</summary>
    public static Gen<MappingOptions> Options { get; } = Gen.Select(
        Gen.OneOf(OrderFieldStyle.PluginPlus, OrderFieldStyle.Developer),
        Gen.OneOf(CustomerIdRule.UserId, CustomerIdRule.Email, CustomerIdRule.UserIdElseEmail),
        Gen.Frequency((4, true), (1, false)),
        (style, customer, translate) => new MappingOptions { OrderFields = style, CustomerId = customer, TranslateEvents = translate });

    public static Gen<SegmentCall> Call { get; } = Gen.Select(
        Gen.OneOf(SegmentCallType.Identify, SegmentCallType.Page, SegmentCallType.Track, SegmentCallType.Track, SegmentCallType.Track),
        Gen.Select(Text("u", 3), Text("a", 2), Gen.OneOf<string>([.. SegmentSpec.EventNames, "order", "Custom"]), Text("Name ", 2), Text("Category ", 2)),
        Map(s_propertyKeys, 12, 3),
        Map(s_traitKeys, 8, 2),
        Gen.Select(Map(s_contextKeys, 5, 2), Map(s_traitKeys, 4, 1), Gen.Bool, (context, traits, both) => both ? WithTraits(context, traits) : context),
        Map(["All", "Salesforce", "Segment.io"], 2, 1),
        Map(s_restKeys, 3, 1),
        (type, ids, properties, traits, context, integrations, rest) => new SegmentCall
        {
            Type = type,
            MessageId = "m-1",
            UserId = ids.Item1,
            AnonymousId = ids.Item2 ?? (ids.Item1 is null ? "a-0" : null),
            Event = type == SegmentCallType.Track ? ids.Item3 : null,
            Name = type == SegmentCallType.Page ? ids.Item4 : null,
            Category = type == SegmentCallType.Page ? ids.Item5 : null,
            Timestamp = new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero),
            Properties = properties,
            Traits = traits,
            Context = context,
            Integrations = integrations,
            Rest = rest,
        });

    /// <summary>One in <paramref name="frequency"/> is missing; one in three of the others is an e-mail address.</summary>
    private static Gen<string?> Text(string prefix, int frequency) => Gen.Select(Gen.Int[0, frequency], Gen.Int[0, 8], (missing, n) =>
        missing == 0 ? null : n % 3 == 0 ? $"{prefix}{n}@example.com" : $"{prefix}{n}");

    private static Gen<JsonTree.Map> Map(string[] keys, int size, int depth) =>
        Gen.Select(Gen.Frequency((5, Gen.OneOf(keys)), (1, s_junkKey)), Value(depth)).Array[0, size]
            .Select(pairs => new JsonTree.Map([.. pairs.DistinctBy(pair => pair.Item1).Select(pair => KeyValuePair.Create(pair.Item1, pair.Item2))]));

    private static Gen<JsonTree> Value(int depth) => depth == 0
        ? s_scalar
        : Gen.Frequency(
            (6, s_scalar),
            (1, Map(s_propertyKeys, 5, depth - 1).Select(map => (JsonTree)map)),
            (1, Map(s_traitKeys, 4, depth - 1).Select(map => (JsonTree)map)),
            (1, Value(depth - 1).Array[0, 3].Select(items => (JsonTree)new JsonTree.List(items))),
            (1, Map(s_propertyKeys, 6, depth - 1).Array[0, 3].Select(items => (JsonTree)new JsonTree.List(items))));

    private static JsonTree.Map WithTraits(JsonTree.Map context, JsonTree.Map traits) =>
        new([.. context.Members.Where(member => member.Key != "traits"), KeyValuePair.Create<string, JsonTree>("traits", traits)]);
}
