using System.Globalization;
using Richpanel.Core.Json;
using Richpanel.Core.Segment;

namespace Richpanel.Core.Mapping;

/// <summary>Moments, which Richpanel wants as Unix milliseconds.</summary>
internal static class Moments
{
    public static JsonTree.Number Milliseconds(DateTimeOffset moment) =>
        new(moment.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));

    /// <summary>How the call's own time came to <paramref name="target"/>, in words.</summary>
    public static string Rule(SegmentCall call, string target)
    {
        var from = call.Sources.Timestamp is { } path ? path[2..] : "time of the envelope, else of receipt";
        return $"{from} → {target} (Unix milliseconds)";
    }
}
