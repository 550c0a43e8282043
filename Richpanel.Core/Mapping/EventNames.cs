namespace Richpanel.Core.Mapping;

/// <summary>
/// Compares event names as Segment's own analytics-events does (segment.md 4.3): case does not count, and each gap between
/// two words and both ends may hold one blank or one underscore, so <c>orderCompleted</c>, <c>order_completed</c> and
/// <c>ORDER COMPLETED</c> are one name. Unlike there, the whole name must match: "Completed Order Form" is another event.
/// </summary>
internal static class EventNames
{
    /// <summary>True when the name is these words, separated by blanks in <paramref name="phrase"/>.</summary>
    public static bool Matches(ReadOnlySpan<char> name, ReadOnlySpan<char> phrase)
    {
        name = SkipGap(name);
        foreach (var range in phrase.Split(' '))
        {
            var word = phrase[range];
            if (!name.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }

            name = SkipGap(name[word.Length..]);
        }

        return name.IsEmpty;
    }

    /// <summary>One key for all spellings of a name: letters only in lower case, so that a table can be asked.</summary>
    public static string Key(ReadOnlySpan<char> name)
    {
        Span<char> letters = name.Length <= MaxLength ? stackalloc char[name.Length] : [];
        var length = 0;
        foreach (var c in letters.IsEmpty ? [] : name)
        {
            if (c is not (' ' or '_'))
            {
                letters[length++] = char.ToLowerInvariant(c);
            }
        }

        return new string(letters[..length]);
    }

    /// <summary>No name of the table is longer, gaps included; longer ones need no look.</summary>
    private const int MaxLength = 64;

    private static ReadOnlySpan<char> SkipGap(ReadOnlySpan<char> name) =>
        !name.IsEmpty && name[0] is ' ' or '_' ? name[1..] : name;
}
