namespace Richpanel.Core.Deliveries.Query;

/// <summary>A value of a key, and how many rows have it.</summary>
/// <param name="Value">As the language writes it: a state in lower case, the name of a connection, an event.</param>
/// <param name="Label">More for people, such as the title of a cause; null when the value says it all.</param>
public sealed record LogCounted(string Value, long Count, string? Label = null);
