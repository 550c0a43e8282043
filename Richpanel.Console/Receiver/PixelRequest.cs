using Richpanel.Core.Causes;
using Richpanel.Core.Segment;

namespace Richpanel.Console.Receiver;

/// <summary>A call as e-mail images send it (segment.md 1.1): the sender gets its image whatever becomes of it.</summary>
internal static class PixelRequest
{
    private static readonly string[] s_types = ["identify", "group", "alias", "page", "screen", "track"];

    /// <summary>A transparent image of 1×1.</summary>
    public static ReadOnlyMemory<byte> Gif { get; } = Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

    /// <summary>Fills the visit with the call and its write key.</summary>
    /// <exception cref="RefusedException">The address holds no call.</exception>
    public static void Read(DoorVisit visit)
    {
        if (!s_types.Contains(visit.Route.Argument, StringComparer.Ordinal))
        {
            throw Refuse(CauseCatalog.NoSuchRoute, null, $"A pixel is one of {string.Join(", ", s_types)}.");
        }

        var pixel = PixelCall.Decode(visit.Request.Query.Select(member => KeyValuePair.Create(member.Key, member.Value.ToString())), visit.Route.Argument);
        visit.Body = pixel.Call ?? throw Refuse(CauseCatalog.InvalidJson, "data", "The data is not Base64 of a JSON object.");
        visit.AddressKey = pixel.WriteKey;
    }

    private static RefusedException Refuse(Cause cause, string? path, string message) =>
        new(SegmentAnswer.Refused(StatusCodes.Status400BadRequest, cause, path, message));
}
