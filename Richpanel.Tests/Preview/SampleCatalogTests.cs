using System.Text;
using Richpanel.Core.Connections;
using Richpanel.Core.Mapping;
using Richpanel.Core.Notes;
using Richpanel.Core.Preview;

namespace Richpanel.Tests.Preview;

public sealed class SampleCatalogTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly Connection s_connection = new() { Name = "Shop", BaseUrl = "https://richpanel.invalid/v2", ApiKey = "key-of-shop" };

    public static TheoryData<string> Good => [.. SampleCatalog.All.Where(sample => sample.Group != "Odd on purpose" && !sample.Name.Contains("not supported", StringComparison.Ordinal)).Select(sample => sample.Id)];

    [Theory]
    [MemberData(nameof(Good))]
    public void A_template_becomes_a_call_for_richpanel_without_an_error(string id)
    {
        var result = PreviewOf(SampleCatalog.Find(id)!);

        Assert.Equal(PreviewOutcome.Mapped, result.Outcome);
        Assert.DoesNotContain(result.Notes, note => note.Severity == NoteSeverity.Error);
    }

    [Fact]
    public void There_is_one_for_every_type_and_every_event_that_the_mapper_translates_found_by_its_older_name_too()
    {
        var types = SampleCatalog.All.Select(sample => PreviewOf(sample).Keys.Type).ToHashSet();

        Assert.Superset(new HashSet<Core.Segment.SegmentCallType>(
        [
            Core.Segment.SegmentCallType.Identify, Core.Segment.SegmentCallType.Page, Core.Segment.SegmentCallType.Track,
            Core.Segment.SegmentCallType.Group, Core.Segment.SegmentCallType.Screen, Core.Segment.SegmentCallType.Alias,
        ]), types);
        Assert.All(EventCatalog.Rules, rule =>
        {
            Assert.Contains(SampleCatalog.All, sample => sample.Name == rule.SegmentName);
            Assert.Contains(SampleCatalog.All, sample => sample.Fits(rule.Words.Object));
        });
        Assert.Contains(SampleCatalog.All.Where(sample => sample.Fits("viewed product category")), sample => sample.Id == "product-list-viewed");
        Assert.DoesNotContain(SampleCatalog.All, sample => sample.Fits("no such event"));
    }

    [Fact]
    public void Ids_are_told_apart_and_each_filled_call_has_its_own_message_id()
    {
        Assert.Equal(SampleCatalog.All.Count, SampleCatalog.All.Select(sample => sample.Id).Distinct().Count());
        Assert.All(SampleCatalog.All, sample => Assert.Contains("\"messageId\": \"m-1\"", sample.Fill("m-1", s_now), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("guest-order", "order_without_customer")]
    [InlineData("order-without-status", "order_status_derived")]
    [InlineData("order-ignored", "known_to_be_ignored")]
    public void An_odd_one_shows_what_is_said_about_it(string id, string code) =>
        Assert.Contains(PreviewOf(SampleCatalog.Find(id)!).Notes, note => note.Code == code);

    private static PreviewResult PreviewOf(Sample sample) =>
        CallPreview.Of(Encoding.UTF8.GetBytes(sample.Fill("m-1", s_now)), s_connection, CallPreview.TypedNow(s_now), s_now);
}
