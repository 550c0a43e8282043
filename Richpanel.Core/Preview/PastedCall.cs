using System.Text;
using System.Text.Json;
using Richpanel.Core.Json;

namespace Richpanel.Core.Preview;

/// <summary>A call that somebody pasted, as JSON or as a cURL command.</summary>
/// <param name="Text">The call; it may be broken JSON, which the editor then shows at its place.</param>
/// <param name="IsCurl">It came from a command.</param>
/// <param name="Said">What was left out or added, as sentences.</param>
/// <param name="Fault">Why there is no call; then the text is empty.</param>
public sealed record PastedCall(string Text, bool IsCurl, IReadOnlyList<string> Said, string? Fault)
{
    private static readonly string[] s_bodies = ["-d", "--data", "--data-raw", "--data-binary", "--data-ascii", "--json"];
    private static readonly string[] s_withValue =
    [
        "-X", "--request", "-H", "--header", "-A", "--user-agent", "-e", "--referer", "-b", "--cookie", "-o", "--output", "-m", "--max-time", "--connect-timeout",
        "--retry", "-x", "--proxy", "--cacert", "--cert", "--resolve", "-w", "--write-out",
    ];

    /// <summary>Reads it. Runs nothing and asks no address.</summary>
    public static PastedCall Read(string pasted)
    {
        var text = pasted.Trim();
        text = text.StartsWith("$ ", StringComparison.Ordinal) ? text[2..] : text;
        if (text.Length == 0)
        {
            return None("There is nothing to read: paste a call as JSON, or a curl command.");
        }

        return text.StartsWith("curl", StringComparison.OrdinalIgnoreCase) && text.Length > 4 && (char.IsWhiteSpace(text[4]) || text[4] is '.')
            ? OfCurl(ShellWords.Of(text))
            : OfBody(text, null, false, false);
    }

    private static PastedCall OfCurl(IReadOnlyList<string> words)
    {
        string? body = null;
        string? address = null;
        var hasKey = false;
        for (var i = 1; i < words.Count; i++)
        {
            var (name, value, skip) = Option(words, i);
            i += skip;
            if (s_bodies.Contains(name, StringComparer.Ordinal))
            {
                body = body is null ? value : $"{body}&{value}";
            }
            else if (name is "-u" or "--user")
            {
                hasKey = true;
            }
            else if (name is "-H" or "--header")
            {
                hasKey |= value?.StartsWith("authorization", StringComparison.OrdinalIgnoreCase) == true;
            }
            else if (name == "--url" || (name.Length > 0 && name[0] != '-' && skip == 0))
            {
                address = name == "--url" ? value : name;
            }
        }

        return body switch
        {
            null => None("The command has no body: look for -d or --data-raw, and copy it with the command."),
            ['@', ..] => None("The body of this command is in a file, which cannot be read from here. Paste the file's text."),
            _ => OfBody(body.Trim(), address, hasKey, true),
        };
    }

    /// <summary>An option with its value, in each way a value can be given, and how many words that took more.</summary>
    private static (string Name, string? Value, int Skip) Option(IReadOnlyList<string> words, int at)
    {
        var word = words[at];
        if (word.StartsWith("--", StringComparison.Ordinal) && word.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals)
        {
            return (word[..equals], word[(equals + 1)..], 0);
        }

        var takes = s_bodies.Contains(word, StringComparer.Ordinal) || s_withValue.Contains(word, StringComparer.Ordinal) || word is "-u" or "--user" or "--url";
        if (takes)
        {
            return (word, at + 1 < words.Count ? words[at + 1] : null, 1);
        }

        // -XPOST, -uKEY:, -d'{…}'
        return word is ['-', 'd' or 'u' or 'X' or 'H', _, ..] ? (word[..2], word[2..], 0) : (word, null, 0);
    }

    private static PastedCall OfBody(string body, string? address, bool hasKey, bool isCurl)
    {
        var said = new List<string>();
        var text = body;
        JsonTree tree;
        try
        {
            tree = JsonTreeReader.Read(Encoding.UTF8.GetBytes(text)).Tree;
        }
        catch (JsonException)
        {
            return new PastedCall(text, isCurl, hasKey ? [KeyDropped] : [], null);
        }

        if (First(tree) is ({ } first, var count))
        {
            text = JsonText.Pretty(first);
            said.Add(count == 1 ? "The one call of the batch was taken." : $"The first of {count:N0} calls was taken; the lab holds one.");
            tree = JsonTreeReader.Read(Encoding.UTF8.GetBytes(text)).Tree;
        }

        if (tree is JsonTree.Map map)
        {
            hasKey |= map["writeKey"] is not null;
            text = JsonText.Without(text, "writeKey");
            if (map["type"] is null && TypeOf(address) is { } type)
            {
                text = JsonText.Set(text, ["type"], JsonText.Quote(type)) ?? text;
                said.Add($"The type “{type}” was taken from the address.");
            }
        }

        if (hasKey)
        {
            said.Insert(0, KeyDropped);
        }

        return new PastedCall(text.Contains('\n', StringComparison.Ordinal) ? text : JsonText.Pretty(text), isCurl, said, null);
    }

    private const string KeyDropped = "The write key was dropped: the lab needs none, and keeps none.";

    /// <summary>The first call of a batch or of a list, as text, and how many there are.</summary>
    private static (string? Call, int Count)? First(JsonTree tree)
    {
        var items = tree switch
        {
            JsonTree.Map map when map["batch"] is JsonTree.List batch => batch.Items,
            JsonTree.List list => list.Items,
            _ => [],
        };
        return items.Count == 0 ? null : (JsonTreeWriter.Write(items[0]), items.Count);
    }

    private static string? TypeOf(string? address) => address?.Split('?')[0].TrimEnd('/').Split('/')[^1] switch
    {
        "track" or "t" => "track",
        "identify" or "i" => "identify",
        "page" or "p" => "page",
        "screen" or "s" => "screen",
        "group" or "g" => "group",
        "alias" or "a" => "alias",
        _ => null,
    };

    private static PastedCall None(string why) => new("", false, [], why);
}
