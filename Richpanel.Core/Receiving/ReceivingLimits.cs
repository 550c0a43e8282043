using System.ComponentModel.DataAnnotations;
using Richpanel.Core.Segment;

namespace Richpanel.Core.Receiving;

/// <summary>Limits of section <c>Receiver</c> that hold for every way in.</summary>
public sealed class ReceivingLimits
{
    /// <summary>More than this no limit may be: beside its copies a larger body would never fit into what the door may hold.</summary>
    private const int MostBytes = 32 * 1024 * 1024;

    /// <summary>Most bytes of one call. A larger one in a readable batch becomes a Failed row, alone it is refused.</summary>
    [Range(1024, 1024 * 1024)]
    public int MaxCallBytes { get; init; } = 32 * 1024;

    /// <summary>Most bytes of a tracking request after decompression.</summary>
    [Range(32 * 1024, MostBytes)]
    public int MaxRequestBytes { get; init; } = 1024 * 1024;

    /// <summary>Most bytes of a webhook request (an array of calls) after decompression.</summary>
    [Range(32 * 1024, MostBytes)]
    public int MaxWebhookBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Most calls in one request; Segment's own limit is the most that can be set.</summary>
    [Range(1, RequestShape.MaxItems)]
    public int MaxItems { get; init; } = RequestShape.MaxItems;
}
