using Richpanel.Core.Json;
using Richpanel.Core.Notes;

namespace Richpanel.Core.Mapping;

/// <summary>Orders, in the two field styles of richpanel.md section 4.</summary>
internal static class Orders
{
    public static void Read(PropertyBag from, Shape to, EventSetting setting)
    {
        var id = Id(from, to.Trail);
        var status = Status(from, setting.Rule);
        if (setting.Options.OrderFields == OrderFieldStyle.Developer)
        {
            Developer(from, to, id, status, setting);
        }
        else
        {
            PluginPlus(from, to, id, status, setting);
        }

        OrderAmount.Read(from, to, isNew: setting.Rule.ImpliedStatus is null);
        to.Number("shipping_amount", from.Take("shipping", "shipping_amount"));
        to.Number("tax_amount", from.Take("tax", "tax_amount"));
        to.Number("discount_amount", from.Take("discount", "discount_amount"));
        to.ListOf("coupons", from.Take("coupon", "coupons"));
        Currency(from, to);
        Products.ReadItems(from, to);
        to.Keep("shipping_method", from.Take("shipping_method"));
        to.Keep("payment_method", from.Take("payment_method"));
    }

    /// <summary>The official plugins' names, and with the same values the names the newer ingest was seen to read.</summary>
    private static void PluginPlus(PropertyBag from, Shape to, Found? id, Sourced? status, EventSetting setting)
    {
        to.Keep("order_id", id);
        to.Keep("id", id);
        to.Keep("order_name", from.Take("order_name") ?? id);
        Put(to, "order_status", status);
        Put(to, "status", status);
        CreatedAt("created_at", from, to, setting);
    }

    /// <summary>The names of developer.richpanel.com. What it does not name keeps the plugins' names.</summary>
    private static void Developer(PropertyBag from, Shape to, Found? id, Sourced? status, EventSetting setting)
    {
        to.Keep("orderId", id);
        to.Keep("orderDbKey", from.Take("order_db_key") ?? id);
        Put(to, "status", status);
        to.Keep("financialStatus", from.Take("financial_status"));
        to.Keep("fulfillmentStatus", from.Take("fulfillment_status"));
        CreatedAt("createdAt", from, to, setting);
        if (from.Take("updated_at") is { } updated)
        {
            to.Moment("updatedAt", updated);
        }
    }

    /// <summary>order_id wins over id, which on many events is another thing's id (segment.md 5.6).</summary>
    private static Found? Id(PropertyBag from, MappingTrail trail)
    {
        if (from.TakeWhere(CanTellApart, "order_id") is { } given)
        {
            return given;
        }

        if (from.TakeWhere(CanTellApart, "id") is { } stand)
        {
            trail.Note(NoteCatalog.OrderIdFromId, stand.Path);
            return stand;
        }

        trail.Note(NoteCatalog.OrderIdMissing, from.Path);
        return null;
    }

    /// <summary>An empty text, as templates leave it, is the id of every order; an object is nobody's.</summary>
    private static bool CanTellApart(JsonTree id) => id is JsonTree.Number or JsonTree.Text && PropertyBag.IsFilled(id);

    /// <summary>A value with where it came from; without a path it is a default.</summary>
    private sealed record Sourced(string Key, JsonTree Value, string? Path);

    private static Sourced? Status(PropertyBag from, EventRule rule)
    {
        if (from.TakeWhere(PropertyBag.IsFilled, "order_status", "status") is { } given)
        {
            return new Sourced(given.Key, given.Value, given.Path);
        }

        return rule.ImpliedStatus is { } implied ? new Sourced(rule.SegmentName, new JsonTree.Text(implied), null) : null;
    }

    private static void Put(Shape to, string key, Sourced? status)
    {
        if (status is null)
        {
            return;
        }

        to.Put(key, status.Value, status.Path, status.Path is null ? $"derived from the event {status.Key}" : Shape.Rule(status.Key, key));
        if (status.Path is null && key == "status")
        {
            to.Trail.Note(NoteCatalog.OrderStatusDerived, null, status.Key);
        }
    }

    /// <summary>Richpanel picks a customer's last order by this field, so it is never left out.</summary>
    private static void CreatedAt(string key, PropertyBag from, Shape to, EventSetting setting)
    {
        if (from.TakeWhere(PropertyBag.IsFilled, "created_at") is { } own)
        {
            to.Moment(key, own);
            return;
        }

        to.Put(key, Moments.Milliseconds(setting.Call.Timestamp), setting.Call.Sources.Timestamp, Moments.Rule(setting.Call, key));
        to.Trail.Note(NoteCatalog.OrderDateFromTimestamp, from.Path, key);
    }

    private static void Currency(PropertyBag from, Shape to)
    {
        if (from.Take("currency") is { } currency)
        {
            to.Keep("currency", currency);
            to.Trail.Note(NoteCatalog.CurrencyMayBeIgnored, currency.Path);
        }
    }
}
