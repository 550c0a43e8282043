using System.Text;
using Richpanel.Core.Mapping;
using Richpanel.Core.Segment;

namespace Richpanel.Tests.Mapping;

/// <summary>A field's source is where its value really stood, also when the reader found it under another name or made it itself.</summary>
public sealed class ProvenanceTests
{
    private static readonly ReadingContext s_context = new(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero), null, ClockHandling.Correct, null);

    [Theory]
    [InlineData("""{"timestamp":"2026-01-31T11:00:00Z"}""", "$.timestamp")]
    [InlineData("""{"originalTimestamp":"2026-01-31T11:00:00Z"}""", "$.originalTimestamp")]
    [InlineData("""{"timestamp":"nonsense","originalTimestamp":"2026-01-31T11:00:00Z"}""", "$.originalTimestamp")]
    [InlineData("{}", null)]
    public void The_time_comes_from_the_member_that_held_it(string call, string? source)
    {
        Assert.Equal(source, Source(Map(call), "$.time.originalTimestamp"));
        Assert.Equal(source, Source(Map(call), "$.properties.created_at"));
    }

    [Fact]
    public void A_time_that_was_used_is_not_named_as_left_out() =>
        Assert.DoesNotContain(Map("""{"originalTimestamp":"2026-01-31T11:00:00Z"}""").Notes, note => note.Code == "not_sent");

    [Fact]
    public void A_time_of_the_envelope_has_no_place_in_the_call() =>
        Assert.Null(Source(Map("{}", s_context with { Envelope = RequestEnvelope.Parse("""{"timestamp":"2026-01-31T11:00:00Z"}""") }), "$.time.originalTimestamp"));

    [Theory]
    [InlineData("""{"messageId":"m1"}""", "$.messageId")]
    [InlineData("{}", null)]
    public void An_id_that_was_made_up_comes_from_nowhere_in_the_call(string call, string? source) =>
        Assert.Equal(source, Source(Map(call), "$.eventId"));

    [Theory]
    [InlineData("""{"anonymousId":"a"}""", "$.anonymousId")]
    [InlineData("""{"anonymous_id":"a"}""", "$.anonymous_id")]
    [InlineData("""{"sessionId":"a"}""", "$.sessionId")]
    public void The_device_comes_from_the_member_that_held_it(string call, string source) =>
        Assert.Equal(source, Source(Map(call), "$.did"));

    [Fact]
    public void The_customer_comes_from_the_old_spelling_that_held_it() =>
        Assert.Equal("$.user_id", Source(Read("""{"type":"track","event":"Custom","user_id":"u1"}"""), "$.userProperties.uid"));

    [Theory]
    [InlineData("""{"type":"page","userId":"u1"}""", "$.type")]
    [InlineData("""{"action":"page","userId":"u1"}""", "$.action")]
    [InlineData("""{"userId":"u1"}""", null)]
    public void The_kind_of_call_comes_from_the_member_that_named_it_or_from_the_path(string call, string? source) =>
        Assert.Equal(source, Source(Read(call, s_context with { ImpliedType = SegmentCallType.Page }), "$.event"));

    private static string? Source(MappingOutcome.Mapped outcome, string target) =>
        Assert.Single(outcome.Provenance, field => field.Target == target).Source;

    /// <summary>An order with these members beside.</summary>
    private static MappingOutcome.Mapped Map(string members, ReadingContext? context = null) =>
        Read($$"""{"type":"track","event":"Order Completed","userId":"u1","properties":{"order_id":"1"},{{members[1..]}}""".Replace(",}", "}", StringComparison.Ordinal), context);

    private static MappingOutcome.Mapped Read(string call, ReadingContext? context = null)
    {
        var reading = Assert.IsType<CallReading.Readable>(SegmentReader.Read(Encoding.UTF8.GetBytes(call), context ?? s_context));
        return Assert.IsType<MappingOutcome.Mapped>(EventMapper.Map(reading.Call, new MappingOptions()));
    }
}
