using System.Buffers.Text;
using System.Text.Json;
using Richpanel.Core.Json;

namespace Richpanel.Core.Segment;

/// <summary>
/// The call of an image request (segment.md 1.1): <c>?data=</c> with base64 or base64url JSON, or members as plain query
/// names, dotted for nested ones (<c>properties.subject=…</c>). Never throws.
/// </summary>
/// <param name="Call">UTF-8 JSON object of the call without its write key; null when data is neither.</param>
/// <param name="WriteKey">Null when there is none.</param>
public sealed record PixelCall(byte[]? Call, string? WriteKey)
{
    /// <summary>Deeper names become one member with dots in it.</summary>
    private const int DeepestName = 16;

    /// <param name="query">Decoded names and values in the order of the address.</param>
    /// <param name="type">The call type the path names, for a call that names none.</param>
    public static PixelCall Decode(IEnumerable<KeyValuePair<string, string>> query, string? type = null)
    {
        var root = new Node();
        string? writeKey = null;
        string? data = null;
        foreach (var (name, value) in query)
        {
            switch (name)
            {
                case "data":
                    data = value;
                    break;
                case "writeKey":
                    writeKey = value;
                    break;
                default:
                    root.Set(name.Split('.', DeepestName), 0, value);
                    break;
            }
        }

        return data is null ? new PixelCall(Bytes((JsonTree.Map)root.Tree(), type), writeKey) : FromData(data, writeKey, type);
    }

    private static byte[] Bytes(JsonTree.Map call, string? type) => JsonTreeWriter.WriteBytes(
        type is null || call["type"] is not null ? call : new JsonTree.Map([KeyValuePair.Create<string, JsonTree>("type", new JsonTree.Text(type)), .. call.Members]));

    private static PixelCall FromData(string data, string? writeKey, string? type)
    {
        try
        {
            // A blank is a plus that an unescaped address lost.
            var bytes = Base64Url.DecodeFromChars(data.Trim().Replace(' ', '-').Replace('+', '-').Replace('/', '_').TrimEnd('='));
            if (JsonTreeReader.Read(bytes).Tree is not JsonTree.Map call)
            {
                return new PixelCall(null, writeKey);
            }

            var kept = new JsonTree.Map([.. call.Members.Where(member => member.Key != "writeKey")]);
            return new PixelCall(Bytes(kept, type), call["writeKey"]?.AsText() ?? writeKey);
        }
        catch (Exception fault) when (fault is FormatException or JsonException)
        {
            return new PixelCall(null, writeKey);
        }
    }

    /// <summary>A member being put together: a text, or an object once a dotted name asks for one.</summary>
    private sealed class Node
    {
        private readonly List<KeyValuePair<string, Node>> _members = [];
        private string? _text;

        public void Set(string[] names, int at, string value)
        {
            if (at == names.Length)
            {
                _text = value;
                return;
            }

            var place = _members.FindIndex(member => member.Key == names[at]);
            if (place < 0)
            {
                place = _members.Count;
                _members.Add(KeyValuePair.Create(names[at], new Node()));
            }

            _members[place].Value.Set(names, at + 1, value);
        }

        /// <summary>Where a name is both a text and an object (<c>a=1&amp;a.b=2</c>), the text is the object's member with an empty name.</summary>
        public JsonTree Tree()
        {
            if (_members.Count == 0 && _text is not null)
            {
                return new JsonTree.Text(_text);
            }

            var members = _members.Select(member => KeyValuePair.Create(member.Key, member.Value.Tree()));
            return new JsonTree.Map([.. members, .. _text is null ? [] : new[] { KeyValuePair.Create<string, JsonTree>("", new JsonTree.Text(_text)) }]);
        }
    }
}
