using Richpanel.Core.Causes;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;

namespace Richpanel.Console.Receiver;

/// <summary>
/// What Segment's cloud is told about a call it posted as to a partner (segment.md 2.1): the customer sees it in Segment's
/// debugger. The call is already kept whatever this says.
/// </summary>
internal static class PartnerAnswer
{
    private const string PrivacyDelete = "privacy_delete";

    public static SegmentAnswer Of(ReadOnlyMemory<byte> call) =>
        SegmentReader.Read(call, CallReader.ContextOf(ReceivedRoute.Partner, DateTimeOffset.UnixEpoch, null)) switch
        {
            CallReading.NotSupported { Cause: not PrivacyDelete } unsupported =>
                SegmentAnswer.Refused(StatusCodes.Status501NotImplemented, CauseCatalog.Find(unsupported.Cause), "$.type"),
            CallReading.Unusable unusable =>
                SegmentAnswer.Refused(StatusCodes.Status400BadRequest, CauseCatalog.Find(unusable.Cause), unusable.Path),
            _ => SegmentAnswer.Accepted,
        };
}
