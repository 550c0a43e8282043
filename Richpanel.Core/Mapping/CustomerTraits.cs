using Richpanel.Core.Json;

namespace Richpanel.Core.Mapping;

/// <summary>The traits Richpanel has names for, in facade's order (segment.md 5.2); all others stay custom, keys as sent.</summary>
internal static class CustomerTraits
{
    public static void Read(PropertyBag traits, Shape to)
    {
        Names(traits, to);
        Phone(traits, to);
        to.Keep("dob", traits.Take("dob", "birthday"));
        Place("city", traits, to);
        Place("country", traits, to);
    }

    private static void Names(PropertyBag traits, Shape to)
    {
        var name = TakeText(traits, "name");
        var first = TakeText(traits, "firstName");
        var last = TakeText(traits, "lastName");
        PutTrimmed("firstName", first, to);
        PutTrimmed("lastName", last, to);
        PutTrimmed("name", name, to);
        if (name is { } full)
        {
            Split(full, hasFirst: first is not null, hasLast: last is not null, to);
        }
        else if (Trimmed(first) is { Length: > 0 } given && Trimmed(last) is { Length: > 0 } family)
        {
            const string rule = "firstName + lastName → name";
            to.Put("name", new JsonTree.Text($"{given} {family}"));
            to.Trail.Moved(to.PathOf("name"), first!.Value.Path, rule);
            to.Trail.Moved(to.PathOf("name"), last!.Value.Path, rule);
        }
    }

    /// <summary>First word and the rest, both of the trimmed name: facade cuts the untrimmed one and leaves letters behind.</summary>
    private static void Split(Found name, bool hasFirst, bool hasLast, Shape to)
    {
        var words = Trimmed(name)!;
        if (words.Length == 0)
        {
            return;   // an empty first name would overwrite the one Richpanel has
        }

        var blank = words.IndexOf(' ', StringComparison.Ordinal);
        if (!hasFirst)
        {
            to.Put("firstName", new JsonTree.Text(blank < 0 ? words : words[..blank]), name.Path, "first word of name → firstName");
        }

        if (!hasLast && blank >= 0)
        {
            to.Put("lastName", new JsonTree.Text(words[(blank + 1)..].Trim()), name.Path, "name after its first word → lastName");
        }
    }

    private static void Phone(PropertyBag traits, Shape to)
    {
        if (traits.Peek("phone") is { } phone && phone.Value is not (JsonTree.Text { Value: "" } or JsonTree.Flag { Value: false }))
        {
            traits.TakeAway(phone);
            to.Keep("phone", phone);
        }
        else if (traits.Peek("phones") is { Value: JsonTree.List { Items: [not JsonTree.Null, ..] } list } phones)
        {
            to.Put("phone", list.Items[0], JsonPath.Item(phones.Path, 0), "first of phones → phone");
        }
    }

    /// <summary>From the address, which stays a custom property as a whole, else from the trait itself.</summary>
    private static void Place(string key, PropertyBag traits, Shape to)
    {
        var inAddress = CallParts.PeekWords(traits.Inside("address"), key) ?? CallParts.PeekWords(traits, $"address.{key}");
        if (inAddress is { } found)
        {
            to.Put(key, found.Value, found.Path, $"address.{key} → {key}");
        }
        else
        {
            to.Keep(key, traits.Take(key));
        }
    }

    private static Found? TakeText(PropertyBag traits, string name)
    {
        if (traits.Peek(name) is not { Value: JsonTree.Text } found)
        {
            return null;
        }

        traits.TakeAway(found);
        return found;
    }

    private static void PutTrimmed(string key, Found? found, Shape to)
    {
        if (found is { } text)
        {
            var trimmed = Trimmed(text)!;
            var asSent = trimmed.Length == text.Value.AsText()!.Length;
            to.Put(key, new JsonTree.Text(trimmed), text.Path, Shape.Rule(text.Key, key) + (asSent ? "" : ", trimmed"));
        }
    }

    private static string? Trimmed(Found? found) => found?.Value.AsText()?.Trim();
}
