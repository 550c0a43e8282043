namespace Richpanel.Console.Lab;

/// <summary>Where the text in the editor came from.</summary>
/// <param name="Words">For example <c>the template Order Completed</c>.</param>
/// <param name="Address">A page about it; null when there is none.</param>
/// <param name="Said">What to know about it, as sentences.</param>
public sealed record LabSource(string Words, string? Address = null, IReadOnlyList<string>? Said = null)
{
    /// <summary>The text is sent in place of this delivery; null: it is a call of its own.</summary>
    public LabEdit? Edit { get; init; }

    /// <summary>Personal data in it was shown on request: the browser keeps no draft of it.</summary>
    public bool IsPrivate { get; init; }
}

/// <summary>A text to load, with its source.</summary>
public sealed record LabLoad(string Text, LabSource Source);

/// <summary>What the browser keeps of the lab. Names are part of what it keeps.</summary>
/// <param name="Edit">Id of the delivery that it is to be sent in place of.</param>
public sealed record LabDraft(string Text, string Source, string? Connection, string? Edit = null);
