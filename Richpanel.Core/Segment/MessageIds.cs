using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Richpanel.Core.Json;
using Richpanel.Core.Notes;

namespace Richpanel.Core.Segment;

/// <summary>The id of a call (promise 9): as sent, else derived from its content, else of this one arrival.</summary>
internal static class MessageIds
{
    /// <summary>Segment's own limit (segment.md section 1.4); longer ones are used all the same.</summary>
    private const int LongestBySegment = 100;

    /// <returns>The id, and where it stood; null when it was made here.</returns>
    public static (string Id, string? Path) Of(JsonTree.Map call, ReadingContext context, List<Note> notes)
    {
        switch (call["messageId"])
        {
            case JsonTree.Text { Value.Length: > 0 } text:
                if (text.Value.Length > LongestBySegment)
                {
                    notes.Add(NoteCatalog.MessageIdLong.At("$.messageId"));
                }

                return (text.Value, "$.messageId");
            case JsonTree.Number number:
                notes.Add(NoteCatalog.IdWasNumber.At("$.messageId", "messageId"));
                return (number.Digits, "$.messageId");
            case not (null or JsonTree.Null or JsonTree.Text):
                notes.Add(NoteCatalog.MessageIdUnusable.At("$.messageId"));
                break;
        }

        // With a time of its own, the same content is the same event however often it is sent; without one it need not be.
        if (SegmentTimestamp.Read(call["timestamp"]).Time is not null || SegmentTimestamp.Read(call["originalTimestamp"]).Time is not null)
        {
            notes.Add(NoteCatalog.MessageIdDerived.At(null));
            return ("derived-" + Hash(Content(call)), null);
        }

        notes.Add(NoteCatalog.MessageIdFresh.At(null));
        return (Fresh(call, context), null);
    }

    /// <summary>Unique for this arrival, and the same whenever this arrival is read again.</summary>
    public static string Fresh(JsonTree call, ReadingContext context) =>
        "fresh-" + Hash($"{context.Arrival} {context.ReceivedAt.UtcTicks.ToString(CultureInfo.InvariantCulture)} {Content(call)}");

    /// <summary>Without what changes when the same event is sent again.</summary>
    private static string Content(JsonTree call) => JsonTreeWriter.Write(call is JsonTree.Map map
        ? new JsonTree.Map([.. map.Members.Where(member => member.Key is not ("messageId" or "sentAt" or "receivedAt" or "writeKey" or "_metadata"))])
        : call);

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
