using Microsoft.Extensions.Options;
using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;

namespace Richpanel.Console.Receiver;

/// <summary>A request on its way through the door: what is known of it so far, for the answer and for the record of a refusal.</summary>
internal sealed class DoorVisit(HttpContext context, ReceiverRoute route)
{
    public HttpContext Context { get; } = context;

    public HttpRequest Request => Context.Request;

    public ReceiverRoute Route { get; } = route;

    public Source? Source { get; set; }

    /// <summary>The body when it could be read; only valid until the visit ends.</summary>
    public Memory<byte> Body { get; set; }

    /// <summary>A write key that came in the address (pixel); it is not part of the body.</summary>
    public string? AddressKey { get; set; }

    /// <summary>The request is on disk: whatever the sender is told, it was let in and counts as that.</summary>
    public bool IsKept { get; set; }
}

/// <summary>The checks every body passes once it is read: shape, limits, masking; then the durable row.</summary>
internal sealed class Admission(CallDoor door, IOptions<ReceivingLimits> limits)
{
    public int BodyLimit(ReceivedRoute route) =>
        route == ReceivedRoute.Webhook ? limits.Value.MaxWebhookBytes : limits.Value.MaxRequestBytes;

    /// <summary>The body's shape; throws <see cref="RefusedException"/> when it is none that can be let in.</summary>
    public RequestShape Look(DoorVisit visit)
    {
        if (visit.Body.Length == 0)
        {
            throw Refuse(CauseCatalog.EmptyBody);
        }

        var shape = RequestShape.Read(visit.Body.Span, CallReader.KindOf(visit.Route.Received));
        if (BodyFault.Of(shape) is { } fault)
        {
            throw Refuse(fault.Cause, fault.Path, fault.Message);
        }

        if (shape.ItemCount > limits.Value.MaxItems)
        {
            throw Refuse(
                CauseCatalog.TooManyItems, "$.batch", $"The request has {shape.ItemCount} calls, {limits.Value.MaxItems} are allowed. Send smaller batches.");
        }

        if (shape.EnvelopeBytes > limits.Value.MaxCallBytes)
        {
            // Every call of the batch gets it: a small request would become thousands of large calls.
            throw Refuse(
                CauseCatalog.TooLarge, "$.context", $"What the envelope gives to each of its calls (context, integrations) has {shape.EnvelopeBytes} bytes, {limits.Value.MaxCallBytes} are allowed as for a call. Send less of it.");
        }

        if (shape.ItemCount == 1 && visit.Route.Received != ReceivedRoute.Batch)
        {
            JudgeSingle(shape.Items[0]);
        }

        return shape;
    }

    /// <summary>Keeps the request; ends after the commit.</summary>
    public Task<long> KeepAsync(DoorVisit visit, Source source, RequestShape shape)
    {
        shape.OverwriteKeys(visit.Body.Span);
        return door.KeepAsync(new AdmittedRequest(source, visit.Route.Received, Origin.Receiver, visit.Body, shape.Envelope));
    }

    private void JudgeSingle(CallSlice call)
    {
        if (call.Length > limits.Value.MaxCallBytes)
        {
            throw Refuse(
                CauseCatalog.TooLarge, "$", $"The call has {call.Length} bytes, {limits.Value.MaxCallBytes} are allowed. Send less in one call.");
        }

        if (!call.IsObject)
        {
            throw Refuse(CauseCatalog.NotAnObject, "$", "A call is a JSON object. Send one such as {\"type\":\"track\",…}.");
        }
    }

    private static RefusedException Refuse(Cause cause, string? path = null, string? message = null) =>
        new(SegmentAnswer.Refused(StatusCodes.Status400BadRequest, cause, path, message));
}
