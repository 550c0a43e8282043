using System.Text;
using CsCheck;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Groups;

namespace Richpanel.Tests.Groups;

public sealed class MessagePatternTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>What stands in messages of real APIs: words, signs, and what differs from customer to customer.</summary>
    private static readonly Gen<string> s_message = Gen.OneOf(
        Gen.OneOf("order", "is not", "valid:", "(", ")", "\"", "'", "don't", "“", "”", "`", "<", ">", "<id>", "<value>", ",", "-", "#", "@", "%", "é", "\n", "\0", "😀", "http://", "a@b", "[]", "=", "/"),
        Gen.String[Gen.Char["abcXYZ019_-.:@/\"' <>"], 0, 12],
        Gen.Int.Select(number => number.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        Gen.Guid.Select(id => id.ToString())).Array[0, 40].Select(parts => string.Join(' ', parts));

    [Theory]
    [InlineData("Order 1001 of jane@example.com is not valid", "Order <number> of <e-mail> is not valid")]
    [InlineData("total: expected a number, got \"12,50\"", "total: expected a number, got <value>")]
    [InlineData("User '3f2504e0-4f89-11d3-9a0c-0305e82c3301' not found", "User <value> not found")]
    [InlineData("User 3f2504e0-4f89-11d3-9a0c-0305e82c3301 not found", "User <id> not found")]
    [InlineData("request req_8fK2jd91 failed at 2026-11-24T10:00:00.123Z", "request <id> failed at <time>")]
    [InlineData("request req_1 failed at 2026-01-02 10:00:00+01:00", "request <id> failed at <time>")]
    [InlineData("see https://api.example.com/errors/12?x=1 for help", "see <address> for help")]
    [InlineData("unknown fields: 1, 22, 333", "unknown fields: <number>")]
    [InlineData("between -5 and +1,000.50 or 12%", "between <number> and <number> or <number>")]
    [InlineData("You can't do that, and don't ask", "You can't do that, and don't ask")]
    [InlineData("  a\r\n\t b  ", "a b")]
    [InlineData("Contact jane%40example.com is taken", "Contact <e-mail> is taken")]
    [InlineData("Contact jane.doe%2540example.com is taken", "Contact <e-mail> is taken")]
    [InlineData("Contact jane＠example.com is taken", "Contact <e-mail> is taken")]
    [InlineData("Contact a@b@c and joe@example.com", "Contact <e-mail> and <e-mail>")]
    [InlineData("100 %40 off", "<number> %<number> off")]
    [InlineData("{\"email\":[\"is invalid\"]}", "{email:[<value>]}")]
    [InlineData("{ \"jane@example.com\": \"unknown\", \"Jane Doe\" : 1 }", "{ <value>: <value> : <number> }")]
    [InlineData("unknown customers \"Joe\", \"Jane\": not found", "unknown customers <value>: not found")]
    [InlineData("   ", null)]
    [InlineData(null, null)]
    public void What_differs_from_customer_to_customer_is_taken_out(string? message, string? pattern) => Assert.Equal(pattern, MessagePattern.Of(message));

    [Fact]
    public void Doing_it_twice_changes_nothing_it_is_bounded_and_no_digit_is_left() => s_message.Sample(message =>
    {
        var pattern = MessagePattern.Of(message);
        if (pattern is null)
        {
            return;
        }

        Assert.Equal(pattern, MessagePattern.Of(pattern));
        Assert.InRange(pattern.Length, 1, MessagePattern.Longest);
        Assert.DoesNotContain(pattern, char.IsDigit);
        Assert.True(Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(pattern)) == pattern, "half a character");
    });

    [Fact]
    public void Ids_numbers_e_mails_and_values_of_another_customer_make_no_other_pattern() =>
        Gen.Select(Gen.Int, Gen.Guid, Gen.String[Gen.Char["abcdefghij"], 1, 12], Gen.String[Gen.Char["abc ,:01é"], 0, 30]).Sample((number, id, name, value) => Assert.Equal(
            "Order <number> (<id>) of <e-mail>: total <value> is not valid",
            MessagePattern.Of(FormattableString.Invariant($"Order {number} ({id}) of {name}@shop.example: total \"{value}\" is not valid"))));

    [Fact]
    public void Of_an_answer_its_message_counts_and_what_else_stands_in_it_does_not()
    {
        Assert.Equal("No such order <number>", MessagePattern.OfAnswer(422, """{"requestId":"a1","message":"No such order 17","at":5}"""u8.ToArray()));
        Assert.Equal("an HTML page", MessagePattern.OfAnswer(502, "<html><body>ray 81f3</body></html>"u8.ToArray()));
        Assert.Null(MessagePattern.OfAnswer(200, "<html>parked</html>"u8.ToArray()));
        Assert.Null(MessagePattern.OfAnswer(422, []));
        Assert.Null(MessagePattern.OfAnswer(null, null));
    }

    [Theory]
    [InlineData("""{"errors":{"email":"is invalid"}}""", "email: is invalid")]
    [InlineData("""{"errors":{"order_id":"is missing"}}""", "order_id: is missing")]
    [InlineData("""{"errors":{"email":["is invalid","is taken"]},"requestId":"a1"}""", "email: is invalid, email: is taken")]
    [InlineData("""{"errors":["Order 17 is not valid"]}""", "Order <number> is not valid")]
    [InlineData("""{"Errors":[{"field":"email","code":"invalid","value":"Jane Doe"}]}""", "field: email, code: invalid")]
    [InlineData("""{"error":{"code":"no_such_customer","id":"c-1"},"hint":"ask"}""", "code: no_such_customer")]
    [InlineData("""{"errors":{"email":"is invalid","order_""", "email: is invalid")]
    [InlineData("""{"errors":[],"hint":"ask"}""", "{errors:[],hint:<value>}")]
    [InlineData("""{"errors":{"name":"\ud800"}}""", "{errors:{name:<value>}}")]
    [InlineData("""{"error":{"message":"No such customer"}}""", "No such customer")]
    public void What_an_answer_says_below_errors_tells_it_apart(string body, string pattern) => Assert.Equal(pattern, MessagePattern.OfAnswer(422, Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("'")]
    [InlineData("\"")]
    [InlineData("(1")]
    [InlineData("<")]
    [InlineData("a@")]
    [InlineData("%40")]
    [InlineData("%25")]
    [InlineData("a%40%25")]
    [InlineData("{\"")]
    [InlineData("-")]
    [InlineData("1-")]
    [InlineData("http://")]
    public async Task A_huge_answer_costs_no_more_than_its_beginning_and_signs_that_never_close_neither(string sign)
    {
        var text = string.Concat(Enumerable.Repeat(sign, 200_000));

        // What is not looked at changes nothing; and a search that tries every way would not come to its end.
        var (huge, small) = await Task.Run(() => (MessagePattern.Of(text), MessagePattern.Of(text[..1_000])), Ct).WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System, Ct);

        Assert.Equal(small, huge);
        Assert.InRange(huge?.Length ?? 0, 0, MessagePattern.Longest);
    }

    [Fact]
    public void Whoever_may_not_see_personal_data_reads_the_words_of_the_error_and_the_brackets()
    {
        var masked = MessagePattern.Masked("Order <id> of Jane Doe is not valid")!;

        Assert.DoesNotContain("Jane", masked, StringComparison.Ordinal);
        Assert.Contains("<id>", masked, StringComparison.Ordinal);
        Assert.Contains("not valid", masked, StringComparison.Ordinal);
        Assert.Null(MessagePattern.Masked(null));
    }

    [Fact]
    public void Connection_stage_cause_and_message_each_make_a_group_of_its_own_and_case_does_not()
    {
        var print = FailurePrint.Of(FailureStage.Sending, "unprocessable", 422, "Order <id> is not valid");
        long[] others =
        [
            print.HashFor(2),
            (print with { Stage = FailureStage.Mapping }).HashFor(1),
            (print with { Cause = "client_error" }).HashFor(1),
            (print with { Pattern = null }).HashFor(1),
            (print with { Pattern = "Order <number> is not valid" }).HashFor(1),
            (print with { StatusCode = 422 }).HashFor(1),
        ];

        Assert.Equal(print.HashFor(1), (print with { Pattern = "ORDER <ID> is not valid" }).HashFor(1));
        Assert.Equal(others.Length + 1, others.Append(print.HashFor(1)).Distinct().Count());
    }

    [Fact]
    public void A_status_counts_only_where_a_cause_has_several_and_a_failure_without_a_cause_is_unclassified()
    {
        Assert.Null(FailurePrint.Of(FailureStage.Sending, "unprocessable", 422, null).StatusCode);
        Assert.Equal(418, FailurePrint.Of(FailureStage.Sending, "client_error", 418, null).StatusCode);
        Assert.Equal("unclassified", FailurePrint.Of(FailureStage.None, null, null, null).Cause);
        Assert.Equal("unclassified", FailurePrint.Of(FailureStage.None, "", null, null).Cause);
    }
}
