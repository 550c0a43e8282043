using System.Text;
using System.Text.Json;
using Richpanel.Core.Json;

namespace Richpanel.Core.Privacy;

/// <summary>What kind of JSON is masked: it decides which keys are a call's own.</summary>
public enum PayloadKind
{
    /// <summary>A Segment call, or the Richpanel call it became.</summary>
    Call,

    /// <summary>A part of one, such as a customer's properties: nothing in it is a call's own.</summary>
    Part,

    /// <summary>What Richpanel, or whoever stands at its address, answered.</summary>
    Answer,
}

/// <summary>
/// Hides every text of a payload, and every number of seven digits and more, unless <see cref="AllowList"/> says that it may be
/// seen. Structure, types (but for the numbers), lengths and kinds stay, because faults are found by them. Pure.
/// </summary>
public static class PayloadMask
{
    /// <summary>Texts longer than this are said by their length even where error texts may be read.</summary>
    private const int LongestError = 1_000;

    public static JsonTree Tree(JsonTree tree, PayloadKind kind) => Value(tree, new Place(kind, kind == PayloadKind.Answer ? "" : null, IsPage(tree)));

    public static JsonTree.Map Map(JsonTree.Map map, PayloadKind kind) => (JsonTree.Map)Tree(map, kind);

    /// <summary>Always JSON: bytes that are none become one text that says so.</summary>
    public static string Json(ReadOnlySpan<byte> utf8, PayloadKind kind)
    {
        try
        {
            return JsonTreeWriter.Write(Tree(JsonTreeReader.Read(utf8).Tree, kind));
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException)
        {
            return JsonTreeWriter.Write(new JsonTree.Text(Mask.OfUnreadable(utf8.Length)));
        }
    }

    public static string? Json(string? json, PayloadKind kind) => json is null ? null : Json(Encoding.UTF8.GetBytes(json), kind);

    public static byte[] Bytes(ReadOnlySpan<byte> utf8, PayloadKind kind) => Encoding.UTF8.GetBytes(Json(utf8, kind));

    /// <summary>A key is shown when it can be one: a known one, or a single word without an e-mail, a phone or many digits.</summary>
    public static string Key(string key) => IsShown(key) ? key : Mask.Of(key);

    /// <summary>A text of which nothing may be seen but kind and length.</summary>
    public static string Text(string text) => Mask.Of(text);

    internal static JsonTree Number(JsonTree.Number number) =>
        Mask.Digits(number.Digits) < Mask.ManyDigits ? number : new JsonTree.Text(Mask.OfNumber(number.Digits));

    private static JsonTree Value(JsonTree tree, Place place) => tree switch
    {
        JsonTree.Map map => new JsonTree.Map(Members(map, place)),
        JsonTree.List list => new JsonTree.List([.. list.Items.Select(item => Value(item, place.Item()))]),
        JsonTree.Text or JsonTree.Number when place.Shown is { } shown => ShownValue.Of(tree, shown),
        JsonTree.Text text => new JsonTree.Text(place.IsErrorText && text.Value.Length <= LongestError ? TextMask.Foreign(text.Value)! : Mask.Of(text.Value)),
        JsonTree.Number number => Number(number),
        _ => tree,
    };

    private static List<KeyValuePair<string, JsonTree>> Members(JsonTree.Map map, Place place)
    {
        var members = new List<KeyValuePair<string, JsonTree>>(map.Members.Count);
        HashSet<string>? hidden = null;
        foreach (var (key, value) in map.Members)
        {
            var shown = Key(key);
            if (shown != key)
            {
                hidden ??= new HashSet<string>(map.Members.Select(member => member.Key), StringComparer.Ordinal);
                for (var n = 2; !hidden.Add(shown); n++)   // keys stay unique
                {
                    shown = $"{Mask.Of(key)} ({n})";
                }
            }

            members.Add(KeyValuePair.Create(shown, Value(value, place.Member(key))));
        }

        return members;
    }

    private static bool IsShown(string key) => AllowList.Knows(key)
        || (key.Length <= 48 && key.All(c => char.IsLetterOrDigit(c) || c is '_' or '$' or '.' or ':' or '-')
            && Mask.Digits(key) < Mask.ManyDigits);

    private static bool IsPage(JsonTree tree) =>
        (tree as JsonTree.Map)?["type"]?.AsText()?.Trim().ToLowerInvariant() is "page" or "screen";

    /// <summary>Where a value stands. <c>Path</c>: keys from the top, joined by dots; null at the top of a call.</summary>
    private readonly record struct Place(PayloadKind Kind, string? Path, bool IsPage, ShownAs? Shown = null, bool IsErrorText = false)
    {
        /// <summary>An item stands where its list stands, but nothing in a list is a call's own.</summary>
        public Place Item() => this with { Path = Path + "[]" };

        public Place Member(string key) => Kind switch
        {
            PayloadKind.Answer => new Place(Kind, "", false, null, ErrorKeys.Contains(key, StringComparer.OrdinalIgnoreCase)),
            _ => new Place(Kind, Path is null ? key : $"{Path}.{key}", IsPage, AllowList.Find(Where(key), key)),
        };

        private static string[] ErrorKeys { get; } = ["message", "error", "errors", "detail", "title", "reason", "code", "type", "status"];

        private ShownWhere Where(string key) => (Kind, Path) switch
        {
            (PayloadKind.Call, null) => IsPage && key == "name" ? ShownWhere.TopOfPage : ShownWhere.Top,
            (PayloadKind.Call, "properties") => ShownWhere.Properties,
            (PayloadKind.Call, "context") => ShownWhere.Context,
            (PayloadKind.Call, "context.library" or "context.app") => ShownWhere.Software,
            _ => ShownWhere.Anywhere,
        };
    }
}
