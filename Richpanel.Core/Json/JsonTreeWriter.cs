using System.Globalization;
using System.Text;

namespace Richpanel.Core.Json;

/// <summary>
/// Writes compact JSON in pure ASCII: every character outside U+0020…U+007E leaves as <c>\uXXXX</c>, as both signed
/// senders of richpanel.md section 2 do. <c>/</c>, <c>&lt;</c> and <c>&amp;</c> stay as they are.
/// </summary>
public static class JsonTreeWriter
{
    public static string Write(JsonTree tree)
    {
        var json = new StringBuilder();
        Append(json, tree);
        return json.ToString();
    }

    public static byte[] WriteBytes(JsonTree tree) => Encoding.ASCII.GetBytes(Write(tree));

    private static void Append(StringBuilder json, JsonTree tree)
    {
        switch (tree)
        {
            case JsonTree.Map map:
                AppendMap(json, map);
                break;
            case JsonTree.List list:
                AppendList(json, list);
                break;
            case JsonTree.Text text:
                AppendText(json, text.Value);
                break;
            case JsonTree.Number number:
                json.Append(number.Digits);
                break;
            case JsonTree.Flag flag:
                json.Append(flag.Value ? "true" : "false");
                break;
            default:
                json.Append("null");
                break;
        }
    }

    private static void AppendMap(StringBuilder json, JsonTree.Map map)
    {
        json.Append('{');
        for (var i = 0; i < map.Members.Count; i++)
        {
            if (i > 0)
            {
                json.Append(',');
            }

            AppendText(json, map.Members[i].Key);
            json.Append(':');
            Append(json, map.Members[i].Value);
        }

        json.Append('}');
    }

    private static void AppendList(StringBuilder json, JsonTree.List list)
    {
        json.Append('[');
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (i > 0)
            {
                json.Append(',');
            }

            Append(json, list.Items[i]);
        }

        json.Append(']');
    }

    private static void AppendText(StringBuilder json, string text)
    {
        json.Append('"');
        foreach (var c in text)
        {
            switch (c)
            {
                case '"':
                    json.Append("\\\"");
                    break;
                case '\\':
                    json.Append("\\\\");
                    break;
                case '\n':
                    json.Append("\\n");
                    break;
                case '\r':
                    json.Append("\\r");
                    break;
                case '\t':
                    json.Append("\\t");
                    break;
                case >= ' ' and <= '~':
                    json.Append(c);
                    break;
                default:
                    json.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
                    break;
            }
        }

        json.Append('"');
    }
}
