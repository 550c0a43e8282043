namespace Richpanel.Core.Notes;

public enum NoteSeverity
{
    Info,
    Warning,
    Error,
}

/// <summary>What Reader or Mapper has to say about one call.</summary>
/// <param name="Code">Stable code from <see cref="NoteCatalog"/>, for example <c>order_without_customer</c>.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Path">JSON path in the Segment call, for example <c>$.properties.total</c>; null when the call as a whole is meant.</param>
/// <param name="Text">One sentence in plain words. Names keys, never personal values.</param>
/// <param name="Remedy">What to do about it, or why nothing needs doing.</param>
public sealed record Note(string Code, NoteSeverity Severity, string? Path, string Text, string Remedy);

/// <summary>Where an outgoing field came from.</summary>
/// <param name="Target">JSON path in the Richpanel call, for example <c>$.properties.order_id</c>.</param>
/// <param name="Source">JSON path in the Segment call; null for a value that came from a default or an option.</param>
/// <param name="Rule">The rule that moved it, in words, for example <c>total → amount</c>.</param>
public sealed record Provenance(string Target, string? Source, string Rule);
