using Richpanel.Console.Shared;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Console.Deliveries.Log;

/// <summary>Numbers, terms and spans of the log in words. Pure.</summary>
public static class LogWords
{
    /// <summary>Quick ranges: the value of <c>since</c>, and what it means.</summary>
    public static IReadOnlyList<(string Value, string Words)> Ranges { get; } =
    [
        ("15m", "Last 15 minutes"), ("1h", "Last hour"), ("24h", "Last 24 hours"), ("7d", "Last 7 days"), ("30d", "Last 30 days"), ("today", "Today"),
    ];

    /// <summary><c>1,284</c>, or <c>10,000+</c> where counting was cut: never a wrong number.</summary>
    public static string Found(LogCount count) => Numbers.Of(count.Found) + (count.AndMore ? "+" : "");

    /// <summary><c>1,284 of 96,201</c>; only the number when nothing narrows it.</summary>
    public static string FoundOf(LogCount count) => !count.AndMore && count.Found == count.Of ? Numbers.Of(count.Found) : $"{Found(count)} of {Numbers.Of(count.Of)}";

    /// <summary>Short, for a tab: <c>1,284</c>, <c>10k+</c>.</summary>
    public static string Short(LogCount count) => count.AndMore && count.Found >= 10_000 ? $"{count.Found / 1_000}k+" : Found(count);

    /// <summary>A term for a screen reader and a chip's tooltip: <c>state is not failed or canceled, switched off</c>.</summary>
    public static string Of(LogTerm term) =>
        $"{Name(term.Key)} {Verb(term)} {string.Join(" or ", term.Values.Select(value => value.Text + (value.IsPrefix ? "…" : "")))}{(term.IsOff ? ", switched off" : "")}";

    public static string Name(LogKey key) => key == LogKey.Text ? "body" : LogKeys.Of(key).Word;

    /// <summary>The span in words: <c>Last 24 hours</c>, <c>24 Nov 10:00:00 – 24 Nov 11:30:00</c>, <c>All time</c>.</summary>
    /// <param name="exact">A moment as the asker wants it told; see <see cref="Shared.ViewerTime.Exact"/>.</param>
    public static string Span(LogQuery query, DateTimeOffset now, TimeZoneInfo zone, Func<DateTimeOffset, string> exact)
    {
        var since = query.Active.LastOrDefault(term => term.Key == LogKey.Since)?.Values[0].Text;
        var until = query.Active.LastOrDefault(term => term.Key == LogKey.Until)?.Values[0].Text;
        if (until is null)
        {
            return since is null ? "All time" : Ranges.FirstOrDefault(range => range.Value == since).Words ?? $"Since {Told(since)}";
        }

        var end = Told(until);
        return since is null ? $"Until {end}" : $"{Told(since)} – {end}";

        // A word or a distance stays as it was typed.
        string Told(string text) =>
            text.Length > 9 && LogTime.Start(text, now, zone) is { } at ? exact(at) : char.IsDigit(text[0]) ? $"{text} ago" : text;
    }

    /// <summary><c>is</c>, <c>is not</c>, <c>contains</c>: read and spoken the same.</summary>
    public static string Verb(LogTerm term) => (term.Key, term.IsNot) switch
    {
        (LogKey.Text, false) => "contains",
        (LogKey.Text, true) => "does not contain",
        (_, true) => "is not",
        _ => "is",
    };
}
