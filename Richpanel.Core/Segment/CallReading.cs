using Richpanel.Core.Notes;

namespace Richpanel.Core.Segment;

/// <summary>What can be said of a call however broken it is: the row a person will search for.</summary>
/// <param name="Type">The call type, <see cref="SegmentCallType.Unknown"/> when there is none.</param>
/// <param name="EventName">Event of a track, name of a page, else the type as sent; null when there is nothing to show.</param>
/// <param name="MessageId">Sent or derived id; never empty.</param>
/// <param name="Email">The e-mail the call carries as such (traits, context.traits, properties), for exact search.</param>
/// <param name="OrderId">order_id, orderId, else id of an order event's properties, for exact search.</param>
/// <param name="SessionId">richpanel_session_id, for exact search.</param>
/// <param name="Timestamp">When it happened (corrected), else the receive time.</param>
public sealed record CallKeys(
    SegmentCallType Type,
    string? EventName,
    string MessageId,
    string? UserId,
    string? AnonymousId,
    string? Email,
    string? OrderId,
    string? SessionId,
    DateTimeOffset Timestamp);

/// <summary>What became of the bytes of one call.</summary>
public abstract record CallReading(CallKeys Keys, IReadOnlyList<Note> Notes)
{
    /// <summary>An identify, page or track that the mapper can take.</summary>
    public sealed record Readable(SegmentCall Call, CallKeys Keys, IReadOnlyList<Note> Notes) : CallReading(Keys, Notes);

    /// <summary>Well formed, but nothing this destination takes: screen, group, alias, delete, unknown type.</summary>
    /// <param name="Cause">A code of the cause catalogue: <c>unsupported_event_type</c>, or <c>privacy_delete</c> for delete.</param>
    public sealed record NotSupported(string Cause, CallKeys Keys, IReadOnlyList<Note> Notes) : CallReading(Keys, Notes);

    /// <summary>Broken: will never be sent.</summary>
    /// <param name="Cause">Segment's own discard code (segment.md 1.5), for example <c>no_user_anon_id</c>.</param>
    /// <param name="Path">JSON path of the fault.</param>
    public sealed record Unusable(string Cause, string Path, CallKeys Keys, IReadOnlyList<Note> Notes) : CallReading(Keys, Notes);
}

/// <summary>What the request says about every call in it.</summary>
/// <param name="ReceivedAt">When our door took the request.</param>
/// <param name="ImpliedType">Type named by the route (<c>/v1/track</c>), used when the call names none; null for batches.</param>
/// <param name="Clock">Whether <c>timestamp</c> still has to be corrected by <c>sentAt</c>.</param>
/// <param name="Envelope">Envelope of a batch; null for a single call.</param>
public sealed record ReadingContext(
    DateTimeOffset ReceivedAt,
    SegmentCallType? ImpliedType,
    ClockHandling Clock,
    RequestEnvelope? Envelope)
{
    /// <summary>
    /// Names this arrival (request and place in it), so that a call without id and time gets an id of its own which is the same
    /// whenever the kept call is read again.
    /// </summary>
    public string Arrival { get; init; } = "";
}

public enum ClockHandling
{
    /// <summary>Tracking API: <c>timestamp</c> is the client's own clock; correct it with <c>sentAt</c> (segment.md 3).</summary>
    Correct,

    /// <summary>Segment's cloud posted it: already corrected, never twice.</summary>
    AlreadyCorrected,
}

/// <summary>The parts of a batch envelope that apply to each of its calls, as JSON objects or texts.</summary>
public sealed record RequestEnvelope(
    Json.JsonTree.Map Context,
    Json.JsonTree.Map Integrations,
    Json.JsonTree? SentAt,
    Json.JsonTree? Timestamp)
{
    /// <summary>Reads what <see cref="RequestShape.Envelope"/> wrote; null for null. What is no object counts as empty.</summary>
    /// <exception cref="System.Text.Json.JsonException">The text is no JSON.</exception>
    public static RequestEnvelope? Parse(string? json)
    {
        if (json is null)
        {
            return null;
        }

        var members = Json.JsonTreeReader.Read(System.Text.Encoding.UTF8.GetBytes(json)).Tree as Json.JsonTree.Map ?? Json.JsonTree.Map.Empty;
        return new RequestEnvelope(
            members["context"] as Json.JsonTree.Map ?? Json.JsonTree.Map.Empty,
            members["integrations"] as Json.JsonTree.Map ?? Json.JsonTree.Map.Empty,
            members["sentAt"],
            members["timestamp"]);
    }
}
