using Richpanel.Core.Retention;

namespace Richpanel.Console.Shared;

/// <summary>Why something stays, in words. Pure.</summary>
internal static class KeptWords
{
    /// <summary>From so long before its content goes a row says so: what is weeks away is no news in each of a thousand rows.</summary>
    private static readonly TimeSpan s_soon = TimeSpan.FromDays(7);

    public static string Of(KeptBy kept) => kept switch
    {
        KeptBy.Waiting => "It has still to go out, so it stays.",
        KeptBy.Pin => "It is pinned, so it stays.",
        KeptBy.Task => "A privacy task about it is open, so it stays until that is closed.",
        KeptBy.Off => "Retention is off: everything stays.",
        _ => "",
    };

    /// <summary>Under something else, for rows of a list. Null: it stays, or goes in more than a week.</summary>
    public static string? Brief(RetentionOfOne kept, DateTimeOffset now) => kept switch
    {
        { Fate.Kept: KeptBy.Pin } => "pinned",
        { Fate.Kept: KeptBy.Task } => "privacy task",
        { ContentRemoved: true } => "content gone",
        { Fate.ContentUntil: { } content } when content - now <= s_soon => Left(content - now),
        _ => null,
    };

    private static string Left(TimeSpan left) => left switch
    {
        { Ticks: <= 0 } => "goes next",
        { TotalHours: < 1 } => "< 1 h left",
        { TotalDays: < 2 } => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Math.Ceiling(left.TotalHours)} h left"),
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Math.Ceiling(left.TotalDays)} days left"),
    };

    /// <summary>For a narrow column.</summary>
    public static string Short(KeptBy kept) => kept switch
    {
        KeptBy.Waiting => "while it waits",
        KeptBy.Pin => "pinned",
        KeptBy.Task => "privacy task",
        _ => "for good",
    };
}
