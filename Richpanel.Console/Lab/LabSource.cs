namespace Richpanel.Console.Lab;

/// <summary>Where the text in the editor came from.</summary>
/// <param name="Words">For example <c>the template Order Completed</c>.</param>
/// <param name="Address">A page about it; null when there is none.</param>
/// <param name="Said">What to know about it, as sentences.</param>
public sealed record LabSource(string Words, string? Address = null, IReadOnlyList<string>? Said = null);

/// <summary>A text to load, with its source.</summary>
public sealed record LabLoad(string Text, LabSource Source);

/// <summary>What the browser keeps of the lab. Names are part of what it keeps.</summary>
public sealed record LabDraft(string Text, string Source, string? Connection);
