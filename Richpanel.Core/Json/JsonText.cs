using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Richpanel.Core.Json;

/// <summary>Changes single members of a JSON text and leaves every other character as somebody typed it. Pure.</summary>
public static class JsonText
{
    private static readonly JsonSerializerOptions s_plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonWriterOptions s_pretty = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = JsonTreeReader.MaxDepth };

    /// <summary>A text as JSON.</summary>
    public static string Quote(string text) => JsonSerializer.Serialize(text, s_plain);

    /// <summary>Two blanks a level; digits stay as they are. What is not JSON stays untouched.</summary>
    public static string Pretty(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = JsonTreeReader.MaxDepth });
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream, s_pretty))
            {
                document.RootElement.WriteTo(writer);
            }

            return Encoding.UTF8.GetString(stream.ToArray()).ReplaceLineEndings("\n");
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or ArgumentException)
        {
            return text;
        }
    }

    /// <summary>The text without this member at the top.</summary>
    public static string Without(string text, string key) => Set(text, [key], null) ?? text;

    /// <summary>
    /// The text with this member, <paramref name="value"/> being JSON itself; null takes the member away. Objects on the way are
    /// made when they are missing. Null when it cannot be done: no JSON object, or something else stands on the way.
    /// </summary>
    public static string? Set(string text, IReadOnlyList<string> keys, string? value)
    {
        if (JsonPlaces.Of(text) is not { } places || places.Find(JsonPath.Root) is not { } at || text[at.Start] != '{')
        {
            return null;
        }

        var path = JsonPath.Root;
        for (var depth = 0; depth < keys.Count; depth++)
        {
            path = JsonPath.Member(path, keys[depth]);
            if (places.Find(path) is not { } next)
            {
                return value is null ? text : Insert(text, at, keys.Skip(depth).ToList(), value);
            }

            var isLast = depth == keys.Count - 1;
            if (isLast)
            {
                return value is null ? Remove(text, next) : text[..next.Start] + value + text[next.End..];
            }

            if (text[next.Start] != '{')
            {
                return value is null ? text : null;
            }

            at = next;
        }

        return text;
    }

    private static string Insert(string text, JsonPlace into, List<string> keys, string value)
    {
        var member = new StringBuilder();
        for (var i = 0; i < keys.Count; i++)
        {
            member.Append(i == 0 ? "" : "{ ").Append(Quote(keys[i])).Append(": ");
        }

        member.Append(value).Insert(member.Length, " }", keys.Count - 1);
        var outer = Indent(text, into.Start);
        if (into.LastChild < 0)
        {
            return $"{text[..(into.Start + 1)]}\n{outer}  {member}\n{outer}{text[(into.End - 1)..]}";
        }

        var isWide = text.AsSpan(into.Start, into.End - into.Start).Contains('\n');
        return $"{text[..into.LastChild]},{(isWide ? $"\n{outer}  " : " ")}{member}{text[into.LastChild..]}";
    }

    /// <summary>With the comma that parts it from its neighbour.</summary>
    private static string Remove(string text, JsonPlace place)
    {
        var after = Skip(text, place.End);
        if (text[after] == ',')
        {
            return text[..place.Key] + text[Skip(text, after + 1)..];
        }

        var before = place.Key - 1;
        while (char.IsWhiteSpace(text[before]))
        {
            before--;
        }

        return text[before] == ',' ? text[..before] + text[place.End..] : text[..(before + 1)] + text[after..];
    }

    private static int Skip(string text, int at)
    {
        while (char.IsWhiteSpace(text[at]))
        {
            at++;
        }

        return at;
    }

    private static string Indent(string text, int at)
    {
        var line = text.LastIndexOf('\n', at) + 1;
        var end = line;
        while (end < at && text[end] is ' ' or '\t')
        {
            end++;
        }

        return text[line..end];
    }
}
