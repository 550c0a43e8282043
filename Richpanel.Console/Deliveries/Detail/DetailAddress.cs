using System.Globalization;
using Richpanel.Console.Deliveries.Log;
using Richpanel.Core.Deliveries.Log;

namespace Richpanel.Console.Deliveries.Detail;

/// <summary>
/// One delivery, which part of it and which try, as the address says it: on its own page
/// (<c>/deliveries/dlv_2k?q=…&amp;tab=response&amp;try=2</c>) or beside the list (<c>/deliveries?q=…&amp;open=dlv_2k&amp;tab=…</c>). Pure.
/// </summary>
/// <param name="Log">The list it was opened from: what previous and next are.</param>
/// <param name="Id">Public id.</param>
public sealed record DetailAddress(LogAddress Log, string Id, bool IsPane)
{
    public const string Event = "event";
    public const string Mapping = "mapping";
    public const string Request = "request";
    public const string Response = "response";
    public const string Diff = "diff";

    /// <summary>The diff's other side: what would be sent now.</summary>
    public const string Now = "now";

    /// <summary>Asks for the dialog of a retry when it opens.</summary>
    public const string AskRetry = "retry";

    public static IReadOnlyList<(string Id, string Name)> Tabs { get; } =
        [(Event, "Segment event"), (Mapping, "Mapping"), (Request, "Request sent"), (Response, "Response"), (Diff, "Diff")];

    /// <summary>Null: the first that is worth looking at.</summary>
    public string? Tab { get; init; }

    /// <summary>Number of a try; null: the last one.</summary>
    public int? Try { get; init; }

    /// <summary>What the try is compared with: <see cref="Now"/>, or another try's number.</summary>
    public string? Against { get; init; }

    public string? Ask { get; init; }

    /// <summary>Unknown words are as if they were not there.</summary>
    public string ShownTab => Tabs.Any(tab => tab.Id == Tab) ? Tab! : Mapping;

    /// <summary>The same part of another delivery.</summary>
    public DetailAddress Of(string id) => this with { Id = id, Try = null, Against = null, Ask = null };

    /// <summary>The list without it.</summary>
    public string Back => (Log with { Open = null }).ToString();

    /// <summary>The list from another place on.</summary>
    public string ListFrom(LogPlace place) => (Log with { Open = null }).From(place);

    /// <summary>To be passed on: its own page, without a filter that leads nowhere for somebody else.</summary>
    public string Shared => (this with { Log = LogAddress.All, IsPane = false, Ask = null }).ToString();

    public override string ToString() => IsPane
        ? LogAddress.Path + LogAddress.Rest([("q", Log.Query), ("who", Log.Who), ("view", Log.View), ("at", Log.At), ("open", Id), .. Parts])
        : $"{LogAddress.Path}/{Id}{LogAddress.Rest([("q", Log.Query), ("who", Log.Who), ("view", Log.View), ("at", Log.At), .. Parts])}";

    private (string Name, string? Value)[] Parts => [("tab", Tab), ("try", Try?.ToString(CultureInfo.InvariantCulture)), ("against", Against), ("ask", Ask)];
}
