using Richpanel.Core.Json;
using Richpanel.Core.Mapping;

namespace Richpanel.Tests.Mapping.Facade;

/// <summary>Our mapper beside npm's @segment/facade 3.4.10: equal where docs/facade.md says so, different where segment.md 5.6 asks for it.</summary>
public sealed class FacadeTests(FacadeProcess facade) : IClassFixture<FacadeProcess>
{
    private const int CallCount = 6_000;

    /// <summary>About half of the calls are filtered by their integrations: on those only that decision is compared.</summary>
    private const int FewestCompared = 2_000;

    [Fact]
    public async Task The_fields_we_use_equal_facades()
    {
        var calls = new FacadeCalls(seed: 20260131).Make(CallCount);
        var readings = await facade.ReadAsync(calls);

        Assert.Equal(calls.Count, readings.Count);
        var compared = 0;
        foreach (var (call, reading) in calls.Zip(readings))
        {
            var outcome = EventMapper.Map(Calls.Call(call), new MappingOptions());
            Assert.Equal(reading["enabled"] is JsonTree.Flag { Value: true }, outcome is MappingOutcome.Mapped);
            if (outcome is MappingOutcome.Mapped mapped)
            {
                Compare(call, reading, mapped.Call.Content);
                compared++;
            }
        }

        Assert.InRange(compared, FewestCompared, CallCount);
    }

    [Fact]
    public Task Deviation_order_id_wins_over_id() =>
        Differs("""{"type":"track","userId":"u1","event":"Order Completed","properties":{"id":"cart","order_id":"o1"}}""", "orderId", "\"cart\"", "properties.order_id", "\"o1\"");

    [Fact]
    public Task Deviation_a_revenue_of_zero_is_an_amount() =>
        Differs("""{"type":"track","userId":"u1","event":"Order Completed","properties":{"order_id":"o1","revenue":0}}""", "revenue", null, "properties.amount", "0");

    [Fact]
    public Task Deviation_a_subtotal_of_zero_is_an_amount() =>
        Differs("""{"type":"track","userId":"u1","event":"Order Completed","properties":{"order_id":"o1","subtotal":0,"revenue":5}}""", "subtotal", "5", "properties.amount", "0");

    [Fact]
    public Task Deviation_a_quantity_of_zero_stays_zero() =>
        Differs("""{"type":"track","userId":"u1","event":"Product Viewed","properties":{"quantity":0}}""", "quantity", "1", "properties.quantity", "0");

    [Fact]
    public Task Deviation_no_quantity_is_not_one() =>
        Differs("""{"type":"track","userId":"u1","event":"Product Viewed","properties":{"product_id":"p"}}""", "quantity", "1", "properties.quantity", null);

    [Fact]
    public Task Deviation_no_currency_is_not_dollars() =>
        Differs("""{"type":"track","userId":"u1","event":"Order Completed","properties":{"order_id":"o1","total":5}}""", "currency", "\"USD\"", "properties.currency", null);

    [Fact]
    public Task Deviation_a_discount_is_not_added_back() =>
        Differs("""{"type":"track","userId":"u1","event":"Order Completed","properties":{"order_id":"o1","total":10,"discount":2}}""", "subtotal", "12", "properties.amount", "10");

    [Fact]
    public Task Deviation_a_text_that_looks_like_a_date_stays_as_it_is() =>
        Differs("""{"type":"track","userId":"u1","event":"Order Completed","properties":{"order_id":"2020-11-23","total":5}}""", "orderId", "\"2020-11-23T00:00:00.000Z\"", "properties.order_id", "\"2020-11-23\"");

    [Fact]
    public Task Deviation_a_null_does_not_hide_a_later_value() =>
        Differs("""{"type":"identify","userId":"u1","traits":{"Email":null,"email":"ann@example.com"}}""", "email", null, "userProperties.email", "\"ann@example.com\"");

    [Fact]
    public Task Deviation_an_empty_text_does_not_hide_a_later_value() =>
        Differs("""{"type":"identify","userId":"u1","traits":{"Email":"","email":"ann@example.com"}}""", "email", null, "userProperties.email", "\"ann@example.com\"");

    [Fact]
    public Task Deviation_leading_blanks_of_a_name_leave_no_letters_behind() =>
        Differs("""{"type":"identify","userId":"u1","traits":{"name":"   Ann Lee"}}""", "lastName", "\"nn Lee\"", "userProperties.lastName", "\"Lee\"");

    [Fact]
    public Task Deviation_a_thousands_separator_is_not_cut() =>
        Differs("""{"type":"track","userId":"u1","event":"Order Completed","properties":{"order_id":"o1","total":"1,234"}}""", "revenue", "1", "properties.amount", "\"1,234\"");

    [Fact]
    public Task Deviation_a_dollar_sign_is_not_stripped() =>
        Differs("""{"type":"track","userId":"u1","event":"Order Completed","properties":{"order_id":"o1","total":"$12"}}""", "revenue", "12", "properties.amount", "\"$12\"");

    [Fact]
    public Task Deviation_a_page_falls_back_to_its_context() =>
        Differs("""{"type":"page","userId":"u1","properties":{},"context":{"page":{"title":"T"}}}""", "title", null, "properties.title", "\"T\"");

    [Fact]
    public Task Deviation_a_track_takes_no_email_from_userId() =>
        Differs("""{"type":"track","userId":"ann@example.com","event":"Custom","properties":{}}""", "email", "\"ann@example.com\"", "userProperties.email", null);

    [Fact]
    public Task Deviation_a_page_takes_no_email_from_userId() =>
        Differs("""{"type":"page","userId":"ann@example.com","properties":{}}""", "email", "\"ann@example.com\"", "userProperties.email", null);

    [Fact]
    public void Deviation_a_username_is_no_customer_id() =>
        Assert.Null(At(Calls.Map("""{"type":"identify","anonymousId":"a1","traits":{"username":"ann"}}""").Call.Content, "userProperties.uid"));

    [Fact]
    public void Deviation_a_key_named_hasOwnProperty_is_a_key() =>
        Assert.NotNull(At(Calls.Map("""{"type":"identify","userId":"u1","traits":{"hasOwnProperty":1}}""").Call.Content, "userProperties.hasOwnProperty"));

    /// <summary>Shows both sides, so that the test also fails when facade stops being different.</summary>
    private async Task Differs(string call, string field, string? facades, string target, string? ours)
    {
        var reading = Assert.Single(await facade.ReadAsync([Calls.Json(call)]));

        Assert.Equal(facades, Write(reading[field] is JsonTree.Null ? null : reading[field]));
        Assert.Equal(ours, Write(At(Calls.Map(call).Call.Content, target)));
    }

    private static void Compare(JsonTree.Map call, JsonTree.Map reading, JsonTree.Map ours)
    {
        var track = call["event"]?.AsText();
        foreach (var (field, target) in FacadeFields.For(call["type"]!.AsText()!, track))
        {
            if (FacadeFields.IsDeviation(field, call))
            {
                continue;
            }

            var theirs = reading[field] is JsonTree.Null ? null : reading[field];
            Assert.True(
                JsonTree.DeepEquals(theirs, At(ours, target)),
                $"{field} of facade is {Write(theirs)}, our {target} is {Write(At(ours, target))}: {JsonTreeWriter.Write(call)}");
        }
    }

    private static JsonTree? At(JsonTree.Map content, string path)
    {
        JsonTree? value = content;
        foreach (var key in path.Split('.'))
        {
            value = value switch
            {
                JsonTree.Map map => map[key],
                JsonTree.List list => int.Parse(key, System.Globalization.CultureInfo.InvariantCulture) is var i && i < list.Items.Count ? list.Items[i] : null,
                _ => null,
            };
        }

        return value;
    }

    private static string? Write(JsonTree? tree) => tree is null ? null : JsonTreeWriter.Write(tree);
}
