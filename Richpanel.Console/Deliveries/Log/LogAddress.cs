using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Console.Deliveries.Log;

/// <summary>
/// What the list shows, as its address says it: <c>/deliveries?q=state:failed&amp;at=below-dlv_2k</c>. Terms that are a person's stand in
/// it only as <see cref="Who"/>. Pure.
/// </summary>
public sealed record LogAddress
{
    internal const string Path = "/deliveries";

    internal const string Expired =
        "The customer filter of this address has expired or is somebody else's: e-mails, user ids and orders are kept out of addresses and only remembered for some hours. Enter it again.";

    internal const string ViewGone = "This view is gone, or it is somebody else's.";

    /// <summary>The query's text without what is a person's; null: the view's own, or everything.</summary>
    public string? Query { get; init; }

    /// <summary>Id of a <see cref="Shared.PersonalFilter"/> with the other terms.</summary>
    public string? Who { get; init; }

    /// <summary>Id of a saved view.</summary>
    public string? View { get; init; }

    /// <summary>Where the page begins: see <see cref="Place"/>.</summary>
    public string? At { get; init; }

    /// <summary>Public id of the delivery that is shown beside the list; null = none.</summary>
    public string? Open { get; init; }

    /// <summary>The whole list.</summary>
    public static LogAddress All { get; } = new();

    /// <summary>A query without a person's values, such as a link of another page has. Those terms are left out: use <see cref="Who"/>.</summary>
    public static LogAddress Of(LogQuery query) => new() { Query = query.Apart().Open is { Terms.Count: > 0 } open ? open.ToString() : null };

    /// <summary><c>below-dlv_2k</c>, <c>above-dlv_2k</c>, <c>oldest</c>, a time, or nothing for the newest rows; what cannot be read is that, too.</summary>
    public static LogPlace Place(string? at)
    {
        if (string.IsNullOrEmpty(at))
        {
            return LogPlace.Newest;
        }

        if (at == "oldest")
        {
            return LogPlace.Oldest;
        }

        var (side, rest) = at.Split('-', 2) is [var before, var after] ? (before, after) : ("", at);
        return (side, PublicId.Parse(rest, "dlv")) switch
        {
            ("below", { } id) => LogPlace.Below(id),
            ("above", { } id) => LogPlace.Above(id),
            _ => LogTime.Start(at, DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc) is { } time ? LogPlace.At(time) : LogPlace.Newest,
        };
    }

    /// <summary>Null for the newest rows.</summary>
    public static string? Word(LogPlace place) => place switch
    {
        { Id: 0, IsUp: true } => "oldest",
        { Id: { } id } => $"{(place.IsUp ? "above" : "below")}-{PublicId.Delivery(id)}",
        { Time: { } time } => LogTime.Write(time),
        _ => null,
    };

    /// <summary>
    /// What it asks as whoever opens it may ask it; or no query, and why: its customer filter is somebody else's or has expired (see
    /// <see cref="PersonalFilters.FindFor"/>), or its view is gone. What is left of it would be another list.
    /// </summary>
    public async Task<(LogQuery? Query, string? Lost)> QueryAsync(Actor? by, PersonalFilters personal, LogViewStore views, CancellationToken ct)
    {
        if (View is not null && Query is null && Who is null && by is not null)
        {
            return (await views.ListAsync(by, ct)).FirstOrDefault(view => view.Id == View) is { IsLost: false } view ? (view.Query, null) : (null, ViewGone);
        }

        var query = LogQuery.Parse(Query).Query;
        return Who is null ? (query, null) : personal.FindFor(by, Who) is { } kept ? (query.And(kept.ToQuery()), null) : (null, Expired);
    }

    /// <summary>The address itself.</summary>
    public override string ToString() => Path + Rest(("q", Query), ("who", Who), ("view", View), ("at", At), ("open", Open));

    /// <summary>The same rows from elsewhere.</summary>
    public string From(LogPlace place) => (this with { At = Word(place) }).ToString();

    /// <summary>A delivery's own page, which learns from it what previous and next are, and where the way back leads.</summary>
    public string Detail(long id) => $"{Path}/{PublicId.Delivery(id)}{Rest(("q", Query), ("who", Who), ("view", View), ("at", At))}";

    /// <summary>All rows that fit, as a file.</summary>
    /// <param name="zone">By whose clock days are meant.</param>
    /// <param name="ids">Only these; null = all that fit.</param>
    public string Export(LogFormat format, IEnumerable<string> columns, TimeZoneInfo zone, IReadOnlyCollection<long>? ids = null) => Path + "/export"
        + Rest(("format", format.ToString().ToLowerInvariant()), ("columns", string.Join(',', columns)),
            ("q", ids is null ? Query : "id:" + string.Join(',', ids.Select(PublicId.Delivery))), ("who", ids is null ? Who : null), ("view", ids is null ? View : null), ("zone", zone.Equals(TimeZoneInfo.Utc) ? null : zone.Id));

    internal static string Rest(params ReadOnlySpan<(string Name, string? Value)> parts)
    {
        var rest = "";
        foreach (var (name, value) in parts)
        {
            rest += value is null ? "" : $"{(rest.Length == 0 ? '?' : '&')}{name}={Uri.EscapeDataString(value)}";
        }

        return rest;
    }
}
