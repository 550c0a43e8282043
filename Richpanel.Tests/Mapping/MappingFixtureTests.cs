using Richpanel.Core.Json;
using Richpanel.Core.Mapping;

namespace Richpanel.Tests.Mapping;

/// <summary>
/// Every fixture says the whole outgoing call. What a case leaves out of <c>becomes</c> is fixed here: userId <c>u1</c>,
/// messageId <c>m1</c>, the default timestamp, an empty context, and our own platform and version.
/// </summary>
public sealed class MappingFixtureTests
{
    private static readonly JsonTree.Map s_defaults = Calls.Json("""
        {"context":{},"eventId":"m1","platform":"segment","version":"1","time":{"originalTimestamp":1769860800000},"userProperties":{"uid":"u1"}}
        """);

    public static TheoryData<string> Cases => [.. MappingFixtures.Cases.Select(item => Title(item.File, item.Case))];

    public static TheoryData<string, string> Translated
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (name, richpanel) in MappingFixtures.Translated)
            {
                data.Add(name, richpanel);
            }

            return data;
        }
    }

    public static TheoryData<string> Unchanged => [.. MappingFixtures.Unchanged];

    public static TheoryData<string> Filters => [.. MappingFixtures.Filters.Select(JsonTreeWriter.Write)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Maps_as_the_fixture_says(string title)
    {
        var item = MappingFixtures.Cases.Single(item => Title(item.File, item.Case) == title).Case;

        var outcome = Assert.IsType<MappingOutcome.Mapped>(
            EventMapper.Map(Calls.Call(With(Calls.Json("""{"type":"track","userId":"u1"}"""), (JsonTree.Map)item["call"]!)), Calls.Options(item["options"] as JsonTree.Map)));

        var expected = With(s_defaults, (JsonTree.Map)item["becomes"]!);
        Assert.Equal(Sorted(expected), Sorted(outcome.Call.Content));
        var codes = (item["notes"] as JsonTree.List)?.Items.Select(code => code.AsText()!) ?? [];
        Assert.Equal(codes.Order(StringComparer.Ordinal), outcome.Notes.Select(note => note.Code).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Translated))]
    public void Names_of_the_table_become_native_events(string name, string richpanel) =>
        Assert.Equal(richpanel, Track(name, new MappingOptions())["event"]?.AsText());

    [Theory]
    [MemberData(nameof(Translated))]
    public void With_translation_off_the_name_stands(string name, string richpanel)
    {
        Assert.NotEqual(name, richpanel);
        Assert.Equal(name, Track(name, new MappingOptions { TranslateEvents = false })["event"]?.AsText());
    }

    [Theory]
    [MemberData(nameof(Unchanged))]
    public void All_other_names_stay_as_they_are_with_their_properties(string name)
    {
        var content = Track(name, new MappingOptions());

        Assert.Equal(name, content["event"]?.AsText());
        Assert.Equal("""{"product_id":"p1","id":"x","products":[]}""", JsonTreeWriter.Write(content["properties"]!));
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void Integrations_decide_whether_a_call_is_for_us(string filter)
    {
        var item = Calls.Json(filter);
        var call = Calls.Json("""{"type":"identify","userId":"u1"}""");

        var outcome = EventMapper.Map(Calls.Call(With(call, new JsonTree.Map([KeyValuePair.Create("integrations", item["integrations"]!)]))), new MappingOptions());

        if (item["allowed"] is JsonTree.Flag { Value: true })
        {
            Assert.IsType<MappingOutcome.Mapped>(outcome);
        }
        else
        {
            Assert.Equal("filtered_by_integrations", Assert.IsType<MappingOutcome.Skipped>(outcome).Cause);
        }
    }

    [Fact]
    public void Every_rule_of_the_catalogue_has_a_fixture_in_both_word_orders()
    {
        var missing = EventCatalog.Rules.SelectMany(rule => rule.Phrases, (rule, phrase) => (rule.RichpanelName, phrase))
            .Where(entry => !MappingFixtures.Translated.Any(pair =>
                pair.Richpanel == entry.RichpanelName && pair.Name.Equals(entry.phrase, StringComparison.OrdinalIgnoreCase)));

        Assert.Empty(missing);
    }

    [Fact]
    public void Every_native_event_has_a_fixture_with_its_properties()
    {
        var covered = MappingFixtures.Cases.Select(item => (item.Case["becomes"] as JsonTree.Map)?["event"]?.AsText());

        Assert.Empty(EventCatalog.Rules.Select(rule => rule.RichpanelName).Append("identify").Append("page_view").Except(covered));
    }

    [Fact]
    public void Every_event_name_of_the_specifications_has_a_fixture() =>
        Assert.Empty(SegmentSpec.EventNames.Except(MappingFixtures.Translated.Select(pair => pair.Name).Concat(MappingFixtures.Unchanged)));

    [Fact]
    public void Every_mapping_note_has_a_fixture()
    {
        var covered = MappingFixtures.Cases.SelectMany(item => (item.Case["notes"] as JsonTree.List)?.Items ?? []).Select(code => code.AsText());

        Assert.NotEmpty(MappingNotes.Codes);
        Assert.Empty(MappingNotes.Codes.Except(covered));
    }

    private static JsonTree.Map Track(string name, MappingOptions options)
    {
        var call = With(
            Calls.Json("""{"type":"track","userId":"u1","properties":{"product_id":"p1","id":"x","products":[]}}"""),
            new JsonTree.Map([KeyValuePair.Create<string, JsonTree>("event", new JsonTree.Text(name))]));
        return Assert.IsType<MappingOutcome.Mapped>(EventMapper.Map(Calls.Call(call), options)).Call.Content;
    }

    private static string Title(string file, JsonTree.Map item) => $"{file} – {item["it"]!.AsText()}";

    private static JsonTree.Map With(JsonTree.Map defaults, JsonTree.Map given) =>
        new([.. defaults.Members.Where(member => given[member.Key] is null), .. given.Members]);

    /// <summary>Comparable text: keys in order at every depth, so that a difference is shown where it is.</summary>
    private static string Sorted(JsonTree tree) => JsonTreeWriter.Write(Sort(tree)).Replace(",\"", ",\n\"", StringComparison.Ordinal);

    private static JsonTree Sort(JsonTree tree) => tree switch
    {
        JsonTree.Map map => new JsonTree.Map([.. map.Members.OrderBy(member => member.Key, StringComparer.Ordinal)
            .Select(member => KeyValuePair.Create(member.Key, Sort(member.Value)))]),
        JsonTree.List list => new JsonTree.List([.. list.Items.Select(Sort)]),
        _ => tree,
    };
}
