using System.Text;
using CsCheck;
using Richpanel.Core.Json;
using Richpanel.Core.Segment;

namespace Richpanel.Tests.Segment;

public sealed class SegmentReaderTests
{
    private static readonly DateTimeOffset s_received = new(2026, 1, 31, 18, 36, 50, 200, TimeSpan.Zero);
    private static readonly ReadingContext s_single = new(s_received, null, ClockHandling.Correct, null);

    [Theory]
    [InlineData("", "bad_request")]
    [InlineData("[]", "bad_request")]
    [InlineData("null", "bad_request")]
    [InlineData("""{"type":"track","event":"E"}""", "no_user_anon_id")]
    [InlineData("""{"type":"track","event":"E","userId":null,"anonymousId":null}""", "no_user_anon_id")]
    [InlineData("""{"type":"track","event":"E","userId":{}}""", "id_not_string")]
    [InlineData("""{"type":"track","event":"E","userId":true}""", "id_not_string")]
    [InlineData("""{"type":"track","userId":"u"}""", "event_not_defined")]
    [InlineData("""{"type":"track","userId":"u","event":7}""", "event_not_string")]
    [InlineData("""{"type":"track","userId":"u","event":"E","properties":"x"}""", "properties_not_object")]
    [InlineData("""{"type":"identify","userId":"u","traits":[]}""", "traits_not_object")]
    [InlineData("""{"type":"identify","userId":"u","traits":"x"}""", "traits_not_object")]
    [InlineData("""{"type":"page","userId":"u","name":1}""", "name_not_string")]
    [InlineData("""{"type":"page","userId":"u","category":[]}""", "category_not_string")]
    [InlineData("""{"userId":"u","event":"E"}""", "bad_request")]
    [InlineData("""{"type":null,"userId":"u","event":"E"}""", "bad_request")]
    [InlineData("""{"type":7,"userId":"u","event":"E"}""", "bad_request")]
    [InlineData("""{"type":" ","userId":"u","event":"E"}""", "bad_request")]
    public void A_broken_call_is_told_by_the_discard_code_of_Segment(string call, string cause) =>
        Assert.Equal(cause, Assert.IsType<CallReading.Unusable>(Read(call)).Cause);

    [Theory]
    [InlineData("""{"type":"screen","userId":"u"}""", "unsupported_event_type")]
    [InlineData("""{"type":"group","userId":"u"}""", "unsupported_event_type")]
    [InlineData("""{"type":"alias","userId":"u"}""", "unsupported_event_type")]
    [InlineData("""{"type":"what","userId":"u"}""", "unsupported_event_type")]
    [InlineData("""{"type":"delete","userId":"u","context":[]}""", "privacy_delete")]
    public void Types_that_Richpanel_does_not_take_are_not_broken(string call, string cause) =>
        Assert.Equal(cause, Assert.IsType<CallReading.NotSupported>(Read(call)).Cause);

    [Fact]
    public void Ids_that_are_numbers_become_text_with_all_their_digits_and_a_note()
    {
        var reading = Readable("""{"type":"identify","userId":12345678901234567890,"traits":null}""");

        Assert.Equal("12345678901234567890", reading.Call.UserId);
        Assert.Contains(reading.Notes, note => note.Path == "$.userId");
        Assert.Empty(reading.Call.Traits.Members);
    }

    [Fact]
    public void What_has_no_place_of_its_own_is_in_the_rest_but_never_the_write_key()
    {
        var call = Readable("""{"type":"track","event":"E","userId":"u","channel":"server","writeKey":"K","version":2}""").Call;

        Assert.Equal(["channel", "version"], call.Rest.Members.Select(member => member.Key));
    }

    [Fact]
    public void The_last_of_duplicate_keys_counts_and_lone_surrogates_are_replaced_both_with_a_note()
    {
        var reading = Readable("""{"type":"track","event":"E","userId":"a","userId":"b","properties":{"x":"\ud83d!","n":1e400}}""");

        Assert.Equal("b", reading.Call.UserId);
        Assert.Equal("\uFFFD!", reading.Call.Properties["x"]!.AsText());
        Assert.Equal("1e400", Assert.IsType<JsonTree.Number>(reading.Call.Properties["n"]).Digits);
        Assert.Contains(reading.Notes, note => note is { Code: "duplicate_key", Path: "$.userId" });
        Assert.Contains(reading.Notes, note => note.Path == "$.properties.x");
        Assert.Contains(reading.Notes, note => note.Path == "$.properties.n");
    }

    [Fact]
    public void The_clock_of_the_sender_is_corrected_as_in_the_example_of_the_reference()
    {
        const string Call = """{"type":"track","event":"E","userId":"u","timestamp":"2026-01-31T20:36:40Z","sentAt":"2026-01-31T20:36:50Z"}""";

        Assert.Equal(new DateTimeOffset(2026, 1, 31, 18, 36, 40, 200, TimeSpan.Zero), Readable(Call).Call.Timestamp);
        Assert.Equal(
            new DateTimeOffset(2026, 1, 31, 20, 36, 40, TimeSpan.Zero),
            Read(Call, s_single with { Clock = ClockHandling.AlreadyCorrected }).Keys.Timestamp);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"nonsense\"")]
    [InlineData("{}")]
    public void Without_a_readable_sentAt_nothing_is_corrected(string sentAt) =>
        Assert.Equal(
            new DateTimeOffset(2026, 1, 31, 20, 36, 40, TimeSpan.Zero),
            Readable($$"""{"type":"track","event":"E","userId":"u","timestamp":"2026-01-31T20:36:40Z","sentAt":{{sentAt}}}""").Call.Timestamp);

    [Fact]
    public void An_explicit_timestamp_wins_over_the_automatic_originalTimestamp() =>
        Assert.Equal(
            new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero),
            Readable("""{"type":"track","event":"E","userId":"u","originalTimestamp":"2021-01-01T00:00:00Z","timestamp":"2020-01-01T00:00:00Z"}""").Call.Timestamp);

    [Fact]
    public void The_envelope_is_merged_key_by_key_and_the_item_wins()
    {
        var envelope = RequestEnvelope.Parse("""{"context":{"a":{"x":1},"b":1},"integrations":{"All":false}}""");
        var call = Assert.IsType<CallReading.Readable>(
            Read("""{"type":"track","event":"E","userId":"u","context":{"a":{"y":2}}}""", s_single with { Envelope = envelope })).Call;

        Assert.Equal("""{"b":1,"a":{"y":2}}""", JsonTreeWriter.Write(call.Context));
        Assert.Equal("""{"All":false}""", JsonTreeWriter.Write(call.Integrations));
    }

    [Fact]
    public void A_call_without_id_has_one_of_its_content_when_it_has_a_time_and_of_its_arrival_when_not()
    {
        const string Timed = """{"type":"track","event":"E","userId":"u","timestamp":"2026-01-31T20:36:40Z"}""";
        const string Untimed = """{"type":"track","event":"E","userId":"u"}""";
        var first = s_single with { Arrival = "1/0" };
        var second = s_single with { Arrival = "2/0", ReceivedAt = s_received.AddSeconds(9) };

        Assert.Equal(Read(Timed, first).Keys.MessageId, Read(Timed, second).Keys.MessageId);
        Assert.NotEqual(Read(Untimed, first).Keys.MessageId, Read(Untimed, second).Keys.MessageId);
        Assert.Equal(Read(Untimed, first).Keys.MessageId, Read(Untimed, first).Keys.MessageId);
    }

    [Theory]
    [InlineData("""{"type":"identify","userId":"u","properties":{"richpanel_session_id":"s1"}}""")]
    [InlineData("""{"type":"track","event":"E","userId":"u","traits":{"richpanel_session_id":"s1"}}""")]
    [InlineData("""{"type":"page","userId":"u","traits":{"richpanel_session_id":"s1"}}""")]
    [InlineData("""{"type":"page","userId":"u","context":{"richpanel_session_id":"s1"}}""")]
    [InlineData("""{"type":"identify","userId":"u","context":{"traits":{"richpanelSessionId":"s1"}}}""")]
    public void The_session_id_is_found_in_each_place_it_may_stand(string call) => Assert.Equal("s1", Read(call).Keys.SessionId);

    [Fact]
    public void What_is_no_object_in_a_place_of_another_type_is_in_the_rest_and_breaks_nothing()
    {
        Assert.Equal("x", Readable("""{"type":"identify","userId":"u","properties":"x"}""").Call.Rest["properties"]?.AsText());
        Assert.Equal("x", Readable("""{"type":"track","event":"E","userId":"u","traits":"x"}""").Call.Rest["traits"]?.AsText());
    }

    [Fact]
    public void An_action_that_is_no_call_type_is_left_for_the_rest() =>
        Assert.Equal("click", Assert.IsType<CallReading.Readable>(
            Read("""{"event":"E","userId":"u","action":"click"}""", s_single with { ImpliedType = SegmentCallType.Track })).Call.Rest["action"]?.AsText());

    [Theory]
    [InlineData("""{"type":"page","userId":"u","timestamp":"2026-01-31T10:00:00Z","sentAt":"2026-01-31T10:00:10Z","receivedAt":"2026-01-31T10:00:11Z"}""")]
    [InlineData("""{"type":"page","userId":"u","timestamp":"2026-01-31T10:00:00Z","originalTimestamp":"2026-01-31T09:00:00Z","sentAt":"2026-01-31T09:00:10Z","receivedAt":"2026-01-31T10:00:11Z"}""")]
    public void A_call_that_Segment_has_received_before_is_not_corrected_again(string call) =>
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 10, 0, 0, TimeSpan.Zero), Read(call).Keys.Timestamp);

    [Theory]
    [InlineData("2026-01-31T10:00:00", false)]
    [InlineData("2026-01-31 10:00:00", true)]
    [InlineData("2026-01-31 10:00:00+01:00", false)]
    [InlineData("2026-01-31", false)]
    public void Only_a_blank_without_a_zone_is_open_to_doubt(string time, bool noted) =>
        Assert.Equal(noted, Read($$"""{"type":"page","userId":"u","timestamp":"{{time}}"}""").Notes.Any(note => note.Code == "time_without_zone"));

    [Fact]
    public void Deeper_than_is_read_is_told_apart_from_no_JSON()
    {
        string Nested(int levels) => $$"""{"type":"page","userId":"u","a":{{new string('[', levels)}}{{new string(']', levels)}}}""";

        Assert.IsType<CallReading.Readable>(Read(Nested(511)));
        Assert.Equal("nested_too_deep", Assert.IsType<CallReading.Unusable>(Read(Nested(512))).Cause);
        Assert.Equal("nested_too_deep", Assert.IsType<CallReading.Unusable>(Read(Nested(5_000))).Cause);
        Assert.Equal("bad_request", Assert.IsType<CallReading.Unusable>(Read(Nested(5_000)[..^1])).Cause);
    }

    [Fact]
    public void Two_hundred_levels_are_read() =>
        Readable("""{"type":"track","event":"E","userId":"u","properties":{"a":""" + new string('[', 200) + new string(']', 200) + "}}");

    [Fact]
    public void No_bytes_make_it_throw_and_every_call_has_an_id() =>
        Bodies.Gen.Sample(bytes => Assert.NotEmpty(SegmentReader.Read(bytes, s_single).Keys.MessageId), iter: 3_000);

    [Theory]
    [InlineData("""{"type":"identify","anonymous_id":"a","sessionId":"s"}""", "a")]
    [InlineData("""{"type":"identify","userId":"u","sessionId":""}""", null)]
    public void A_session_id_that_is_not_used_as_anonymous_id_stays_to_be_named(string call, string? anonymousId)
    {
        var read = Readable(call).Call;

        Assert.Equal(anonymousId, read.AnonymousId);
        Assert.NotNull(read.Rest["sessionId"]);
    }

    private static CallReading Read(string call, ReadingContext? context = null) =>
        SegmentReader.Read(Encoding.UTF8.GetBytes(call), context ?? s_single);

    private static CallReading.Readable Readable(string call) => Assert.IsType<CallReading.Readable>(Read(call));
}
