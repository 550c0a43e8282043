using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Richpanel.Core.Json;

/// <summary>What was odd about a text that was read all the same.</summary>
/// <param name="Kind">Which oddity.</param>
/// <param name="Path">Where, as a JSON path such as <c>$.traits.name</c>.</param>
public readonly record struct JsonOddity(JsonOddityKind Kind, string Path);

public enum JsonOddityKind
{
    /// <summary>The same key stands more than once in one object; the last one counts.</summary>
    DuplicateKey,

    /// <summary>A text holds bytes or half characters that are no Unicode; they became U+FFFD.</summary>
    InvalidText,
}

/// <summary>A tree with what was odd on the way.</summary>
public sealed record JsonReading(JsonTree Tree, IReadOnlyList<JsonOddity> Oddities);

/// <summary>Reads UTF-8 into a <see cref="JsonTree"/>. Throws <see cref="JsonException"/> only for what is not JSON or nested too deep.</summary>
public static class JsonTreeReader
{
    /// <summary>Levels of nesting that are read; deeper bodies are refused at the door.</summary>
    public const int MaxDepth = 512;

    /// <summary>No body the door lets in has more levels than this.</summary>
    internal const int AnyDepth = 1 << 28;

    /// <summary>Oddities that are told of one text; more help nobody.</summary>
    public const int MostOddities = 100;

    private const int LongestShownKey = 200;

    public static JsonReading Read(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        var walk = new Walk();
        reader.Read();
        var tree = walk.Value(ref reader);
        if (reader.Read())
        {
            throw new JsonException("More than one JSON value.");
        }

        return new JsonReading(tree, walk.Oddities);
    }

    /// <summary>True for JSON that is refused for its depth alone. Without a tree and without recursion, so that depth costs nothing.</summary>
    public static bool IsTooDeep(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = AnyDepth });
        var deepest = 0;
        try
        {
            while (reader.Read())
            {
                deepest = Math.Max(deepest, reader.CurrentDepth);
            }
        }
        catch (JsonException)
        {
            return false;
        }

        return deepest >= MaxDepth;
    }

    private sealed class Walk
    {
        private readonly StringBuilder _path = new("$");
        private List<JsonOddity>? _oddities;

        public IReadOnlyList<JsonOddity> Oddities => _oddities ?? (IReadOnlyList<JsonOddity>)[];

        public JsonTree Value(ref Utf8JsonReader reader) => reader.TokenType switch
        {
            JsonTokenType.StartObject => Map(ref reader),
            JsonTokenType.StartArray => List(ref reader),
            JsonTokenType.String => new JsonTree.Text(Text(ref reader)),
            JsonTokenType.Number => new JsonTree.Number(Encoding.ASCII.GetString(reader.ValueSpan)),
            JsonTokenType.True => JsonTree.Flag.True,
            JsonTokenType.False => JsonTree.Flag.False,
            _ => JsonTree.Null.Value,
        };

        private JsonTree.Map Map(ref Utf8JsonReader reader)
        {
            var members = new List<KeyValuePair<string, JsonTree>>();
            Dictionary<string, int>? places = null;
            var hasGaps = false;
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var length = _path.Length;
                var key = Text(ref reader);
                Enter(key);
                reader.Read();
                var member = KeyValuePair.Create(key, Value(ref reader));
                var earlier = Place(key, members, ref places);
                if (earlier >= 0)
                {
                    members[earlier] = default;   // closed up at the end: many duplicates cost no more than many keys
                    hasGaps = true;
                    Note(JsonOddityKind.DuplicateKey);
                }

                places?[key] = members.Count;
                members.Add(member);
                _path.Length = length;
            }

            if (hasGaps)
            {
                members.RemoveAll(member => member.Key is null);
            }

            return members.Count == 0 ? JsonTree.Map.Empty : new JsonTree.Map(members);
        }

        private JsonTree.List List(ref Utf8JsonReader reader)
        {
            var items = new List<JsonTree>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var length = _path.Length;
                _path.Append('[').Append(items.Count).Append(']');
                items.Add(Value(ref reader));
                _path.Length = length;
            }

            return items.Count == 0 ? JsonTree.List.Empty : new JsonTree.List(items);
        }

        /// <summary>Where the key stands already, else -1. Small objects are searched as they are; only large ones pay for a table.</summary>
        private static int Place(string key, List<KeyValuePair<string, JsonTree>> members, ref Dictionary<string, int>? places)
        {
            if (members.Count < 16)
            {
                return members.FindIndex(member => string.Equals(member.Key, key, StringComparison.Ordinal));
            }

            if (places is null)
            {
                places = new Dictionary<string, int>(StringComparer.Ordinal);
                for (var i = 0; i < members.Count; i++)
                {
                    if (members[i].Key is { } known)
                    {
                        places[known] = i;
                    }
                }
            }

            return places.GetValueOrDefault(key, -1);
        }

        /// <summary>Goes one step down the path. A very long key is shown by its beginning.</summary>
        private void Enter(string key)
        {
            var shown = key.Length <= LongestShownKey ? key : key[..LongestShownKey] + "…";
            _path.Append(JsonPath.Member("", shown));
        }

        private string Text(ref Utf8JsonReader reader)
        {
            try
            {
                return reader.GetString()!;
            }
            catch (InvalidOperationException)
            {
                Note(JsonOddityKind.InvalidText);
                return LenientText.Decode(reader.ValueSpan);
            }
        }

        private void Note(JsonOddityKind kind)
        {
            if (_oddities is not { Count: >= MostOddities })
            {
                (_oddities ??= []).Add(new JsonOddity(kind, _path.ToString()));
            }
        }
    }
}

/// <summary>Decodes the inside of a JSON text that <see cref="Utf8JsonReader"/> refuses: what is no Unicode becomes U+FFFD.</summary>
internal static class LenientText
{
    public static string Decode(ReadOnlySpan<byte> escaped)
    {
        var units = new ArrayBufferWriter<char>();
        var raw = Encoding.UTF8.GetString(escaped);
        for (var i = 0; i < raw.Length; i++)
        {
            var c = raw[i];
            if (c == '\\' && i + 1 < raw.Length)
            {
                c = Unescape(raw, ref i);
            }

            units.Write([c]);
        }

        return WellFormed(units.WrittenSpan);
    }

    private static char Unescape(string raw, ref int i)
    {
        i++;
        switch (raw[i])
        {
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'u':
                var unit = (char)Convert.ToInt32(raw.Substring(i + 1, 4), 16);
                i += 4;
                return unit;
            default:
                return raw[i];
        }
    }

    private static string WellFormed(ReadOnlySpan<char> units)
    {
        var text = new StringBuilder(units.Length);
        foreach (var rune in units.EnumerateRunes())
        {
            text.Append(rune);   // a lone surrogate enumerates as U+FFFD
        }

        return text.ToString();
    }
}
