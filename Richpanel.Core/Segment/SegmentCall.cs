using Richpanel.Core.Json;

namespace Richpanel.Core.Segment;

/// <summary>Segment's call types (segment.md section 3), with <c>Delete</c>, the privacy deletion Segment sends to partners.</summary>
public enum SegmentCallType
{
    Unknown = 0,
    Identify = 1,
    Page = 2,
    Track = 3,
    Screen = 4,
    Group = 5,
    Alias = 6,
    Delete = 7,
}

/// <summary>
/// One Segment call that can be mapped: an identify, page or track with at least one id. Times are UTC.
/// </summary>
public sealed record SegmentCall
{
    public required SegmentCallType Type { get; init; }

    /// <summary>Segment's <c>messageId</c>, or the one derived by promise 9 of the design.</summary>
    public required string MessageId { get; init; }

    public string? UserId { get; init; }

    public string? AnonymousId { get; init; }

    /// <summary>The event name of a track call, as sent.</summary>
    public string? Event { get; init; }

    /// <summary>Name of a page call; null when it has none.</summary>
    public string? Name { get; init; }

    /// <summary>Category of a page call; null when it has none.</summary>
    public string? Category { get; init; }

    /// <summary>When it happened, corrected for the sender's clock where that applies (segment.md section 3).</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary><c>properties</c> of a page or track; empty for identify.</summary>
    public JsonTree.Map Properties { get; init; } = JsonTree.Map.Empty;

    /// <summary>Top-level <c>traits</c> of an identify; empty for others (theirs are in <c>context.traits</c>).</summary>
    public JsonTree.Map Traits { get; init; } = JsonTree.Map.Empty;

    /// <summary><c>context</c> with the envelope's merged in; the call's own keys win.</summary>
    public JsonTree.Map Context { get; init; } = JsonTree.Map.Empty;

    /// <summary><c>integrations</c> with the envelope's merged in; the call's own keys win.</summary>
    public JsonTree.Map Integrations { get; init; } = JsonTree.Map.Empty;

    /// <summary>Where type, ids and time stood; as today's libraries write them unless the reader says otherwise.</summary>
    public CallSources Sources { get; init; } = new();

    /// <summary>
    /// Every other top-level member as sent (for example <c>channel</c>, <c>version</c>, <c>sentAt</c>, <c>_metadata</c>),
    /// so that the mapper can name what it does not send. Never holds <c>writeKey</c>.
    /// </summary>
    public JsonTree.Map Rest { get; init; } = JsonTree.Map.Empty;
}
