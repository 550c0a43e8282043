using Richpanel.Core.Json;
using Richpanel.Core.Segment;

namespace Richpanel.Core.Mapping;

/// <summary>
/// Whether the call's <c>integrations</c> let it through to us: the answer of facade's <c>enabled("Richpanel")</c>
/// (segment.md 5.5), the same that Segment's own destinations go by.
/// </summary>
internal static class Filters
{
    /// <summary>Our name in <c>integrations</c>; its case counts.</summary>
    public const string IntegrationName = "Richpanel";

    public static bool Allows(SegmentCall call)
    {
        // Old libraries wrote "options" where there is "context" today.
        var options = call.Rest["options"] as JsonTree.Map ?? call.Context;
        var providers = Member(options, "providers");
        var all = Flag(providers, "all") ?? Flag(options, "all") ?? Flag(call.Integrations, "all") ?? true;
        var named = call.Integrations.Members.Count > 0 ? call.Integrations : providers ?? options;
        return named[IntegrationName] switch
        {
            null => all,
            JsonTree.Flag flag => flag.Value,
            _ => true,   // options for us, and even null or "false": Segment's own reading
        };
    }

    private static JsonTree.Map? Member(JsonTree.Map of, string name) =>
        new PropertyBag(of, JsonPath.Root).Peek(name)?.Value as JsonTree.Map;

    private static bool? Flag(JsonTree.Map? of, string name) =>
        of is not null && new PropertyBag(of, JsonPath.Root).Peek(name) is { Value: JsonTree.Flag flag } ? flag.Value : null;
}
