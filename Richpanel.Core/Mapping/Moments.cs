using System.Globalization;
using Richpanel.Core.Json;
using Richpanel.Core.Segment;

namespace Richpanel.Core.Mapping;

/// <summary>Moments, which Richpanel wants as Unix milliseconds.</summary>
internal static class Moments
{
    /// <summary>An order's own date in any spelling a call's timestamp may have; null when the value is none.</summary>
    public static DateTimeOffset? Read(JsonTree value) => SegmentTimestamp.Read(value).Time;

    public static JsonTree.Number Milliseconds(DateTimeOffset moment) =>
        new(moment.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
}
