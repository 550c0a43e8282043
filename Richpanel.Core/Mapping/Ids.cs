using Richpanel.Core.Json;
using Richpanel.Core.Notes;
using Richpanel.Core.Segment;

namespace Richpanel.Core.Mapping;

/// <summary>The ids at the top of a Richpanel call: device (<c>did</c>), session (<c>sid</c>), event (<c>eventId</c>).</summary>
internal static class Ids
{
    private const string SessionKey = "richpanel_session_id";

    /// <summary>anonymousId, else the top-level sessionId of old libraries (segment.md 5.2). False when the call has neither.</summary>
    public static bool Device(SegmentCall call, CallParts parts, Shape to)
    {
        if (!string.IsNullOrEmpty(call.AnonymousId))
        {
            to.Put("did", new JsonTree.Text(call.AnonymousId), call.Sources.AnonymousId, $"{call.Sources.AnonymousId?[2..]} → did");
        }
        else if (CallParts.TakeWords(parts.Rest, "sessionId") is { } old)
        {
            to.Keep("did", old);
        }

        return to.Has("did");
    }

    /// <summary>
    /// The session id, from the first place that has one; it leaves the custom properties everywhere. A second, different
    /// one is named, since Richpanel takes only one.
    /// </summary>
    public static void Session(CallParts parts, Shape to)
    {
        JsonTree? first = null;
        foreach (var bag in new[] { parts.Properties, parts.Traits, parts.Context, parts.ContextTraits })
        {
            if (TakeSession(bag) is not { } found)
            {
                continue;
            }

            var sid = found.Value is JsonTree.Number number ? new JsonTree.Text(number.Digits) : found.Value;
            if (first is null)
            {
                first = sid;
                to.Put("sid", sid, found.Path, $"{found.Key} → sid");
            }
            else if (JsonTree.DeepEquals(first, sid))
            {
                to.Trail.Moved("$.sid", found.Path, "the same value, sent once");
            }
            else
            {
                to.Trail.Note(NoteCatalog.SessionIdDiffers, found.Path);
            }
        }
    }

    private static Found? TakeSession(PropertyBag bag)
    {
        var found = bag.Peek(SessionKey);
        if (found is not { Value: JsonTree.Number } && CallParts.PeekWords(bag, SessionKey) is null)
        {
            return null;
        }

        bag.TakeAway(found!.Value);
        return found;
    }
}
