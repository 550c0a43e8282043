using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>A view as a tab shows it.</summary>
/// <param name="Id">Public id (<c>viw_…</c>), or the word of a built-in one such as <c>failed</c>.</param>
/// <param name="Columns">Names of the columns in their order; null = as the person has them.</param>
/// <param name="IsBuiltIn">Cannot be changed.</param>
/// <param name="IsShared">Everybody has it.</param>
/// <param name="MayChange">Whoever asked may change and delete it.</param>
public sealed record LogView(string Id, string Name, LogQuery Query, IReadOnlyList<string>? Columns, bool IsBuiltIn, bool IsShared, bool MayChange)
{
    /// <summary>Its query could not be opened, because the key that sealed it is gone: show it, and offer to delete it.</summary>
    public bool IsLost { get; init; }
}

/// <summary>What a view shall be.</summary>
/// <param name="Query">May hold personal values while it is not shared: it is kept encrypted.</param>
/// <param name="Position">Among the saved ones, from 0; null = where it is, or last.</param>
public sealed record LogViewDraft(string Name, LogQuery Query, IReadOnlyList<string>? Columns = null, bool IsShared = false, int? Position = null);

/// <summary>The view, or sentences that say why it was not kept.</summary>
public sealed record LogViewOutcome(LogView? View, IReadOnlyList<(string Field, string Text)> Faults);
