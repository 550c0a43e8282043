using System.Text;
using System.Text.Json;

namespace Richpanel.Core.Json;

/// <summary>Where a value stands in its text, in characters.</summary>
/// <param name="Key">Start of the member's name with its quotation mark; -1 for an item of a list and at the top.</param>
/// <param name="End">Behind the last character.</param>
/// <param name="LastChild">End of the last member or item; -1 when there is none.</param>
public readonly record struct JsonPlace(int Key, int Start, int End, int LastChild);

/// <summary>Finds values of a JSON text by their paths, as notes and provenance write them. Pure.</summary>
public sealed class JsonPlaces
{
    private readonly Dictionary<string, JsonPlace> _places = new(StringComparer.Ordinal);

    private JsonPlaces()
    {
    }

    /// <summary>Null when the text is not one JSON value. Of a repeated key the last counts, as for the reader.</summary>
    public static JsonPlaces? Of(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var places = new JsonPlaces();
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = JsonTreeReader.MaxDepth });
        try
        {
            reader.Read();
            places.Walk(ref reader, JsonPath.Root, -1);
            if (reader.Read())
            {
                return null;
            }
        }
        catch (JsonException)
        {
            return null;
        }

        if (utf8.Length != text.Length)
        {
            places.CountCharacters(text, utf8.Length);
        }

        return places;
    }

    public JsonPlace? Find(string path) => _places.TryGetValue(path, out var place) ? place : null;

    private int Walk(ref Utf8JsonReader reader, string path, int key)
    {
        var start = (int)reader.TokenStartIndex;
        var last = -1;
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var at = (int)reader.TokenStartIndex;
                var name = Name(ref reader);
                reader.Read();
                last = Walk(ref reader, JsonPath.Member(path, name), at);
            }
        }
        else if (reader.TokenType == JsonTokenType.StartArray)
        {
            for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
            {
                last = Walk(ref reader, JsonPath.Item(path, i), -1);
            }
        }

        var end = (int)reader.BytesConsumed;
        _places[path] = new JsonPlace(key, start, end, last);
        return end;
    }

    private static string Name(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return LenientText.Decode(reader.ValueSpan);
        }
    }

    private void CountCharacters(string text, int bytes)
    {
        var characters = new int[bytes + 1];
        var at = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var wide = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            var length = wide ? 4 : Encoding.UTF8.GetByteCount(text.AsSpan(i, 1));
            for (var n = 0; n < length; n++)
            {
                characters[at++] = i;
            }

            i += wide ? 1 : 0;
        }

        characters[at] = text.Length;
        foreach (var (path, place) in _places.ToList())
        {
            _places[path] = new JsonPlace(
                place.Key < 0 ? -1 : characters[place.Key], characters[place.Start], characters[place.End], place.LastChild < 0 ? -1 : characters[place.LastChild]);
        }
    }
}
