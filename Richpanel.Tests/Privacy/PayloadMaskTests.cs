using System.Text;
using Richpanel.Core.Json;
using Richpanel.Core.Privacy;

namespace Richpanel.Tests.Privacy;

public sealed class PayloadMaskTests
{
    [Fact]
    public void A_call_keeps_its_shape_its_ids_and_what_kind_each_hidden_value_is() => Assert.Equal(
        """
        {"type":"identify","messageId":"ajs-next-1764000000000-4f1c","userId":"user-8472","timestamp":"2026-11-24T10:00:00.000Z","name":"••• text of 11 characters",
         "traits":{"email":"••• e-mail","firstName":"••• text of 4 characters","phone":"••• phone or long number","plan":"••• text of 4 characters","big":true,"none":null,"orders":3,"since":"••• date",
         "home":"••• URL of 21 characters","extra":"••• JSON in text of 9 characters","empty":"","createdAt":1764000000,"currency":"EUR","loyalty_card":"••• number of 8 digits","tags":["••• text of 1 character"]},
         "context":{"ip":"••• IP address","locale":"de-DE","timezone":"Europe/Berlin","library":{"name":"analytics.js","version":"4.1.0"},"app":{"name":"••• text of 11 characters","build":"77"}}}
        """.ReplaceLineEndings("").Replace(",         \"", ",\"", StringComparison.Ordinal).Replace(",  \"", ",\"", StringComparison.Ordinal).Replace(", \"", ",\"", StringComparison.Ordinal),
        Masked(
            """
            {"type":"identify","messageId":"ajs-next-1764000000000-4f1c","userId":"user-8472","timestamp":"2026-11-24T10:00:00.000Z","name":"Jane Miller",
             "traits":{"email":"jane@example.com","firstName":"Jane","phone":"+49 30 1234567","plan":"gold","big":true,"none":null,"orders":3,"since":"2020-01-31",
             "home":"https://example.com/j","extra":"{\"a\":\"b\"}","empty":"","createdAt":1764000000,"currency":"EUR","loyalty_card":12345678,"tags":["x"]},
             "context":{"ip":"203.0.113.9","locale":"de-DE","timezone":"Europe/Berlin","library":{"name":"analytics.js","version":"4.1.0"},"app":{"name":"Jane's Shop","build":"77"}}}
            """));

    [Theory]
    [InlineData("""{"type":"page","name":"Pricing"}""", """{"type":"page","name":"Pricing"}""")]
    [InlineData("""{"type":"track","name":"Jane"}""", """{"type":"track","name":"••• text of 4 characters"}""")]
    [InlineData("""{"event":"Mail to jane@example.com and +49 30 1234567"}""", """{"event":"Mail to j•••@e•••.com and •••"}""")]
    [InlineData("""{"properties":{"event":"Jane's birthday"}}""", """{"properties":{"event":"••• text of 15 characters"}}""")]
    [InlineData("""{"userId":"jane@example.com"}""", """{"userId":"j•••@e•••.com"}""")]
    [InlineData("""{"userId":"+4915112345678"}""", """{"userId":"••• phone or long number"}""")]
    [InlineData("""{"userId":"Jane Miller"}""", """{"userId":"••• text of 11 characters"}""")]
    [InlineData("""{"userId":5123456789012}""", """{"userId":"51•••12"}""")]
    [InlineData("""{"userId":"4915112345678","anonymousId":"5551234567","groupId":123456789}""", """{"userId":"49•••78","anonymousId":"55•••67","groupId":123456789}""")]
    [InlineData("""{"userId":4.915112345678e12}""", """{"userId":"••• number of 15 digits"}""")]
    [InlineData("""{"properties":{"order_id":"A-20417","Order ID":5123456789012}}""", """{"properties":{"order_id":"A-20417","Order ID":"51•••12"}}""")]
    [InlineData("""{"properties":{"value":1234567.5,"Value":"142,56"},"traits":{"value":12345678}}""", """{"properties":{"value":1234567.5,"Value":"••• text of 6 characters"},"traits":{"value":"••• number of 8 digits"}}""")]
    [InlineData("""{"properties":{"products":[{"value":12345678}],"field":{"value":"Jane"}}}""", """{"properties":{"products":[{"value":"••• number of 8 digits"}],"field":{"value":"••• text of 4 characters"}}}""")]
    [InlineData("""{"properties":{"order_id":{"id":"Jane Miller"}}}""", """{"properties":{"order_id":{"id":"••• text of 11 characters"}}}""")]
    [InlineData("""{"properties":{"total":"142,56","tax":19.66,"lat":52.5200066}}""", """{"properties":{"total":"142,56","tax":19.66,"lat":"••• number of 9 digits"}}""")]
    [InlineData("""{"properties":{"currency":"jane@example.com","order_status":"Jane Miller"}}""", """{"properties":{"currency":"••• e-mail","order_status":"••• text of 11 characters"}}""")]
    [InlineData("""{"properties":{"created_at":"last Tuesday at Jane's","sentAt":4915112345678}}""", """{"properties":{"created_at":"••• text of 22 characters","sentAt":"••• number of 13 digits"}}""")]
    [InlineData("""{"traits":{"jane@example.com":1,"+49 30 1234567":2,"Jane Miller":3}}""", """{"traits":{"••• e-mail":1,"••• phone or long number":2,"••• text of 11 characters":3}}""")]
    [InlineData("""{"traits":{"a@example.com":1,"b@example.com":2}}""", """{"traits":{"••• e-mail":1,"••• e-mail (2)":2}}""")]
    [InlineData("""["jane@example.com",["Jane"]]""", """["••• e-mail",["••• text of 4 characters"]]""")]
    [InlineData("\"jane@example.com\"", "\"••• e-mail\"")]
    public void A_key_on_the_list_shows_only_what_looks_as_it_should(string call, string masked) => Assert.Equal(masked, Masked(call));

    [Theory]
    [InlineData("{\"email\":\"jane@example.com\"")]
    [InlineData("jane@example.com")]
    [InlineData("")]
    public void What_cannot_be_read_is_hidden_as_a_whole_and_is_JSON_all_the_same(string text) =>
        Assert.Equal($"\"••• {text.Length} bytes that are no readable JSON\"", Masked(text));

    [Theory]
    [InlineData("""{"message":"Invalid value for customer Jane Miller, jane@example.com"}""", """{"message":"Invalid value for customer •••"}""")]
    [InlineData("""{"errors":["uid is required",{"value":"Jane"}],"code":422}""", """{"errors":["uid is required",{"value":"••• text of 4 characters"}],"code":422}""")]
    public void Of_an_answer_only_the_words_errors_are_made_of_are_kept(string answer, string masked) =>
        Assert.Equal(masked, Masked(answer, PayloadKind.Answer));

    [Fact]
    public void Nothing_in_a_part_of_a_call_is_a_call_s_own() =>
        Assert.Equal("""{"event":"••• text of 4 characters","type":"••• text of 4 characters"}""", Masked("""{"event":"Jane","type":"Jane"}""", PayloadKind.Part));

    [Fact]
    public void The_deepest_call_the_door_lets_in_is_masked()
    {
        var deep = new string('[', JsonTreeReader.MaxDepth - 1) + "\"jane@example.com\"" + new string(']', JsonTreeReader.MaxDepth - 1);

        Assert.Contains("••• e-mail", Masked(deep), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_row_of_the_list_says_why_and_no_key_stands_twice()
    {
        Assert.All(AllowList.Table, row => Assert.InRange(row.Reason.Length, 20, 200));
        var keys = AllowList.Table.SelectMany(row => row.Keys.Select(key => (row.Where, key))).ToList();
        Assert.Equal(keys.Distinct(), keys);
        Assert.All(keys, key => Assert.All(key.key, c => Assert.True(char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c))));
    }

    private static string Masked(string json, PayloadKind kind = PayloadKind.Call) =>
        PayloadMask.Json(Encoding.UTF8.GetBytes(json), kind).Replace("\\u2022", "•", StringComparison.Ordinal);
}
