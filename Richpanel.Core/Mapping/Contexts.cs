using Richpanel.Core.Json;
using Richpanel.Core.Notes;
using Richpanel.Core.Segment;

namespace Richpanel.Core.Mapping;

/// <summary>What of <c>context</c> Richpanel has a place for: ip, page and user agent. Everything else is named in a note.</summary>
internal static class Contexts
{
    public static JsonTree.Map Read(PropertyBag context, Shape to)
    {
        if (CallParts.TakeWords(context, "ip") is { } ip)
        {
            var address = new Shape(to.PathOf("ip"), to.Trail);
            address.Keep("networkIP", ip);
            to.Put("ip", address.ToTree());
        }

        if (context.Peek("page") is { Value: JsonTree.Map } page)
        {
            context.TakeAway(page);
            to.Keep("page", page);
        }

        if (CallParts.TakeWords(context, "userAgent") is { } userAgent)
        {
            to.Keep("userAgent", userAgent);
        }

        return to.ToTree();
    }

    /// <summary>Names what stays behind: promise 4 of the design. Call it last, when every rule has taken its part.</summary>
    public static void NameUnsent(SegmentCall call, CallParts parts, MappingTrail trail)
    {
        var traits = parts.ContextTraits.Rest();
        if (traits.Count > 0)
        {
            trail.TraitsNotSent(traits, call.Type == SegmentCallType.Identify ? NoteCatalog.ContextTraitsNotSent : NoteCatalog.TraitsNotSent);
        }

        if (call.Type == SegmentCallType.Identify)
        {
            trail.NotSent(parts.Properties.Rest());
        }
        else if (parts.Traits.Rest() is { Count: > 0 } own)
        {
            trail.TraitsNotSent(own, NoteCatalog.TraitsNotSent);
        }

        trail.NotSent([.. parts.Context.Rest().Where(member => !IsContextTraits(member, parts))]);
        trail.NotSent(new PropertyBag(call.Integrations, "$.integrations").Rest());
        trail.NotSent(parts.Rest.Rest());
    }

    /// <summary>The object whose members were named one by one; an empty one is named as it stands.</summary>
    private static bool IsContextTraits(Found member, CallParts parts) =>
        member.Value is JsonTree.Map { Members.Count: > 0 } && member.Path == parts.ContextTraits.Path;
}
