using System.Globalization;
using System.Text;
using Richpanel.Core.Json;

namespace Richpanel.Console.Shared;

/// <summary>One line of pretty JSON.</summary>
/// <param name="Path">JSON path of what the line shows, for example <c>$.properties.total</c>.</param>
/// <param name="Key">Member name as JSON text; null in lists and at the top.</param>
/// <param name="Kind">Style of the value: text, number, word or mark.</param>
public sealed record JsonLine(int Depth, string Path, string? Key, string Value, string Kind, string Tail)
{
    /// <summary>Lines of a value, two blanks a level. Control characters are escaped, everything else is shown as it is.</summary>
    public static IReadOnlyList<JsonLine> Of(JsonTree tree)
    {
        var lines = new List<JsonLine>();
        Add(lines, tree, 0, "$", null, "");
        return lines;
    }

    /// <summary>The text a person copies: the same lines.</summary>
    public static string Text(IEnumerable<JsonLine> lines)
    {
        var text = new StringBuilder();
        foreach (var line in lines)
        {
            text.Append(' ', line.Depth * 2).Append(line.Key is null ? "" : line.Key + ": ").Append(line.Value).Append(line.Tail).Append('\n');
        }

        return text.ToString().TrimEnd('\n');
    }

    private static void Add(List<JsonLine> lines, JsonTree tree, int depth, string path, string? key, string tail)
    {
        switch (tree)
        {
            case JsonTree.Map { Members.Count: > 0 } map:
                lines.Add(new JsonLine(depth, path, key, "{", "mark", ""));
                for (var i = 0; i < map.Members.Count; i++)
                {
                    var (name, value) = map.Members[i];
                    Add(lines, value, depth + 1, JsonPath.Member(path, name), Quote(name), i + 1 < map.Members.Count ? "," : "");
                }

                lines.Add(new JsonLine(depth, path, null, "}", "mark", tail));
                break;
            case JsonTree.List { Items.Count: > 0 } list:
                lines.Add(new JsonLine(depth, path, key, "[", "mark", ""));
                for (var i = 0; i < list.Items.Count; i++)
                {
                    Add(lines, list.Items[i], depth + 1, JsonPath.Item(path, i), null, i + 1 < list.Items.Count ? "," : "");
                }

                lines.Add(new JsonLine(depth, path, null, "]", "mark", tail));
                break;
            default:
                var (text, kind) = Scalar(tree);
                lines.Add(new JsonLine(depth, path, key, text, kind, tail));
                break;
        }
    }

    private static (string Text, string Kind) Scalar(JsonTree tree) => tree switch
    {
        JsonTree.Text text => (Quote(text.Value), "text"),
        JsonTree.Number number => (number.Digits, "number"),
        JsonTree.Flag flag => (flag.Value ? "true" : "false", "word"),
        JsonTree.Map => ("{}", "mark"),
        JsonTree.List => ("[]", "mark"),
        _ => ("null", "word"),
    };

    private static string Quote(string value)
    {
        var text = new StringBuilder(value.Length + 2).Append('"');
        foreach (var c in value)
        {
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        }

        return text.Append('"').ToString();
    }
}
