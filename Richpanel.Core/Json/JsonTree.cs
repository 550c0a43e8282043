namespace Richpanel.Core.Json;

/// <summary>
/// An immutable JSON value that can hold whatever the wild sends: numbers keep their own digits (so nothing is rounded
/// or overflows), objects keep document order, texts are always well-formed UTF-16. The framework's own trees throw on
/// duplicate keys or lone surrogates, and both occur.
/// </summary>
public abstract class JsonTree
{
    private JsonTree()
    {
    }

    public sealed class Null : JsonTree
    {
        public static readonly Null Value = new();
    }

    public sealed class Flag : JsonTree
    {
        public static readonly Flag True = new(true);
        public static readonly Flag False = new(false);

        private Flag(bool value) => Value = value;

        public bool Value { get; }

        public static Flag Of(bool value) => value ? True : False;
    }

    /// <summary>A number as its JSON digits, for example <c>12.50</c> or <c>1e400</c>.</summary>
    public sealed class Number(string digits) : JsonTree
    {
        public string Digits { get; } = digits;
    }

    public sealed class Text(string value) : JsonTree
    {
        public string Value { get; } = value;
    }

    public sealed class List(IReadOnlyList<JsonTree> items) : JsonTree
    {
        public static readonly List Empty = new([]);

        public IReadOnlyList<JsonTree> Items { get; } = items;
    }

    /// <summary>An object: keys are unique (the reader keeps the last of duplicates and says so) and in document order.</summary>
    public sealed class Map(IReadOnlyList<KeyValuePair<string, JsonTree>> members) : JsonTree
    {
        public static readonly Map Empty = new([]);

        /// <summary>From here on a look-up by table is faster than going through the members.</summary>
        private const int WorthIndexing = 16;

        // Made at the first look-up. Two threads may both make it: they make the same.
        private Dictionary<string, JsonTree>? _byKey;

        public IReadOnlyList<KeyValuePair<string, JsonTree>> Members { get; } = members;

        /// <summary>The member with exactly this key, else null.</summary>
        public JsonTree? this[string key]
        {
            get
            {
                if (Members.Count >= WorthIndexing)
                {
                    return (_byKey ??= Index()).GetValueOrDefault(key);
                }

                foreach (var member in Members)
                {
                    if (string.Equals(member.Key, key, StringComparison.Ordinal))
                    {
                        return member.Value;
                    }
                }

                return null;
            }
        }

        private Dictionary<string, JsonTree> Index()
        {
            var byKey = new Dictionary<string, JsonTree>(Members.Count, StringComparer.Ordinal);
            foreach (var (key, value) in Members)
            {
                byKey.TryAdd(key, value);
            }

            return byKey;
        }
    }

    /// <summary>The text of a <see cref="Text"/>, else null.</summary>
    public string? AsText() => (this as Text)?.Value;

    /// <summary>Same value: object order does not matter, numbers are compared by their digits.</summary>
    public static bool DeepEquals(JsonTree? one, JsonTree? other) => (one, other) switch
    {
        (null, null) => true,
        (Null, Null) => true,
        (Flag a, Flag b) => a.Value == b.Value,
        (Number a, Number b) => string.Equals(a.Digits, b.Digits, StringComparison.Ordinal),
        (Text a, Text b) => string.Equals(a.Value, b.Value, StringComparison.Ordinal),
        (List a, List b) => a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(pair => DeepEquals(pair.First, pair.Second)),
        (Map a, Map b) => a.Members.Count == b.Members.Count && a.Members.All(member => b[member.Key] is { } match && DeepEquals(member.Value, match)),
        _ => false,
    };
}
