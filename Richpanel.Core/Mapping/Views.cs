using Richpanel.Core.Json;

namespace Richpanel.Core.Mapping;

/// <summary>Pages, searches, categories, carts and coupons: the events a visitor makes by looking around.</summary>
internal static class Views
{
    /// <summary>
    /// A page call. What its own properties lack is taken from <c>context.page</c>, where every browser puts it;
    /// the referrer is asked in Segment's own order (segment.md 5.3).
    /// </summary>
    public static void ReadPage(Segment.SegmentCall call, PropertyBag from, PropertyBag context, Shape to)
    {
        var page = context.Inside("page");
        TopLevel("name", call.Name, from, to);
        to.Keep("title", from.Take("title") ?? page.Peek("title"));
        to.Keep("url", from.Take("url") ?? page.Peek("url"));
        to.Keep("path", from.Take("path") ?? page.Peek("path"));
        to.Keep("referrer", context.Inside("referrer").Peek("url") ?? page.Peek("referrer") ?? from.Take("referrer"));
        to.Keep("search", from.Take("search") ?? page.Peek("search"));
        TopLevel("category", call.Category, from, to);
    }

    public static void ReadSearch(PropertyBag from, Shape to, EventSetting setting) => to.Keep("query", from.Take("query"));

    public static void ReadCategory(PropertyBag from, Shape to, EventSetting setting)
    {
        to.Keep("id", from.Take("list_id", "id"));
        to.Keep("name", from.Take("name", "category"));
        to.ListOf("parent", from.Take("parent"));
    }

    public static void ReadCart(PropertyBag from, Shape to, EventSetting setting) => Products.ReadItems(from, to);

    /// <summary>Segment has no coupon code; its id is the closest ("may_deals_2016"), the name the last resort.</summary>
    public static void ReadCoupon(PropertyBag from, Shape to, EventSetting setting) =>
        to.Keep("coupon_code", from.Take("coupon_code", "coupon_id", "coupon", "coupon_name"));

    /// <summary>Richpanel names no properties for this event: all of them are custom.</summary>
    public static void ReadNothing(PropertyBag from, Shape to, EventSetting setting)
    {
    }

    /// <summary>Name and category of a page stand at the top of the call; analytics.js repeats them in the properties.</summary>
    private static void TopLevel(string key, string? value, PropertyBag from, Shape to)
    {
        if (value is not null)
        {
            to.Put(key, new JsonTree.Text(value), JsonPath.Member(JsonPath.Root, key), "same name, from the top of the call");
        }
        else
        {
            to.Keep(key, from.Take(key));
        }
    }
}
