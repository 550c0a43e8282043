using System.Globalization;
using Richpanel.Core.ChangeLog;

namespace Richpanel.Console.Shared;

/// <summary>What the change log shows, as its address says it.</summary>
public sealed record ChangeLogView
{
    public string? Who { get; init; }

    public string? Action { get; init; }

    /// <summary>Public id of what it was done to.</summary>
    public string? Object { get; init; }

    public string? Words { get; init; }

    /// <summary>First day, as <c>2026-11-24</c>, in the zone of whoever looks.</summary>
    public string? Since { get; init; }

    /// <summary>Last day, itself included.</summary>
    public string? Until { get; init; }

    public bool IsNarrowed => (Who ?? Action ?? Object ?? Words ?? Since ?? Until) is not null;

    public ChangeFilter ToFilter(TimeZoneInfo zone) => new()
    {
        Who = Who,
        Action = Action,
        ObjectId = Object,
        Words = Words,
        Since = Midnight(Since, 0, zone),
        Until = Midnight(Until, 1, zone),
    };

    public string ToAddress(long? cursor = null) => Address("/change-log", Since, Until, cursor?.ToString(CultureInfo.InvariantCulture));

    /// <summary>The same lines as a file.</summary>
    public string ToDownload(TimeZoneInfo zone) => Address("/change-log/export.csv", Iso(Midnight(Since, 0, zone)), Iso(Midnight(Until, 1, zone)), null);

    private string Address(string path, string? since, string? until, string? cursor)
    {
        var parts = new (string Name, string? Value)[]
        {
            ("who", Who), ("action", Action), ("object", Object), ("words", Words), ("since", since), ("until", until), ("cursor", cursor),
        };
        var query = string.Join('&', parts.Where(part => part.Value is not null).Select(part => $"{part.Name}={Uri.EscapeDataString(part.Value!)}"));
        return query.Length == 0 ? path : $"{path}?{query}";
    }

    /// <summary>Null for what is no day: the list is then not narrowed by it, and the field is empty.</summary>
    private static DateTimeOffset? Midnight(string? day, int later, TimeZoneInfo zone)
    {
        if (!DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) || date > new DateOnly(9000, 1, 1))
        {
            return null;
        }

        var midnight = date.AddDays(later).ToDateTime(TimeOnly.MinValue);
        return zone.IsInvalidTime(midnight) ? new DateTimeOffset(midnight, zone.GetUtcOffset(midnight.AddHours(-3))) : new DateTimeOffset(midnight, zone.GetUtcOffset(midnight));
    }

    private static string? Iso(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
