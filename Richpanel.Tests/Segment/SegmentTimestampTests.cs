using System.Globalization;
using CsCheck;
using Richpanel.Core.Json;
using Richpanel.Core.Segment;

namespace Richpanel.Tests.Segment;

public sealed class SegmentTimestampTests
{
    [Theory]
    [InlineData("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.0000000Z")]
    [InlineData("2026-01-31T12:00:00.1234567+02:00", "2026-01-31T10:00:00.1234567Z")]
    [InlineData("2026-01-31T12:00:00.123456789Z", "2026-01-31T12:00:00.1234567Z")]
    [InlineData("2026-01-31 12:00:00", "2026-01-31T12:00:00.0000000Z")]
    [InlineData("20260131T120000Z", "2026-01-31T12:00:00.0000000Z")]
    [InlineData("2026-01-31T12:00:00-0530", "2026-01-31T17:30:00.0000000Z")]
    [InlineData("2026-01", "2026-01-01T00:00:00.0000000Z")]
    [InlineData("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.0000000Z")]
    [InlineData("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.0000000Z")]
    [InlineData("1769860800", "2026-01-31T12:00:00.0000000Z")]
    [InlineData("1769860800000", "2026-01-31T12:00:00.0000000Z")]
    [InlineData("Sat, 31 Jan 2026 12:00:00 GMT", "2026-01-31T12:00:00.0000000Z")]
    [InlineData("31 Jan 2026 12:00:00 GMT", "2026-01-31T12:00:00.0000000Z")]
    [InlineData("Sat Jan 31 2026 13:00:00 GMT+0100 (Central European Standard Time)", "2026-01-31T12:00:00.0000000Z")]
    [InlineData("1/31/2026 12:00:00", "2026-01-31T12:00:00.0000000Z")]
    [InlineData("2026/01/31 12:00:00", "2026-01-31T12:00:00.0000000Z")]
    public void Texts_of_every_spelling_are_read_as_UTC(string text, string expected) =>
        Assert.Equal(expected, SegmentTimestamp.Read(new JsonTree.Text(text)).Time!.Value.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("1769860800", "2026-01-31T12:00:00.0000000Z")]
    [InlineData("1769860800000", "2026-01-31T12:00:00.0000000Z")]
    [InlineData("0", "1970-01-01T00:00:00.0000000Z")]
    public void Small_numbers_are_seconds_and_large_ones_milliseconds(string digits, string expected) =>
        Assert.Equal(expected, SegmentTimestamp.Read(new JsonTree.Number(digits)).Time!.Value.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("Sat, 31 Jan 2026 12:00:00 GMT", TimeOddity.None)]
    [InlineData("Sat Jan 31 2026 13:00:00 GMT+0100 (CET)", TimeOddity.None)]
    [InlineData("Jan 31, 2026 12:00:00", TimeOddity.NoZone)]
    [InlineData("1/31/2026 12:00:00", TimeOddity.NoZone)]
    public void A_date_in_words_says_whether_it_names_a_zone(string text, TimeOddity oddity) =>
        Assert.Equal(oddity, SegmentTimestamp.Read(new JsonTree.Text(text)).Oddity);

    [Theory]
    [InlineData("31/01/2026")]
    [InlineData("12:00 2026")]
    [InlineData("2015-2-02T00:00:00Z")]
    [InlineData("2026-02-30")]
    [InlineData("0001-01-01T00:00:00+02:00")]
    [InlineData("May 5")]
    [InlineData("nonsense")]
    public void Nonsense_is_no_time(string text) =>
        Assert.Equal(new TimeReading(null, TimeOddity.Unreadable), SegmentTimestamp.Read(new JsonTree.Text(text)));

    [Fact]
    public void Numbers_beyond_the_calendar_are_no_time() =>
        Assert.All(["1e400", "-1e300", "999999999999999999999"], digits => Assert.Null(SegmentTimestamp.Read(new JsonTree.Number(digits)).Time));

    [Fact]
    public void No_text_makes_it_throw() =>
        Gen.String[Gen.Char["0123456789-:.,TZ+ Jan"], 0, 40].Sample(text =>
        {
            var reading = SegmentTimestamp.Read(new JsonTree.Text(text));
            Assert.Equal(reading.Time is null, reading.Oddity is TimeOddity.Missing or TimeOddity.Unreadable);
        }, iter: 3_000);
}
