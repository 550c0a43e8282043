using System.Globalization;
using Richpanel.Core.Ledger;

namespace Richpanel.Console.Overview;

/// <summary>Which span the overview shows, as its address says it. Pure.</summary>
/// <param name="Range">One of <see cref="Quick"/>; null = of its own.</param>
/// <param name="Since">Of a span of its own; null when <paramref name="Range"/> is meant.</param>
public sealed record OverviewView(string? Range, DateTimeOffset? Since = null, DateTimeOffset? Until = null)
{
    private const string Format = "yyyy-MM-dd'T'HH:mm'Z'";

    public static readonly (string Word, string Title, TimeSpan Length)[] Quick =
    [
        ("1h", "1 hour", TimeSpan.FromHours(1)),
        ("24h", "24 hours", TimeSpan.FromHours(24)),
        ("7d", "7 days", TimeSpan.FromDays(7)),
        ("30d", "30 days", TimeSpan.FromDays(30)),
    ];

    public static OverviewView Day { get; } = new("24h");

    /// <summary>What is no span is a day.</summary>
    public static OverviewView Read(string? range, string? since, string? until) =>
        Time(since) is { } from && Time(until) is { } to && OverviewRange.Between(from, to) is { } own ? Of(own)
        : Quick.Any(quick => quick.Word == range) ? new OverviewView(range)
        : Day;

    public static OverviewView Of(OverviewRange range) => new(null, range.Since, range.Until);

    public OverviewRange At(DateTimeOffset now) =>
        Since is { } since && Until is { } until
            ? OverviewRange.Between(since, until)!
            : OverviewRange.Last(Quick.First(quick => quick.Word == Range).Length, now);

    public string ToAddress() =>
        Since is { } since && Until is { } until ? $"/?since={Write(since)}&until={Write(until)}"
        : this == Day ? "/"
        : $"/?range={Range}";

    private static string Write(DateTimeOffset time) => Uri.EscapeDataString(time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture));

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
