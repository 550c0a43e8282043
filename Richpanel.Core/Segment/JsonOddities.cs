using System.Globalization;
using Richpanel.Core.Json;
using Richpanel.Core.Notes;

namespace Richpanel.Core.Segment;

/// <summary>Says what was odd about the JSON itself.</summary>
internal static class JsonOddities
{
    /// <summary>More of one kind add nothing a person could use.</summary>
    private const int MostNotes = 100;

    public static void Note(IReadOnlyList<JsonOddity> oddities, JsonTree.Map call, List<Note> notes)
    {
        foreach (var oddity in oddities.Take(MostNotes))
        {
            var kind = oddity.Kind == JsonOddityKind.DuplicateKey ? NoteCatalog.DuplicateKey : NoteCatalog.InvalidText;
            notes.Add(kind.At(oddity.Path));
        }

        Walk(call, "$", notes);
    }

    private static void Walk(JsonTree tree, string path, List<Note> notes)
    {
        switch (tree)
        {
            case JsonTree.Map map:
                foreach (var (key, value) in map.Members)
                {
                    if (value is JsonTree.Map or JsonTree.List || IsBeyondDouble(value))
                    {
                        Walk(value, JsonPath.Member(path, key), notes);
                    }
                }

                break;
            case JsonTree.List list:
                for (var i = 0; i < list.Items.Count; i++)
                {
                    if (list.Items[i] is JsonTree.Map or JsonTree.List || IsBeyondDouble(list.Items[i]))
                    {
                        Walk(list.Items[i], JsonPath.Item(path, i), notes);
                    }
                }

                break;
            case JsonTree.Number when notes.Count < MostNotes:
                notes.Add(NoteCatalog.NumberBeyondDouble.At(path));
                break;
        }
    }

    /// <summary>A number that a 64-bit float, which is what JavaScript reads, cannot hold: too large, or a long integer that would be rounded.</summary>
    private static bool IsBeyondDouble(JsonTree tree)
    {
        if (tree is not JsonTree.Number { Digits: var digits } || (digits.Length < 16 && !digits.Contains('e', StringComparison.OrdinalIgnoreCase)))
        {
            return false;
        }

        if (!double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || double.IsInfinity(number))
        {
            return true;
        }

        return long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)
            ? Math.Abs((decimal)whole) > 9_007_199_254_740_992m
            : digits.Length > 17 && digits.AsSpan().TrimStart('-').IndexOfAnyExceptInRange('0', '9') < 0;
    }
}
