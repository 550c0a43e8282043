using System.Text;
using System.Text.Json;
using Richpanel.Core.Causes;
using Richpanel.Core.Json;

namespace Richpanel.Console.Receiver;

/// <summary>A call as e-mail images send it: <c>?data=</c> Base64 JSON, or plain query members with dotted names (segment.md 1.1).</summary>
internal static class PixelCall
{
    /// <summary>A transparent image of 1×1.</summary>
    public static ReadOnlyMemory<byte> Gif { get; } = Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

    private const int MostLevels = 32;

    private static readonly string[] s_types = ["identify", "group", "alias", "page", "screen", "track"];

    /// <summary>The call as JSON, its type named. Throws <see cref="RefusedException"/>; the sender gets its image all the same.</summary>
    public static byte[] Read(HttpRequest request, string type)
    {
        if (!s_types.Contains(type, StringComparer.Ordinal))
        {
            throw Refuse(CauseCatalog.NoSuchRoute, null, $"A pixel is one of {string.Join(", ", s_types)}.");
        }

        string? data = request.Query["data"];
        var members = data is null ? FromQuery(request.Query) : FromData(data);
        if (members["type"] is null)
        {
            members = new JsonTree.Map([.. members.Members, KeyValuePair.Create<string, JsonTree>("type", new JsonTree.Text(type))]);
        }

        return Encoding.UTF8.GetBytes(JsonTreeWriter.Write(members));
    }

    private static JsonTree.Map FromData(string data)
    {
        try
        {
            var plain = data.Replace(' ', '+').Replace('-', '+').Replace('_', '/').TrimEnd('=');
            var json = Convert.FromBase64String(plain.PadRight((plain.Length + 3) / 4 * 4, '='));
            return JsonTreeReader.Read(json).Tree as JsonTree.Map ?? throw Refuse(CauseCatalog.NotAnObject, "data", "The data is not a JSON object.");
        }
        catch (Exception unreadable) when (unreadable is FormatException or JsonException)
        {
            throw Refuse(CauseCatalog.InvalidJson, "data", "The data is not Base64 of a JSON object.");
        }
    }

    private static JsonTree.Map FromQuery(IQueryCollection query)
    {
        var root = new Branch();
        foreach (var (name, values) in query)
        {
            root.Put(name.Split('.', MostLevels), new JsonTree.Text(values.ToString()));
        }

        return root.ToMap();
    }

    private static RefusedException Refuse(Cause cause, string? path, string message) =>
        new(SegmentAnswer.Refused(StatusCodes.Status400BadRequest, cause, path, message));

    private sealed class Branch
    {
        private readonly Dictionary<string, object> _members = new(StringComparer.Ordinal);

        public void Put(ReadOnlySpan<string> path, JsonTree value)
        {
            if (path.Length == 1)
            {
                _members[path[0]] = value;
                return;
            }

            if (!_members.TryGetValue(path[0], out var next) || next is not Branch branch)
            {
                _members[path[0]] = branch = new Branch();
            }

            branch.Put(path[1..], value);
        }

        public JsonTree.Map ToMap() => new(
            [.. _members.Select(member => KeyValuePair.Create(member.Key, member.Value is Branch branch ? branch.ToMap() : (JsonTree)member.Value))]);
    }
}
