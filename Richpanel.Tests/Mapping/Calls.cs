using System.Globalization;
using System.Text;
using Richpanel.Core.Json;
using Richpanel.Core.Mapping;
using Richpanel.Core.Segment;

namespace Richpanel.Tests.Mapping;

/// <summary>Segment calls written as JSON, and back: the shape of fixtures, of the generator and of facade's input.</summary>
internal static class Calls
{
    public const string DefaultTimestamp = "2026-01-31T12:00:00.000Z";

    private static readonly HashSet<string> s_known = new(StringComparer.Ordinal)
    {
        "type", "messageId", "userId", "anonymousId", "event", "name", "category", "timestamp",
        "properties", "traits", "context", "integrations",
    };

    public static JsonTree.Map Json(string text) =>
        (JsonTree.Map)JsonTreeReader.Read(Encoding.UTF8.GetBytes(text)).Tree;

    public static SegmentCall Call(string text) => Call(Json(text));

    /// <summary>A call as the reader would hand it over. Without messageId it is <c>m1</c>, without timestamp the default one.</summary>
    public static SegmentCall Call(JsonTree.Map json) => new()
    {
        Type = Enum.Parse<SegmentCallType>(json["type"]!.AsText()!, ignoreCase: true),
        MessageId = json["messageId"]?.AsText() ?? "m1",
        UserId = json["userId"]?.AsText(),
        AnonymousId = json["anonymousId"]?.AsText(),
        Event = json["event"]?.AsText(),
        Name = json["name"]?.AsText(),
        Category = json["category"]?.AsText(),
        Timestamp = DateTimeOffset.Parse(json["timestamp"]?.AsText() ?? DefaultTimestamp, CultureInfo.InvariantCulture),
        Properties = Member(json, "properties"),
        Traits = Member(json, "traits"),
        Context = Member(json, "context"),
        Integrations = Member(json, "integrations"),
        Rest = new JsonTree.Map([.. json.Members.Where(member => !s_known.Contains(member.Key))]),
    };

    /// <summary>Options as a fixture writes them; what it leaves out is the default.</summary>
    public static MappingOptions Options(JsonTree.Map? json) => new()
    {
        OrderFields = json?["orderFields"]?.AsText() == "developer" ? OrderFieldStyle.Developer : OrderFieldStyle.PluginPlus,
        CustomerId = Enum.Parse<CustomerIdRule>(json?["customerId"]?.AsText() ?? "userId", ignoreCase: true),
        TranslateEvents = json?["translateEvents"] is not JsonTree.Flag { Value: false },
    };

    public static MappingOutcome.Mapped Map(string call, MappingOptions? options = null) =>
        Assert.IsType<MappingOutcome.Mapped>(EventMapper.Map(Call(call), options ?? new MappingOptions()));

    private static JsonTree.Map Member(JsonTree.Map json, string key) => json[key] as JsonTree.Map ?? JsonTree.Map.Empty;
}
