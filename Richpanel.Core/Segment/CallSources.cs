namespace Richpanel.Core.Segment;

/// <summary>
/// Where the members that the reader may have found under another name, or made itself, stood in the call: JSON paths, null for
/// what the call itself does not say. Provenance names these, so that nobody looks for a member that was never sent.
/// </summary>
public sealed record CallSources
{
    public string? Type { get; init; } = "$.type";

    public string? UserId { get; init; } = "$.userId";

    public string? AnonymousId { get; init; } = "$.anonymousId";

    public string? MessageId { get; init; } = "$.messageId";

    public string? Timestamp { get; init; } = "$.timestamp";
}
