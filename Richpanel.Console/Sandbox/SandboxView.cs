using System.Globalization;
using Richpanel.Core.Sandbox;

namespace Richpanel.Console.Sandbox;

/// <summary>What the sandbox's page shows, as its address says it: <c>/sandbox?tab=…&amp;request=…</c>. Only ids of rows, so nobody's id stands in it.</summary>
/// <param name="Tab">One of <see cref="Tabs"/>.</param>
/// <param name="Request">The chosen request; null = none.</param>
/// <param name="Pane">Which side of the request; one of <see cref="Panes"/>.</param>
/// <param name="Only">Which requests are listed.</param>
/// <param name="Before">Rows older than this id; null = from the newest.</param>
/// <param name="Of">Whose timeline: <c>customer-3</c>, <c>visitor-3</c>, <c>session-3</c>; null = everybody's.</param>
public sealed record SandboxView(string Tab = SandboxView.Requests, long? Request = null, string Pane = "summary", SandboxOnly Only = SandboxOnly.All, long? Before = null, string? Of = null)
{
    public const string Requests = "requests";
    public const string Customers = "customers";
    public const string Visitors = "visitors";
    public const string Sessions = "sessions";
    public const string Timeline = "timeline";
    public const string Home = "/sandbox";

    public static IReadOnlyList<(string Id, string Name)> Tabs { get; } =
        [(Requests, "Requests"), (Customers, "Customers"), (Visitors, "Visitors"), (Sessions, "Sessions"), (Timeline, "Timeline")];

    public static IReadOnlyList<(string Id, string Name)> Panes { get; } =
        [("summary", "Summary"), ("headers", "Headers"), ("body", "Body"), ("raw", "Raw"), ("answer", "Answer given")];

    public static SandboxView Read(string? tab, string? request, string? pane, string? only, string? before, string? of) => new(
        Known(tab, Tabs),
        Id(request),
        Known(pane, Panes),
        only switch { "broken" => SandboxOnly.Broken, "not-taken" => SandboxOnly.NotTaken, _ => SandboxOnly.All },
        Id(before),
        Whose(of) is null ? null : of);

    /// <summary>Kind and id of whose timeline it is; null when it says none.</summary>
    public static (string Kind, long Id)? Whose(string? of) =>
        of?.Split('-') is [("customer" or "visitor" or "session") and var kind, var id] && Id(id) is { } row ? (kind, row) : null;

    public string ToAddress()
    {
        List<(string Key, string? Value)> parts =
        [
            ("tab", Tab == Requests ? null : Tab),
            ("of", Tab == Timeline ? Of : null),
            ("only", Tab != Requests ? null : Only switch { SandboxOnly.Broken => "broken", SandboxOnly.NotTaken => "not-taken", _ => null }),
            ("before", Before?.ToString(CultureInfo.InvariantCulture)),
            ("request", Tab == Requests ? Request?.ToString(CultureInfo.InvariantCulture) : null),
            ("pane", Tab == Requests && Request is not null && Pane != Panes[0].Id ? Pane : null),
        ];
        var said = parts.Where(part => part.Value is not null).Select(part => $"{part.Key}={Uri.EscapeDataString(part.Value!)}").ToList();
        return said.Count == 0 ? Home : $"{Home}?{string.Join('&', said)}";
    }

    private static string Known(string? id, IReadOnlyList<(string Id, string Name)> all) => all.Any(one => one.Id == id) ? id! : all[0].Id;

    private static long? Id(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
}
