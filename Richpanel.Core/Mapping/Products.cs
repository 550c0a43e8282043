using Richpanel.Core.Json;
using Richpanel.Core.Notes;

namespace Richpanel.Core.Mapping;

/// <summary>Products: as the properties of an event, and as the items of carts and orders (richpanel.md section 4).</summary>
internal static class Products
{
    public static void ReadEvent(PropertyBag from, Shape to, EventSetting setting) => Read(from, to);

    /// <summary><c>products[]</c> becomes <c>items[]</c>; each product's unknown properties stay with its item.</summary>
    public static void ReadItems(PropertyBag from, Shape to)
    {
        if (from.Take("products", "items") is not { } found)
        {
            return;
        }

        if (found.Value is not JsonTree.List products)
        {
            to.Put(found.Key, found.Value, found.Path, Shape.CustomRule);
            to.Trail.Note(NoteCatalog.ListExpected, found.Path, found.Key);
            return;
        }

        var items = new List<JsonTree>(products.Items.Count);
        for (var i = 0; i < products.Items.Count; i++)
        {
            if (Item(products.Items[i], JsonPath.Item(found.Path, i), JsonPath.Item(to.PathOf("items"), items.Count), to.Trail) is { } item)
            {
                items.Add(item);
            }
        }

        to.Put("items", items.Count == 0 ? JsonTree.List.Empty : new JsonTree.List(items));
        if (products.Items.Count == 0)
        {
            to.Trail.Moved(to.PathOf("items"), found.Path, Shape.Rule(found.Key, "items"));
        }
    }

    private static void Read(PropertyBag from, Shape to)
    {
        to.Keep("id", from.Take("product_id", "id"));
        to.Keep("sku", from.Take("sku"));
        to.Keep("name", from.Take("name"));
        to.Number("price", from.Take("price"));
        to.Keep("url", from.Take("url"));
        to.ListOf("image_url", from.Take("image_url"));
        to.Number("quantity", from.Take("quantity"));
        Categories(from, to);
        to.Keep("option_id", from.Take("option_id"));
        to.Keep("option_sku", from.Take("option_sku"));
        to.Keep("option_name", from.Take("variant", "option_name"));
        to.Number("option_price", from.Take("option_price"));
        to.Keep("option_image_url", from.Take("option_image_url"));
    }

    private static JsonTree? Item(JsonTree product, string source, string target, MappingTrail trail)
    {
        switch (product)
        {
            case JsonTree.Map map:
                var bag = new PropertyBag(map, source);
                var item = new Shape(target, trail);
                Read(bag, item);
                item.Rest(bag);
                if (map.Members.Count == 0)
                {
                    trail.Moved(target, source, "products[] → items[]");
                }

                return item.ToTree();
            case JsonTree.Null:
                trail.Note(NoteCatalog.EmptyItem, source);
                return null;
            default:
                trail.Moved(target, source, "products[] → items[]");
                trail.Note(NoteCatalog.ItemNotObject, source);
                return product;
        }
    }

    /// <summary>
    /// <c>category</c> as Segment has it (a text) becomes <c>[{name}]</c>, a list of texts likewise; a list of anything else
    /// is taken for Richpanel's own form.
    /// </summary>
    private static void Categories(PropertyBag from, Shape to)
    {
        if (from.Take("categories", "category") is not { } found)
        {
            return;
        }

        switch (found.Value)
        {
            case JsonTree.Text name:
                to.Put("categories", new JsonTree.List([Named(name)]));
                Moved(to, 0, found.Path, found.Key);
                break;
            case JsonTree.List list when list.Items.Count > 0 && list.Items.All(item => item is JsonTree.Text):
                to.Put("categories", new JsonTree.List([.. list.Items.Select(Named)]));
                for (var i = 0; i < list.Items.Count; i++)
                {
                    Moved(to, i, JsonPath.Item(found.Path, i), found.Key);
                }

                break;
            case JsonTree.List:
                to.Keep("categories", found);
                break;
            default:
                to.Put(found.Key, found.Value, found.Path, Shape.CustomRule);
                to.Trail.Note(NoteCatalog.CategoryUnreadable, found.Path, found.Key);
                break;
        }
    }

    private static JsonTree Named(JsonTree name) => new JsonTree.Map([KeyValuePair.Create("name", name)]);

    private static void Moved(Shape to, int index, string source, string key) =>
        to.Trail.Moved(JsonPath.Member(JsonPath.Item(to.PathOf("categories"), index), "name"), source, $"{key} → categories[].name");
}
