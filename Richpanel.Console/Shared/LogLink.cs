using System.Globalization;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Ledger;
using Richpanel.Core.Privacy;

namespace Richpanel.Console.Shared;

/// <summary>Addresses of the delivery log that prove a number of a page, in the log's own query language. Pure.</summary>
internal static class LogLink
{
    public const string Health = "-origin:lab";
    public const string FirstTry = "state:accepted tries:<=1";
    public const string OnRetry = "state:accepted tries:>1";
    public const string Tried = "state:accepted,waiting,failed";

    /// <param name="range">Null = of all time.</param>
    public static string To(string terms, OverviewRange? range = null) =>
        To(terms, range?.Since, range?.Until);

    public static string To(string terms, DateTimeOffset? since, DateTimeOffset? until)
    {
        var query = string.Join(' ', new[] { terms, Term("since", since), Term("until", until) }.Where(term => term.Length > 0));
        return query.Length == 0 ? "/deliveries" : $"/deliveries?q={Uri.EscapeDataString(query)}";
    }

    /// <summary>All rows that fit the terms, as a CSV file.</summary>
    /// <param name="columns">Names of the log's columns.</param>
    public static string ToFile(string terms, params ReadOnlySpan<string> columns) =>
        $"/deliveries/export?format=csv&columns={string.Join(',', columns)}&q={Uri.EscapeDataString(terms)}";

    /// <summary>What of one connection fits the terms.</summary>
    public static string OfConnection(string name, string terms = "", DateTimeOffset? since = null, DateTimeOffset? until = null) =>
        To($"{terms} {new LogTerm(LogKey.Connection, name)}".Trim(), since, until);

    /// <summary>Null for a name that must stand in no address. An empty one: without a name.</summary>
    public static string? ToEvent(string name, string terms, OverviewRange range) =>
        name.Length == 0 ? To($"{terms} {new LogTerm(LogKey.Event, LogKeys.None)}", range)
        : name != TextMask.Name(name) || name.Equals(LogKeys.None, StringComparison.OrdinalIgnoreCase) ? null
        : To($"{terms} {new LogTerm(LogKey.Event, name)}", range);

    private static string Term(string key, DateTimeOffset? time) =>
        time is { } at ? $"{key}:{at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}" : "";
}
