using System.Text;
using System.Text.Json;
using Richpanel.Core.Json;

namespace Richpanel.Console.Shared;

/// <summary>Where a text stops being JSON. Lines and columns count from 1.</summary>
/// <param name="Offset">The same place in characters from the start.</param>
public sealed record JsonFault(int Line, int Column, int Offset, string Text)
{
    /// <summary>Null when the text is one JSON value.</summary>
    public static JsonFault? Find(string text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return new JsonFault(1, 1, 0, "There is nothing here yet: pick a sample, or paste a Segment call.");
        }

        try
        {
            JsonTreeReader.Read(Encoding.UTF8.GetBytes(text));
            return null;
        }
        catch (JsonException failure)
        {
            return At(text, (int)(failure.LineNumber ?? 0), (int)(failure.BytePositionInLine ?? 0), failure.Message);
        }
    }

    private static JsonFault At(string text, int line, int bytes, string message)
    {
        var start = 0;
        for (var i = 0; i < line && text.IndexOf('\n', start) is >= 0 and var next; i++)
        {
            start = next + 1;
        }

        // The reader counts bytes; people count characters.
        var column = 0;
        for (var seen = 0; seen < bytes && start + column < text.Length && text[start + column] != '\n'; column++)
        {
            seen += text[start + column] switch { < '\x80' => 1, < '\u0800' => 2, _ when char.IsSurrogate(text[start + column]) => 2, _ => 3 };
        }

        var words = message.Split(" LineNumber:", 2)[0].Split(" Path:", 2)[0];
        return new JsonFault(line + 1, column + 1, start + column, words);
    }
}
