using Richpanel.Core.Causes;
using Richpanel.Core.Json;
using Richpanel.Core.Mapping;
using Richpanel.Core.Notes;

namespace Richpanel.Tests.Mapping;

public sealed class EventMapperTests
{
    [Fact]
    public void The_call_holds_neither_key_nor_send_time()
    {
        var content = Calls.Map("""{"type":"track","event":"Anything","userId":"u1"}""").Call.Content;

        Assert.Null(content["appClientId"]);
        Assert.Null(((JsonTree.Map)content["time"]!)["sentAt"]);
    }

    [Fact]
    public void A_call_that_names_no_one_by_the_customer_rule_and_has_no_device_cannot_be_sent()
    {
        var outcome = EventMapper.Map(
            Calls.Call("""{"type":"track","event":"Cart Viewed","userId":"u1"}"""),
            new MappingOptions { CustomerId = CustomerIdRule.Email });

        Assert.Equal(CauseCatalog.NoCustomerAndNoDevice.Code, Assert.IsType<MappingOutcome.Unusable>(outcome).Cause);
    }

    [Fact]
    public void An_order_without_any_customer_is_sent_and_says_so_as_an_error()
    {
        var mapped = Calls.Map(
            """{"type":"track","event":"Order Completed","userId":"u1","properties":{"order_id":"1","total":5}}""",
            new MappingOptions { CustomerId = CustomerIdRule.Email });

        Assert.Equal("{}", JsonTreeWriter.Write(mapped.Call.Content["userProperties"]!));
        Assert.Equal(NoteSeverity.Error, Assert.Single(mapped.Notes, note => note.Code == "order_without_customer").Severity);
    }

    [Theory]
    [InlineData("Order Completed", "line_items", "Send products instead.")]
    [InlineData("Order Completed", "total_price", "Send total instead.")]
    [InlineData("order", "line_items", "Send items instead.")]
    [InlineData("order", "total_price", "Send amount instead.")]
    public void What_is_ignored_on_an_order_is_told_with_the_name_that_is_read_at_that_place(string name, string key, string remedy) =>
        Assert.Equal(remedy, Assert.Single(
            Calls.Map($$$"""{"type":"track","event":"{{{name}}}","userId":"u1","properties":{"order_id":"1","{{{key}}}":1}}""").Notes,
            note => note.Code == "known_to_be_ignored").Remedy);

    [Fact]
    public void Mapping_twice_gives_the_same_call()
    {
        var call = Calls.Call("""{"type":"track","event":"Order Completed","userId":"u1","properties":{"order_id":"1","products":[{"sku":"a"}]}}""");

        var one = Assert.IsType<MappingOutcome.Mapped>(EventMapper.Map(call, new MappingOptions()));
        var two = Assert.IsType<MappingOutcome.Mapped>(EventMapper.Map(call, new MappingOptions()));

        Assert.Equal(JsonTreeWriter.Write(one.Call.Content), JsonTreeWriter.Write(two.Call.Content));
    }
}
