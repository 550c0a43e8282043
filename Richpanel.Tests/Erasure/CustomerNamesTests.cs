using System.Text;
using Richpanel.Core.Erasure;

namespace Richpanel.Tests.Erasure;

/// <summary>Where a name is found in a text, and what stands there afterwards.</summary>
public sealed class CustomerNamesTests
{
    private static readonly CustomerNames s_jane = new(
    [
        new CustomerKey(CustomerKeyKind.Email, "Jane.Doe@example.com"), new CustomerKey(CustomerKeyKind.User, "user-4711"), new CustomerKey(CustomerKeyKind.Anonymous, "1234567890"),
    ]);

    [Theory]
    [InlineData("""{"email":"JANE.doe@EXAMPLE.com"}""", """{"email":"xxxxxxxxxxxxxxxxxxxx"}""")]
    [InlineData("""{"email":"jane.doe\u0040example.com"}""", """{"email":"xxxxxxxxxxxxxxxxxxxxxxxxx"}""")]
    [InlineData("https://shop.test/?mail=Jane.Doe%40example.com&x=1", "https://shop.test/?mail=xxxxxxxxxxxxxxxxxxxxxx&x=1")]
    [InlineData("""{"a":"user-4711","b":["user-4711"]}""", """{"a":"xxxxxxxxx","b":["xxxxxxxxx"]}""")]
    [InlineData("""{"id":1234567890}""", """{"id":9999999999}""")]
    [InlineData("ümlaut jane.doe@example.com ümlaut", "ümlaut xxxxxxxxxxxxxxxxxxxx ümlaut")]
    public void It_is_written_over_and_nothing_moves(string text, string blanked)
    {
        Assert.True(s_jane.StandIn(text));
        Assert.Equal(blanked, s_jane.Blanked(text));
        Assert.Equal(Encoding.UTF8.GetByteCount(text), Encoding.UTF8.GetByteCount(blanked));
        Assert.False(s_jane.StandIn(blanked));
    }

    [Theory]
    [InlineData("""{"a":"user-47112","b":"my-user-4711","c":12345678901,"d":"USER-4711"}""")]
    [InlineData("jane at example.com")]
    [InlineData("")]
    public void What_only_looks_like_it_stays(string text)
    {
        Assert.False(s_jane.StandIn(text));
        Assert.Null(s_jane.Blanked(text));
    }

    [Fact]
    public void A_short_id_is_looked_for_only_where_losing_more_harms_nobody()
    {
        CustomerKey[] keys = [new(CustomerKeyKind.User, "4711")];

        Assert.False(new CustomerNames(keys).StandIn("""{"amount":"4711"}"""));
        Assert.True(new CustomerNames(keys).IsEmpty);
        Assert.True(new CustomerNames(keys, leastId: 4).StandIn("""{"userId":"4711"}"""));
    }

    [Fact]
    public void An_id_that_is_an_e_mail_is_looked_for_as_one() =>
        Assert.True(new CustomerNames([new CustomerKey(CustomerKeyKind.User, "a@b.de")]).StandIn("A@B.DE"));

    [Theory]
    [InlineData("""{"type":"track"}""", "null            ")]
    [InlineData("{}", "0 ")]
    [InlineData("", "")]
    public void A_whole_call_becomes_nothing_that_is_still_JSON(string call, string blanked)
    {
        var bytes = Encoding.UTF8.GetBytes(call);

        CustomerNames.BlankWhole(bytes);

        Assert.Equal(blanked, Encoding.UTF8.GetString(bytes));
    }
}
