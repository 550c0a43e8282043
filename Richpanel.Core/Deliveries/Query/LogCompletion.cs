using Richpanel.Core.Causes;

namespace Richpanel.Core.Deliveries.Query;

/// <summary>A way to go on typing.</summary>
/// <param name="Insert">Replaces <see cref="LogCompletion.Start"/> … <see cref="LogCompletion.End"/>; put the caret behind it.</param>
/// <param name="Label">The key or the value in words.</param>
/// <param name="Help">A short sentence; null when the label says it all.</param>
/// <param name="Count">Rows with this value, when they were counted.</param>
public sealed record LogSuggestion(string Insert, string Label, string? Help = null, long? Count = null);

/// <summary>What fits at the caret. Pure: values that only the log knows are handed in.</summary>
/// <param name="Start">First character that a suggestion replaces.</param>
/// <param name="End">The first that it does not.</param>
/// <param name="Key">The key whose value is being typed; null when a key or word is. Whoever has values of it asks again with them.</param>
/// <param name="Typed">What of it stands there already.</param>
public sealed record LogCompletion(int Start, int End, LogKey? Key, string Typed, IReadOnlyList<LogSuggestion> Suggestions)
{
    public const int Most = 12;

    /// <param name="caret">Place in the text, 0 … its length.</param>
    /// <param name="known">Values the log has, by key, commonest first, such as <c>LogReader.ValuesAsync</c> gives; names of connections.</param>
    public static LogCompletion At(string text, int caret, IReadOnlyDictionary<LogKey, IReadOnlyList<LogCounted>>? known = null)
    {
        caret = Math.Clamp(caret, 0, text.Length);
        var (start, end) = Around(text, caret);
        var from = start;
        while (from < caret && text[from] is '~' or '-')
        {
            from++;
        }

        var colon = text.AsSpan(from, caret - from).IndexOf(':');
        if (colon < 0 || text[from] == '"')
        {
            return OfKeys(text, from, caret, end);
        }

        if (LogKeys.Find(text.AsSpan(from, colon)) is not { } key)
        {
            return new LogCompletion(from, end, null, text[from..caret], []);
        }

        var (valueStart, valueEnd) = Value(text, from + colon + 1, caret, end);
        var typed = text[valueStart..caret].Trim('"', '*');
        return new LogCompletion(valueStart, valueEnd, key.Key, typed, [.. Of(key, known).Where(value => Fits(value.Value, typed)).Take(Most)
            .Select(value => new LogSuggestion(new LogValue(value.Value).ToString(), value.Value, value.Help, value.Count))]);
    }

    private static LogCompletion OfKeys(string text, int from, int caret, int end)
    {
        var typed = text[from..caret];
        return new LogCompletion(from, end, null, typed, typed.StartsWith('"') ? [] :
            [.. LogKeys.All.Where(key => key.Word.StartsWith(typed, StringComparison.OrdinalIgnoreCase)).Take(Most + LogKeys.All.Count)
                .Select(key => new LogSuggestion(key.Word + ":", key.Word + ":", key.Help))]);
    }

    private static IEnumerable<(string Value, string? Help, long? Count)> Of(LogKeyInfo key, IReadOnlyDictionary<LogKey, IReadOnlyList<LogCounted>>? known)
    {
        var counted = known?.GetValueOrDefault(key.Key) ?? [];
        var counts = counted.Select(value => (value.Value, value.Label, (long?)value.Count));
        var fixedOnes = (key.Key switch
        {
            LogKey.Cause => CauseCatalog.All.OrderBy(cause => cause.Code, StringComparer.Ordinal).Select(cause => (cause.Code, (string?)cause.Title)),
            LogKey.Tries => [("0", "Never tried"), (">1", "Tried again"), (">3", null)],
            LogKey.Since => [("15m", "The last 15 minutes"), ("1h", "The last hour"), ("24h", "The last 24 hours"), ("7d", "The last 7 days"), ("30d", "The last 30 days"), ("today", "From midnight"), ("yesterday", "From yesterday's midnight")],
            LogKey.Until => [("now", "Nothing that arrives from now on"), ("1h", "Before the last hour"), ("yesterday", "Up to last midnight")],
            _ => key.Words.Select(word => (word, (string?)null)),
        }).Where(value => !counted.Any(one => one.Value == value.Item1)).Select(value => (value.Item1, value.Item2, (long?)null));
        return counts.Concat(fixedOnes);
    }

    private static bool Fits(string value, string typed) =>
        value.StartsWith(typed, StringComparison.OrdinalIgnoreCase) || (typed.Length > 1 && value.Contains(typed, StringComparison.OrdinalIgnoreCase));

    /// <summary>The term around the caret: from the last blank outside quotes before it to the next one after it.</summary>
    private static (int Start, int End) Around(string text, int caret)
    {
        var start = 0;
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && quoted)
            {
                i++;
                continue;
            }

            quoted ^= text[i] == '"';
            if (char.IsWhiteSpace(text[i]) && !quoted)
            {
                if (i >= caret)
                {
                    return (start, i);
                }

                start = i + 1;
            }
        }

        return (Math.Min(start, caret), text.Length);
    }

    /// <summary>The value around the caret: between commas outside quotes.</summary>
    private static (int Start, int End) Value(string text, int from, int caret, int end)
    {
        var start = from;
        var quoted = false;
        for (var i = from; i < end; i++)
        {
            if (text[i] == '\\' && quoted)
            {
                i++;
                continue;
            }

            quoted ^= text[i] == '"';
            if (text[i] == ',' && !quoted)
            {
                if (i >= caret)
                {
                    return (start, i);
                }

                start = i + 1;
            }
        }

        return (start, end);
    }
}
