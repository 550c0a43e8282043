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

    private static readonly ReadingContext s_context = new(
        DateTimeOffset.Parse(DefaultTimestamp, CultureInfo.InvariantCulture), null, ClockHandling.AlreadyCorrected, null);

    public static JsonTree.Map Json(string text) =>
        (JsonTree.Map)JsonTreeReader.Read(Encoding.UTF8.GetBytes(text)).Tree;

    public static SegmentCall Call(string text) => Call(Json(text));

    /// <summary>A call as the real reader hands it over. Without messageId it is <c>m1</c>, without timestamp the default one.</summary>
    public static SegmentCall Call(JsonTree.Map json)
    {
        var bytes = Encoding.UTF8.GetBytes(JsonTreeWriter.Write(With(With(json, "messageId", "m1"), "timestamp", DefaultTimestamp)));
        return Assert.IsType<CallReading.Readable>(SegmentReader.Read(bytes, s_context)).Call;
    }

    /// <summary>Options as a fixture writes them; what it leaves out is the default.</summary>
    public static MappingOptions Options(JsonTree.Map? json) => new()
    {
        OrderFields = json?["orderFields"]?.AsText() == "developer" ? OrderFieldStyle.Developer : OrderFieldStyle.PluginPlus,
        CustomerId = Enum.Parse<CustomerIdRule>(json?["customerId"]?.AsText() ?? "userId", ignoreCase: true),
        TranslateEvents = json?["translateEvents"] is not JsonTree.Flag { Value: false },
    };

    public static MappingOutcome.Mapped Map(string call, MappingOptions? options = null) =>
        Assert.IsType<MappingOutcome.Mapped>(EventMapper.Map(Call(call), options ?? new MappingOptions()));

    private static JsonTree.Map With(JsonTree.Map json, string key, string otherwise) =>
        json[key] is null ? new JsonTree.Map([.. json.Members, KeyValuePair.Create<string, JsonTree>(key, new JsonTree.Text(otherwise))]) : json;
}
