using System.Buffers;
using System.Globalization;

namespace Richpanel.Core.Connections;

/// <summary>
/// The waits between the tries of one connection, as people write them: <c>5 s, 30 s, 2 min, 1 h 30 min</c>, or <c>00:00:05</c>. The
/// first try goes out at once and is not among them. Pure.
/// </summary>
public static class RetryWaits
{
    public const int MostJitterPercent = 20;

    /// <summary>As many as a page can draw, and more than anybody needs.</summary>
    public const int Most = 20;

    public const int LongestText = 400;

    private static readonly SearchValues<char> s_letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly TimeSpan s_longest = TimeSpan.FromDays(30);

    private static readonly (string Word, TimeSpan Unit)[] s_units =
    [
        ("d", TimeSpan.FromDays(1)), ("day", TimeSpan.FromDays(1)), ("days", TimeSpan.FromDays(1)),
        ("h", TimeSpan.FromHours(1)), ("hour", TimeSpan.FromHours(1)), ("hours", TimeSpan.FromHours(1)),
        ("min", TimeSpan.FromMinutes(1)), ("m", TimeSpan.FromMinutes(1)), ("minutes", TimeSpan.FromMinutes(1)), ("minute", TimeSpan.FromMinutes(1)),
        ("s", TimeSpan.FromSeconds(1)), ("sec", TimeSpan.FromSeconds(1)), ("seconds", TimeSpan.FromSeconds(1)), ("second", TimeSpan.FromSeconds(1)),
    ];

    /// <summary>Null when something of it is wrong; <see cref="FaultOf"/> says what.</summary>
    public static IReadOnlyList<TimeSpan>? Read(string text) => FaultOf(text) is null ? [.. Words(text).Select(word => Wait(word)!.Value)] : null;

    /// <summary>What is wrong, as a sentence that says what to do; null when nothing is.</summary>
    public static string? FaultOf(string text)
    {
        var words = Words(text);
        if (words.Length is 0 or > Most)
        {
            return $"Give 1 to {Most} waits, for example 5 s, 30 s, 2 min. Empty the field for the option Delivery:Schedule.";
        }

        foreach (var word in words)
        {
            if (Wait(word) is not { } wait)
            {
                return $"'{Shown(word)}' is no wait. Write a number and s, min, h or d, with commas between the waits: 5 s, 30 s, 2 min.";
            }

            if (wait < TimeSpan.FromSeconds(1) || wait > s_longest)
            {
                return $"'{Shown(word)}' is out of range: each wait is from 1 s to 30 d.";
            }
        }

        return text.Length > LongestText ? $"The list has at most {LongestText} characters." : null;
    }

    /// <summary>One spelling for what can be read; what cannot stays as it is, so that it can be mended. Null for nothing.</summary>
    public static string? Tidy(string? text) => string.IsNullOrWhiteSpace(text) ? null : Read(text) is { } waits ? Write(waits) : text.Trim();

    public static string Write(IEnumerable<TimeSpan> waits) => string.Join(", ", waits.Select(Words));

    /// <summary>Exact, in the largest units: <c>1 h 30 min</c>.</summary>
    public static string Words(TimeSpan wait)
    {
        (int Count, string Unit)[] units = [(wait.Days, "d"), (wait.Hours, "h"), (wait.Minutes, "min"), (wait.Seconds, "s")];
        var parts = units.Where(part => part.Count > 0);
        return string.Join(' ', parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Count} {part.Unit}"))) is { Length: > 0 } words ? words : "0 s";
    }

    private static string[] Words(string text) => text.Split([',', ';', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Shown(string word) => word.Length > 30 ? word[..30] + "…" : word;

    private static TimeSpan? Wait(string word)
    {
        if (word.Contains(':', StringComparison.Ordinal))
        {
            return TimeSpan.TryParse(word, CultureInfo.InvariantCulture, out var clock) ? clock : null;
        }

        var sum = TimeSpan.Zero;
        var rest = word.AsSpan();
        while (!(rest = rest.TrimStart()).IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            if (digits is < 1 or > 7 || !int.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            {
                return null;
            }

            rest = rest[digits..].TrimStart();
            var letters = rest.IndexOfAnyExcept(s_letters);
            var unit = (letters < 0 ? rest : rest[..letters]).ToString();
            if (Array.Find(s_units, one => one.Word.Equals(unit, StringComparison.OrdinalIgnoreCase)) is not { Word: not null } found)
            {
                return null;
            }

            sum += found.Unit * count;
            rest = rest[unit.Length..];
        }

        return sum;
    }
}
