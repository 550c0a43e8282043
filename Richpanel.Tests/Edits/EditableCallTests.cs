using System.Text;
using CsCheck;
using Richpanel.Core.Edits;
using Richpanel.Core.Json;
using Richpanel.Core.Mapping;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;
using Richpanel.Tests.Mapping;

namespace Richpanel.Tests.Edits;

/// <summary>A text that is not edited at all becomes, sent alone and a week later, the same Richpanel call as the original.</summary>
public sealed class EditableCallTests
{
    private const string Around = """
        {"context":{"ip":"203.0.113.9","locale":"de","traits":{"plan":"gold"},"page":{"url":"https://shop.example/"}},"integrations":{"Salesforce":true},"sentAt":"2026-02-01T11:00:00Z","timestamp":"2026-01-31T08:30:00.1234567Z"}
        """;

    private static readonly DateTimeOffset s_received = new DateTimeOffset(2026, 2, 1, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567);

    public static TheoryData<string> Cases => [.. MappingFixtures.Cases.Select((item, number) => $"{number} {item.File}: {item.Case["it"]!.AsText()}")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_fixture_stays_what_it_is_however_it_came(string title)
    {
        var item = MappingFixtures.Cases[int.Parse(title.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture)].Case;
        var call = (JsonTree.Map)item["call"]!;
        var options = Calls.Options(item["options"] as JsonTree.Map);
        var mapped = 0;
        foreach (var (route, envelope) in Ways)
        {
            foreach (var json in Variants(call))
            {
                mapped += StaysTheSame(json, route, envelope, options) ? 1 : 0;
            }
        }

        Assert.NotEqual(0, mapped);
    }

    [Fact]
    public void Whatever_comes_over_the_wire_stays_what_it_is()
    {
        var mapped = 0;
        Gen.Select(WireGenerator.Call, CallGenerator.Options, Gen.Int[0, 4]).Sample(
            (call, options, way) =>
            {
                var (route, envelope) = Ways[way];
                if (StaysTheSame(call, route, envelope, options))
                {
                    Interlocked.Increment(ref mapped);
                }
            },
            iter: 8_000, threads: 2);

        Assert.InRange(mapped, 3_000, 8_000);
    }

    [Fact]
    public void Each_thing_that_is_written_into_it_is_told()
    {
        var edit = Of("""{"userId":"u","event":"A","timestamp":"2026-02-01T10:00:00Z","sentAt":"2026-02-01T11:00:00Z"}""", ReceivedRoute.Track);

        Assert.Equal(
            "{\n  \"userId\": \"u\",\n  \"event\": \"A\",\n  \"timestamp\": \"2026-02-01T11:00:00.1234567Z\",\n  \"type\": \"track\",\n  \"messageId\": \"" + IdIn(edit.Text) + "\"\n}", edit.Text);
        Assert.StartsWith("derived-", IdIn(edit.Text), StringComparison.Ordinal);
        Assert.Equal(
            [
                "It came to the address for track calls and named no type of its own: the type is written into it.",
                "It came without a message id: the one it was given is written into it, so that the event stays the same.",
                "Its time was corrected by when its sender said it was sent: the corrected time is written into it, and sentAt is left away.",
            ],
            edit.Said);
    }

    [Fact]
    public void What_a_batch_had_around_it_is_written_into_it_and_the_calls_own_wins()
    {
        var edit = Of("""{"type":"track","userId":"u","event":"A","messageId":"m","context":{"ip":"198.51.100.1","os":"x"}}""", ReceivedRoute.Batch, Around);

        var call = Calls.Json(edit.Text);
        Assert.Equal("198.51.100.1", ((JsonTree.Map)call["context"]!)["ip"]!.AsText());
        Assert.Equal("x", ((JsonTree.Map)call["context"]!)["os"]!.AsText());
        Assert.Equal("de", ((JsonTree.Map)call["context"]!)["locale"]!.AsText());
        Assert.Equal(
            [
                "It came in a batch: of the batch's context, locale, traits, page are written into it.",
                "It came in a batch: of the batch's integrations, Salesforce is written into it.",
                "The time of its batch is written into it.",
            ],
            edit.Said);
    }

    [Theory]
    [InlineData("""{"type":"track","userId":"u","event":"A","messageId":"m","timestamp":"2026-02-01T10:00:00Z"}""", null)]
    [InlineData("""{"type":"track","userId":"u","event":"A","messageId":"m","timestamp":"2026-02-01T10:00:00Z","sentAt":"2026-02-01T11:00:00Z","receivedAt":"2026-02-01T11:00:01Z"}""", "sentAt is left away: it says when the original was sent.")]
    [InlineData("""{"type":"track","userId":"u","event":"A","messageId":"m"}""", "It came without a time of its own: when it was received is written into it.")]
    public void Its_time_is_told_as_it_was_come_by(string call, string? said) => Assert.Equal(said is null ? [] : [said], Of(call, ReceivedRoute.Console).Said);

    [Theory]
    [InlineData("""["no","object"]""")]
    [InlineData("""{"type":"track","userId":""")]
    [InlineData("")]
    public void What_is_no_object_stands_as_it_came(string text)
    {
        var edit = Of(text, ReceivedRoute.Webhook);

        Assert.Equal((text, 0), (edit.Text, edit.Said.Count));
    }

    private static readonly (ReceivedRoute Route, string? Envelope)[] Ways =
    [
        (ReceivedRoute.Track, null), (ReceivedRoute.Batch, Around), (ReceivedRoute.Batch, null), (ReceivedRoute.Partner, null), (ReceivedRoute.Webhook, null),
    ];

    /// <summary>With and without what the route, the batch or the receipt stand in for.</summary>
    private static IEnumerable<JsonTree.Map> Variants(JsonTree.Map fixture)
    {
        var call = With(With(fixture, "userId", "u1"), "type", "track");
        yield return call;
        yield return Without(call, "type");
        yield return With(call, "sentAt", "2026-02-01T09:00:00Z");
        yield return With(With(With(call, "timestamp", "2026-01-31T12:00:00+01:00"), "sentAt", "2026-02-01T09:00:00Z"), "messageId", "m-1");
        yield return With(With(call, "originalTimestamp", "2026-01-31T12:00:00"), "sentAt", "2026-02-01T13:00:00Z");
        yield return With(With(call, "timestamp", "yesterday"), "sentAt", "soon");
    }

    private static bool StaysTheSame(JsonTree.Map call, ReceivedRoute route, string? envelope, MappingOptions options)
    {
        var json = JsonTreeWriter.Write(call);
        var before = CallReader.Read(Kept(json, route, envelope), 0, Encoding.UTF8.GetByteCount(json));
        var after = SegmentReader.Read(Encoding.UTF8.GetBytes(Of(json, route, envelope).Text), CallReader.ContextOf(ReceivedRoute.Console, s_received.AddDays(7), null));

        Assert.Equal(before.GetType(), after.GetType());
        Assert.Equal(before.Keys, after.Keys);
        if (before is not CallReading.Readable one || EventMapper.Map(one.Call, options) is not MappingOutcome.Mapped { Call: var first })
        {
            return false;
        }

        var second = Assert.IsType<MappingOutcome.Mapped>(EventMapper.Map(((CallReading.Readable)after).Call, options)).Call;
        Assert.True(JsonTree.DeepEquals(first.Content, second.Content), $"{json}\nbecame\n{JsonTreeWriter.Write(second.Content)}\nand was\n{JsonTreeWriter.Write(first.Content)}");
        return true;
    }

    private static EditableCall Of(string call, ReceivedRoute route, string? envelope = null) => EditableCall.Of(Kept(call, route, envelope), 0, Encoding.UTF8.GetByteCount(call));

    private static KeptRequest Kept(string call, ReceivedRoute route, string? envelope) => new(7, 1, 1, Origin.Receiver, route, s_received, Encoding.UTF8.GetBytes(call), envelope);

    private static string IdIn(string text) => Calls.Json(text)["messageId"]!.AsText()!;

    private static JsonTree.Map With(JsonTree.Map call, string key, string value) =>
        call[key] is null ? new JsonTree.Map([.. call.Members, KeyValuePair.Create<string, JsonTree>(key, new JsonTree.Text(value))]) : call;

    private static JsonTree.Map Without(JsonTree.Map call, string key) => new([.. call.Members.Where(member => member.Key != key)]);
}
