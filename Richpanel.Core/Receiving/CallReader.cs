using Richpanel.Core.Segment;

namespace Richpanel.Core.Receiving;

/// <summary>Reads a kept call again exactly as the expander read it: the same route, times and envelope.</summary>
public static class CallReader
{
    /// <summary>What the request says about each of its calls.</summary>
    public static ReadingContext ContextOf(ReceivedRoute route, DateTimeOffset receivedAt, string? envelope) =>
        new(receivedAt, ImpliedType(route), ClockOf(route), RequestEnvelope.Parse(envelope));

    public static CallReading Read(KeptRequest request, int offset, int length) =>
        Read(request, ContextOf(request.Route, request.ReceivedAt, request.Envelope), offset, length);

    internal static CallReading Read(KeptRequest request, ReadingContext context, int offset, int length) =>
        SegmentReader.Read(request.Call(offset, length), context with { Arrival = $"{request.Id}:{offset}" });

    public static SegmentCallType? ImpliedType(ReceivedRoute route) => route switch
    {
        ReceivedRoute.Identify => SegmentCallType.Identify,
        ReceivedRoute.Track => SegmentCallType.Track,
        ReceivedRoute.Page => SegmentCallType.Page,
        ReceivedRoute.Screen => SegmentCallType.Screen,
        ReceivedRoute.Group => SegmentCallType.Group,
        ReceivedRoute.Alias => SegmentCallType.Alias,
        _ => null,
    };

    /// <summary>Segment's cloud has corrected the clock before it posts to a partner or a webhook; never twice.</summary>
    public static ClockHandling ClockOf(ReceivedRoute route) =>
        route is ReceivedRoute.Partner or ReceivedRoute.Webhook ? ClockHandling.AlreadyCorrected : ClockHandling.Correct;

    /// <summary>How a body of this route holds its calls.</summary>
    public static BodyKind KindOf(ReceivedRoute route) => route switch
    {
        ReceivedRoute.Batch => BodyKind.Batch,
        ReceivedRoute.Webhook => BodyKind.Webhook,
        _ => BodyKind.Single,
    };
}
