using System.Text;
using Richpanel.Console.Receiver;

namespace Richpanel.Tests.Receiving;

public sealed class KeyMaskTests
{
    [Fact]
    public void A_bracket_inside_a_text_of_a_list_does_not_end_it()
    {
        var bytes = Encoding.UTF8.GetBytes("""{"writeKey":["a]","SECRET"],"event":"x"}""");

        KeyMask.OverwriteNamed(bytes);

        var text = Encoding.UTF8.GetString(bytes);
        Assert.DoesNotContain("SECRET", text, StringComparison.Ordinal);
        Assert.EndsWith(""","event":"x"}""", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"writeKey":"SECRET","event":"x"}""", """{"writeKey":"******","event":"x"}""")]
    [InlineData("""{"writeKey" : "SEC\"RET","event":"x"}""", """{"writeKey" : "********","event":"x"}""")]
    [InlineData("""{"WRITEKEY":"SEC,RET}"}""", """{"WRITEKEY":"********"}""")]
    [InlineData("""{'writeKey':'SECRET','event':'x'}""", """{'writeKey':'******','event':'x'}""")]
    [InlineData("""{writeKey: SECRET, event: x}""", """{writeKey: ******, event: x}""")]
    [InlineData("""{"\u0077riteKey":"SECRET"}""", """{"\u0077riteKey":"******"}""")]
    [InlineData("event=x&writeKey=SECRET&userId=u", "event=x&writeKey=******&userId=u")]
    [InlineData("data=%7B%22writeKey%22%3A%22SECRET%22%2C%22e%22%3A1%7D", "data=%7B%22writeKey%22%3A%22******%22%2C%22e%22%3A1%7D")]
    [InlineData("""{"data":"{\"writeKey\":\"SECRET\",\"e\":1}"}""", """{"data":"{\"writeKey\":\"******\",\"e\":1}"}""")]
    [InlineData("""{"writeKey":["SECRET"],"e":1}""", """{"writeKey":**********,"e":1}""")]
    [InlineData("""{"writeKey":["a", {"b":"SECRET"}],"e":1}""", """{"writeKey":*********************,"e":1}""")]
    [InlineData("""{"writeKey":12345}""", """{"writeKey":*****}""")]
    [InlineData("""{"writeKey":"SECRET""", """{"writeKey":"******""")]
    [InlineData("""{"writeKey":"SECRET","writeKey":"SECRET"}""", """{"writeKey":"******","writeKey":"******"}""")]
    [InlineData("""{"writeKey":"","event":"x"}""", """{"writeKey":"","event":"x"}""")]
    [InlineData("""{"event":"my writeKe"}""", """{"event":"my writeKe"}""")]
    [InlineData("writeKey", "writeKey")]
    [InlineData("""{"writeKey":""", """{"writeKey":""")]
    public void The_value_of_a_write_key_is_overwritten_in_whatever_it_stands(string body, string masked)
    {
        var bytes = Encoding.UTF8.GetBytes(body);

        KeyMask.OverwriteNamed(bytes);

        Assert.Equal(masked, Encoding.UTF8.GetString(bytes));
    }

    [Theory]
    [InlineData("""{"apiSecret":"HIDDEN","event":"x"}""", """{"apiSecret":"******","event":"x"}""")]
    [InlineData("""{"api_secret" : "HIDDEN","event":"x"}""", """{"api_secret" : "******","event":"x"}""")]
    [InlineData("""{"settings":{"webhook-Secret":"HID,DEN"}}""", """{"settings":{"webhook-Secret":"*******"}}""")]
    [InlineData("""{"clientSecretKey":"HIDDEN"}""", """{"clientSecretKey":"******"}""")]
    [InlineData("""{"apiS\u0065cret":"HIDDEN"}""", """{"apiS\u0065cret":"******"}""")]
    [InlineData("event=x&api_secret=HIDDEN&userId=u", "event=x&api_secret=******&userId=u")]
    [InlineData("""{"data":"{\"apiSecret\":\"HIDDEN\",\"e\":1}"}""", """{"data":"{\"apiSecret\":\"******\",\"e\":1}"}""")]
    [InlineData("""{"password":"HIDDEN","access_token":"HIDDEN","Authorization":"Basic HIDDEN"}""", """{"password":"******","access_token":"******","Authorization":"************"}""")]
    [InlineData("""{"secret":["HIDDEN",{"a":1}],"e":1}""", """{"secret":******************,"e":1}""")]
    [InlineData("""{"apiSecret":"HIDDEN""", """{"apiSecret":"******""")]
    [InlineData("""{"event":"Password Reset","note":"a secret of hers, a token"}""", """{"event":"Password Reset","note":"a secret of hers, a token"}""")]
    [InlineData("""{"secretary":"Ann"}""", """{"secretary":"Ann"}""")]
    public void The_value_of_what_is_named_as_a_secret_is_overwritten_and_the_word_alone_is_not_one(string body, string masked)
    {
        var bytes = Encoding.UTF8.GetBytes(body);

        KeyMask.OverwriteNamed(bytes);

        Assert.Equal(masked, Encoding.UTF8.GetString(bytes));
    }

    [Fact]
    public void A_key_known_from_elsewhere_is_overwritten_wherever_it_stands()
    {
        var bytes = "SECRET and SECRETS"u8.ToArray();

        KeyMask.OverwriteKnown(bytes, "SECRET");

        Assert.Equal("****** and ******S", Encoding.UTF8.GetString(bytes));
    }

    [Fact]
    public void A_key_at_the_place_where_a_sample_is_cut_leaves_nothing_readable()
    {
        const string key = "a-write-key-of-some-length-0001";
        var body = Encoding.UTF8.GetBytes(new string(' ', 2048 - 20) + $$"""{"k":"{{key}}","writeKey":"{{key}}"}""");

        var sample = Encoding.UTF8.GetString(RefusalRecord.SampleOf(body, key));

        Assert.Equal(2048, sample.Length);
        Assert.DoesNotContain("a-write", sample, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_the_bytes_are_it_ends()
    {
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = new byte[200];
            random.NextBytes(bytes);
            "writeKey\\%\"=:"u8.CopyTo(bytes.AsSpan(random.Next(180)));
            KeyMask.OverwriteNamed(bytes);
        }
    }
}
