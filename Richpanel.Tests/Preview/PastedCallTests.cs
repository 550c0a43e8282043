using Richpanel.Console.Lab;
using Richpanel.Core.Json;
using Richpanel.Core.Preview;

namespace Richpanel.Tests.Preview;

public sealed class PastedCallTests
{
    private const string Key = "the-write-key-of-the-shop";

    public static TheoryData<string> Commands => new(
        $$"""curl https://shop.example/v1/track -u {{Key}}: -H 'Content-Type: application/json' -d '{"userId":"u1","event":"It'\''s"}'""",
        $$"""curl -X POST "https://shop.example/v1/track" --user "{{Key}}:" --data-raw "{\"userId\":\"u1\",\"event\":\"It's\"}" --compressed""",
        $"$ curl 'https://shop.example/v1/t?x=1' \\\n  -H 'Authorization: Basic {Key}' \\\n  --data-binary $'{{\"userId\":\"u1\",\"event\":\"It\\u0027s\"}}'",
        $$"""curl -XPOST -d'{"writeKey":"{{Key}}","userId":"u1","event":"It\u0027s"}' --url=https://shop.example/v1/track""",
        $"curl --json='{{\"batch\":[{{\"type\":\"track\",\"userId\":\"u1\",\"event\":\"It\\u0027s\",\"writeKey\":\"{Key}\"}}]}}' https://shop.example/v1/batch");

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_curl_command_gives_its_call_and_loses_its_key(string command)
    {
        var pasted = PastedCall.Read(command);

        Assert.Null(pasted.Fault);
        var call = Assert.IsType<JsonTree.Map>(JsonTreeReader.Read(System.Text.Encoding.UTF8.GetBytes(pasted.Text)).Tree);
        Assert.Equal(("track", "u1", "It's"), (call["type"]?.AsText(), call["userId"]?.AsText(), call["event"]?.AsText()));
        Assert.DoesNotContain(Key, pasted.Text + string.Join(' ', pasted.Said), StringComparison.Ordinal);
        Assert.StartsWith("The write key was dropped", pasted.Said[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("curl https://shop.example/v1/track", "no body")]
    [InlineData("curl -d @call.json https://shop.example/v1/track", "in a file")]
    [InlineData("  ", "nothing to read")]
    public void What_holds_no_call_says_why(string text, string why) => Assert.Contains(why, PastedCall.Read(text).Fault, StringComparison.Ordinal);

    [Fact]
    public void Of_several_calls_the_first_is_taken_and_said()
    {
        var pasted = PastedCall.Read("""[{"type":"track","event":"A"},{"type":"track","event":"B"}]""");

        Assert.Contains("\"A\"", pasted.Text, StringComparison.Ordinal);
        Assert.Equal("The first of 2 calls was taken; the lab holds one.", Assert.Single(pasted.Said));
    }

    [Fact]
    public void Broken_json_is_loaded_as_it_is_so_that_the_editor_can_show_where() => Assert.Equal("{ \"a\": }", PastedCall.Read("{ \"a\": }").Text);

    [Fact]
    public void The_command_that_the_lab_writes_is_read_back_as_the_same_call()
    {
        const string text = "{\n  \"type\": \"track\",\n  \"event\": \"It's \\\"quoted\\\" $HOME\"\n}";
        var call = (JsonTree.Map)JsonTreeReader.Read(System.Text.Encoding.UTF8.GetBytes(text)).Tree;

        Assert.Equal(text, PastedCall.Read(CallCode.Of("curl", call, text, "https://console.example")).Text);
    }
}
