using System.Text;
using Richpanel.Console.Lab;
using Richpanel.Core.Connections;
using Richpanel.Core.Preview;

namespace Richpanel.Tests.Lab;

public sealed class VerdictPointsTests
{
    private static readonly Connection s_connection = new() { Name = "Shop", BaseUrl = "https://richpanel.invalid/v2", ApiKey = "key-of-shop" };

    [Theory]
    [InlineData("""{"type":"identify","userId":"u1","traits":{"email":"a@b.co","vip":false}}""", "Customer: u1.|Creates the customer|Sets email, vip.|true and false alike|builds one from the gaps")]
    [InlineData("""{"type":"identify","anonymousId":"d1","traits":{"email":"a@b.co"}}""", "Visitor:|Creates no customer|Sets email.")]
    [InlineData("""{"type":"page","userId":"u1","name":"Home","properties":{"richpanel_session_id":"s1"}}""", "Adds “page_view”|Never creates a customer|Updates nothing of the customer|Session: s1.")]
    [InlineData("""{"type":"track","userId":"u1","event":"A","context":{"traits":{"email":"a@b.co"}}}""", "Adds “A”|May update the e-mail")]
    [InlineData("""{"type":"track","userId":"u1","event":"Order Completed","properties":{"order_id":"7","total":1}}""", "Creates or updates order 7")]
    [InlineData("""{"type":"track","anonymousId":"d1","event":"Order Completed","properties":{"order_id":"7","total":1,"financial_status":"paid"}}""", "Visitor:|Swallowed in silence: The order has no customer id|Swallowed in silence: Richpanel was seen to ignore financial_status")]
    [InlineData("""{"type":"group","userId":"u1","groupId":"g"}""", "Nothing is sent")]
    public void Each_thing_richpanel_does_or_does_not_is_a_line(string call, string lines)
    {
        var now = DateTimeOffset.UnixEpoch.AddYears(56);
        var points = VerdictPoints.Of(CallPreview.Of(Encoding.UTF8.GetBytes(call), s_connection, CallPreview.TypedNow(now), now)).Select(point => point.Text).ToList();

        Assert.All(lines.Split('|'), line => Assert.Contains(points, point => point.Contains(line, StringComparison.Ordinal)));
    }
}
