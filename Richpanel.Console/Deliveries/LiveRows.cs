using Richpanel.Core.Deliveries;

namespace Richpanel.Console.Deliveries;

/// <summary>A row on the screen. <see cref="Gone"/>: it changed and no longer belongs to the filter, but does not jump away.</summary>
public sealed record ShownRow(DeliveryRow Row, bool Gone = false);

/// <summary>Keeps a list live without moving a row under the pointer. Pure.</summary>
/// <param name="Rows">The same rows in the same order, with what is new about each.</param>
/// <param name="Newer">Rows that arrived above the first one.</param>
public sealed record LiveRows(IReadOnlyList<ShownRow> Rows, int Newer)
{
    public static LiveRows Merge(IReadOnlyList<ShownRow> shown, DeliveryPage fresh)
    {
        if (shown.Count == 0)
        {
            return new LiveRows([.. fresh.Items.Select(row => new ShownRow(row))], 0);
        }

        var byId = fresh.Items.ToDictionary(row => row.Id);
        var newest = shown.Max(row => row.Row.Id);
        var oldestSeen = fresh.NextCursor is null || fresh.Items.Count == 0 ? 0 : fresh.Items.Min(row => row.Id);
        return new LiveRows(
            [.. shown.Select(row => byId.TryGetValue(row.Row.Id, out var now) ? new ShownRow(now) : row.Row.Id < oldestSeen ? row : row with { Gone = true })],
            fresh.Items.Count(row => row.Id > newest));
    }
}
