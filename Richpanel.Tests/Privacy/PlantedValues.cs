using System.Text.RegularExpressions;
using CsCheck;
using Richpanel.Core.Json;
using Richpanel.Core.Privacy;

namespace Richpanel.Tests.Privacy;

/// <summary>A customer's value hidden somewhere in a payload.</summary>
internal sealed record Planted(string Value, bool IsContact)
{
    public string Digits { get; } = string.Concat(Value.Where(char.IsDigit));
}

/// <summary>A payload with one person planted all over it: as value, as key, in sentences, in lists, in JSON inside a text, as a number.</summary>
internal sealed record PlantedPayload(JsonTree.Map Tree, IReadOnlyList<Planted> Values);

internal static partial class PlantedValues
{
    private static readonly string[] s_keys =
    [
        .. AllowList.Table.SelectMany(row => row.Keys), "email", "Email", "firstName", "last_name", "name", "phone", "address", "street", "city", "zip", "birthday", "order_id", "Order ID",
        "shipping_address", "products", "items", "properties", "traits", "context", "library", "app", "userProperties", "message", "error", "errors", "detail", "note", "gift_note", "utm", "url",
        "referrer", "custom field", "größe", "__proto__", "a.b", "quo'te", "", "[0]", "$", "context.library",
    ];

    private static readonly Gen<Planted> s_email = Gen.OneOf(
        "jane.miller@example.com", "j@x.io", "Jane+Shop@Mail.Example.co.uk", "zoë@münchen.de", "o'brien@example.org", "\"jane miller\"@example.com", "jane%40example.com", "jane＠example.com", "jane@localhost")
        .Select(value => new Planted(value, true));

    private static readonly Gen<Planted> s_phone = Gen.Select(
        Gen.OneOf("+{0} {1} {2}", "+{0}{1}{2}", "({1}) {2}", "0{1}/{2}", "0{1}-{2}", "00{0}.{1}.{2}", "+{0}\u00a0{1}\u2011{2}", "whatsapp:+{0}{1}{2}", "tel:0{1}{2}"), Gen.Int[1, 99], Gen.Int[151, 989], Gen.Int[2000000, 9999999],
        (form, country, area, number) => new Planted(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, country, area, number), true));

    private static readonly Gen<Planted> s_words = Gen.OneOf(
        "Jane Miller", "Zoë O'Brien", "李 小龙", "Dr. med. Ann-Kathrin Löwe", "12 Rose Street, Springfield", "Hauptstraße 5\n10115 Berlin", "c/o Mary Lee, Flat 7")
        .Select(value => new Planted(value, false));

    /// <summary>Digits alone, with a country code or as ten digits; not such as may be a Unix time, which begins with 1.</summary>
    private static readonly Gen<Planted> s_digits = Gen.Select(
        Gen.OneOf("{0}{1}{2}", "{1}{2}", "00{0}{1}{2}"), Gen.Int[20, 99], Gen.Int[201, 989], Gen.Int[2000000, 9999999],
        (form, country, area, number) => new Planted(string.Format(System.Globalization.CultureInfo.InvariantCulture, form, country, area, number), true));

    public static Gen<Planted> Any { get; } = Gen.Frequency((3, s_email), (3, s_phone), (3, s_digits), (4, s_words));

    public static Gen<Planted> Contact { get; } = Gen.Frequency((2, s_email), (1, s_phone), (1, s_digits));

    /// <summary>A payload of any shape, with the values that must not be seen in it.</summary>
    public static Gen<PlantedPayload> Payload { get; } = Gen.Select(Any.Array[1, 4], Contact, Gen.OneOf("track", "page", "screen", "identify"), Gen.Int[0, int.MaxValue]).Select(
        (values, contact, type, seed) => Build([.. values, contact], type, new Random(seed)));

    /// <summary>Everything a person could read in it.</summary>
    public static IEnumerable<string> Words(JsonTree? tree) => tree switch
    {
        JsonTree.Map map => map.Members.SelectMany(member => Words(member.Value).Prepend(member.Key)),
        JsonTree.List list => list.Items.SelectMany(Words),
        JsonTree.Text text => [text.Value],
        JsonTree.Number number => [number.Digits],
        _ => [],
    };

    /// <summary>Fails when a planted value can be read: as it is, or a phone by its digits.</summary>
    public static void AreHidden(IEnumerable<Planted> values, IEnumerable<string?> shown)
    {
        var texts = shown.OfType<string>().ToList();
        foreach (var value in values)
        {
            foreach (var text in texts)
            {
                Assert.DoesNotContain(value.Value, text, StringComparison.OrdinalIgnoreCase);
                if (value.Digits.Length >= 10)
                {
                    Assert.DoesNotContain(value.Digits[^7..], PhoneSigns().Replace(text, ""), StringComparison.Ordinal);
                }
            }
        }
    }

    /// <summary>What may stand inside a phone. Other signs and letters part numbers: a hash and the time after it make no phone.</summary>
    [GeneratedRegex(@"[^\p{L}\d"":;,{}\[\]_]")]
    private static partial Regex PhoneSigns();

    private static PlantedPayload Build(Planted[] values, string type, Random random)
    {
        var members = new Dictionary<string, JsonTree>(StringComparer.Ordinal) { ["type"] = new JsonTree.Text(type) };
        foreach (var key in new[] { "properties", "traits", "context", "userProperties" }.Where(_ => random.Next(4) > 0))
        {
            members[key] = Map(values, random, 3);
        }

        for (var i = random.Next(8); i > 0; i--)
        {
            var key = Key(values, random);
            members.TryAdd(key, Value(values, random, 2, key));
        }

        // Names of events and pages are shown, but for what looks like an e-mail or a phone in them.
        var contact = values.Last(value => value.IsContact);
        members["event"] = new JsonTree.Text(Around(contact.Value, random));
        members["name"] = new JsonTree.Text(type is "page" or "screen" ? Around(contact.Value, random) : Pick(values, random).Value);
        return new PlantedPayload(new JsonTree.Map([.. members.OrderBy(_ => random.Next())]), values);
    }

    private static JsonTree.Map Map(Planted[] values, Random random, int depth)
    {
        var members = new Dictionary<string, JsonTree>(StringComparer.Ordinal);
        for (var i = random.Next(7); i > 0; i--)
        {
            var key = Key(values, random);
            members.TryAdd(key, Value(values, random, depth - 1, key));
        }

        return new JsonTree.Map([.. members]);
    }

    private static string Key(Planted[] values, Random random) => random.Next(8) == 0 ? Pick(values, random).Value : s_keys[random.Next(s_keys.Length)];

    private static JsonTree Value(Planted[] values, Random random, int depth, string key) => random.Next(depth > 0 ? 14 : 9) switch
    {
        0 or 1 or 2 => new JsonTree.Text(Pick(values, random).Value),
        3 => new JsonTree.Text(Around(Pick(values, random).Value, random)),
        4 => new JsonTree.Text(JsonTreeWriter.Write(new JsonTree.Map([KeyValuePair.Create<string, JsonTree>("to", new JsonTree.Text(Pick(values, random).Value))]))),
        5 => AsNumber(values, random, key),
        6 => new JsonTree.Number(random.Next(100_000).ToString(System.Globalization.CultureInfo.InvariantCulture)),
        7 => JsonTree.Flag.Of(random.Next(2) == 0),
        8 => random.Next(2) == 0 ? JsonTree.Null.Value : new JsonTree.Text("order-1"),
        9 or 10 => new JsonTree.List([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(values, random, depth - 1, key))]),
        _ => Map(values, random, depth),
    };

    /// <summary>A phone as a JSON number; under the key of a time digits alone may be one.</summary>
    private static JsonTree AsNumber(Planted[] values, Random random, string key) =>
        Pick(values, random) is { Digits.Length: >= 10 } phone && AllowList.Find(ShownWhere.Top, key) is not ShownAs.Time
            ? new JsonTree.Number(phone.Digits.TrimStart('0'))
            : new JsonTree.Number("3.5");

    private static string Around(string value, Random random) => random.Next(4) switch
    {
        0 => value,
        1 => $"Called {value} again",
        2 => $"Order of {value}",
        _ => $"<{value}>",
    };

    private static Planted Pick(Planted[] values, Random random) => values[random.Next(values.Length)];
}
