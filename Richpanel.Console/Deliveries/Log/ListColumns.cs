using System.Text.Json;

namespace Richpanel.Console.Deliveries.Log;

/// <summary>A column of the list.</summary>
/// <param name="Name">Stable, in saved views and in the browser's storage.</param>
/// <param name="Width">In pixels; 0 = what is left.</param>
public sealed record ListColumn(string Name, string Title, int Width, bool IsNumber = false);

/// <summary>Which columns somebody wants, in which order and how wide. Kept in their browser as JSON. Pure.</summary>
/// <param name="Shown">In their order; never empty.</param>
/// <param name="Widths">Pixels of those that were made wider or narrower.</param>
public sealed record ListColumns(IReadOnlyList<string> Shown, IReadOnlyDictionary<string, int> Widths)
{
    public const string State = "state";
    public const string Event = "event";
    public const string Customer = "customer";
    public const string Connection = "connection";
    public const string Tries = "tries";
    public const string Result = "result";
    public const string Milliseconds = "ms";
    public const string Received = "received";
    public const string Origin = "origin";
    public const string KeptUntil = "kept";

    public const int Narrowest = 48;
    public const int Widest = 640;

    public static IReadOnlyList<ListColumn> All { get; } =
    [
        new(State, "State", 112), new(Event, "Event", 0), new(Customer, "Customer", 200), new(Connection, "Connection", 112), new(Tries, "Tries", 60, IsNumber: true),
        new(Result, "Result", 112), new(Milliseconds, "ms", 64, IsNumber: true), new(Received, "Received", 136), new(Origin, "Origin", 64), new(KeptUntil, "Kept until", 136),
    ];

    /// <summary>What still has room beside an open delivery.</summary>
    public ListColumns Beside => this with { Shown = [State, Event, Received], Widths = new Dictionary<string, int>() };

    public static ListColumns Default { get; } = new([.. All.Select(column => column.Name).Where(name => name != KeptUntil)], new Dictionary<string, int>());

    /// <summary>Until when rows stay is shown: in a column of its own for whoever wants it, else small under the state.</summary>
    public bool ShowsKept => Shown.Contains(KeptUntil) || Shown.Contains(State);

    public IEnumerable<ListColumn> Columns => Shown.Select(name => All.First(column => column.Name == name)).Select(column => column with { Width = WidthOf(column) });

    public int WidthOf(ListColumn column) => Widths.TryGetValue(column.Name, out var width) ? width : column.Width;

    /// <summary>The order as shown, then what is left out.</summary>
    public IEnumerable<ListColumn> Offered => All.Where(column => Shown.Contains(column.Name)).OrderBy(column => IndexOf(column.Name)).Concat(All.Where(column => !Shown.Contains(column.Name)));

    /// <summary>Only known names, each once; nothing usable: as it was before.</summary>
    public ListColumns With(IEnumerable<string>? names)
    {
        var known = (names ?? []).Where(name => All.Any(column => column.Name == name)).Distinct().ToList();
        return known.Count == 0 ? this : this with { Shown = known };
    }

    /// <summary>The last one stays: a list without columns says nothing.</summary>
    public ListColumns Toggle(string name) => Shown.Contains(name)
        ? Shown.Count == 1 ? this : this with { Shown = [.. Shown.Where(one => one != name)] }
        : With([.. Shown, name]);

    /// <summary>Left (-1) or right (1).</summary>
    public ListColumns Move(string name, int by)
    {
        var (from, to) = (IndexOf(name), IndexOf(name) + by);
        if (from < 0 || to < 0 || to >= Shown.Count)
        {
            return this;
        }

        var names = Shown.ToList();
        (names[from], names[to]) = (names[to], names[from]);
        return this with { Shown = names };
    }

    public ListColumns Resize(string name, int width) =>
        All.Any(column => column.Name == name) ? this with { Widths = new Dictionary<string, int>(Widths) { [name] = Math.Clamp(width, Narrowest, Widest) } } : this;

    public string ToJson() => JsonSerializer.Serialize(new Kept(Shown, Widths));

    /// <summary>What was kept, or the usual ones when it cannot be read.</summary>
    public static ListColumns Of(string? json)
    {
        try
        {
            return json is null || JsonSerializer.Deserialize<Kept>(json) is not { } kept ? Default
                : (kept.Widths ?? new Dictionary<string, int>()).Aggregate(Default.With(kept.Shown), (columns, width) => columns.Resize(width.Key, width.Value));
        }
        catch (JsonException)
        {
            return Default;
        }
    }

    private int IndexOf(string name) => Shown.TakeWhile(one => one != name).Count() is var index && index < Shown.Count ? index : -1;

    private sealed record Kept(IReadOnlyList<string>? Shown, IReadOnlyDictionary<string, int>? Widths);
}
