namespace Richpanel.Core.Segment;

/// <summary>Segment's names of the call types. Any letter case is understood.</summary>
public static class CallTypes
{
    public static SegmentCallType Parse(string text) => text.Trim().ToLowerInvariant() switch
    {
        "identify" => SegmentCallType.Identify,
        "page" => SegmentCallType.Page,
        "track" => SegmentCallType.Track,
        "screen" => SegmentCallType.Screen,
        "group" => SegmentCallType.Group,
        "alias" => SegmentCallType.Alias,
        "delete" => SegmentCallType.Delete,
        _ => SegmentCallType.Unknown,
    };

    public static string Name(SegmentCallType type) => type.ToString().ToLowerInvariant();
}
