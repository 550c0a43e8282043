using System.Text;
using Richpanel.Console.Lab;
using Richpanel.Core.Json;

namespace Richpanel.Tests.Lab;

public sealed class CallCodeTests
{
    private const string Text = """{"type":"track","event":"Order Completed","userId":"u1","properties":{"total":5},"timestamp":"2026-01-31T12:00:00Z"}""";

    [Theory]
    [InlineData("js", "analytics.track(\"Order Completed\", {")]
    [InlineData("node", "analytics.track({")]
    [InlineData("csharp", "\"/v1/track\", new StringContent(call, Encoding.UTF8, \"application/json\")")]
    [InlineData("curl", "curl -sS 'https://console.example/v1/track'")]
    public void Each_language_posts_the_call_to_this_installation_with_a_placeholder_for_the_key(string language, string words)
    {
        var code = CallCode.Of(language, Map(Text), Text, "https://console.example");

        Assert.Contains(words, code, StringComparison.Ordinal);
        Assert.Contains("WRITE_KEY", code, StringComparison.Ordinal);
        Assert.Contains("console.example", code, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"identify","userId":"u1","traits":{"a":1}}""", "analytics.identify(\"u1\", {")]
    [InlineData("""{"type":"identify","traits":{"a":1}}""", "analytics.identify(null, {")]
    [InlineData("""{"type":"page","name":"Home"}""", "analytics.page(null, \"Home\", {}, {})")]
    [InlineData("""{"type":"group","groupId":"g","userId":"u"}""", "analytics.group(\"g\", {}, {")]
    [InlineData("""{"type":"alias","userId":"u","previousId":"p"}""", "analytics.alias(\"u\", \"p\", {})")]
    public void In_the_browser_the_arguments_stand_in_their_places(string text, string words) =>
        Assert.Contains(words, CallCode.Of("js", Map(text), text, "http://127.0.0.1:5080"), StringComparison.Ordinal);

    [Fact]
    public void Quotation_marks_in_the_call_do_not_end_the_csharp_text()
    {
        const string text = "{\"a\":\"\\\"\\\"\\\"\\\"\",\"b\":\"\"\"\"\"}";

        Assert.Contains("const string call = \"\"\"\"\"\"\n", CallCode.Of("csharp", JsonTree.Map.Empty, text, "https://console.example"), StringComparison.Ordinal);
    }

    private static JsonTree.Map Map(string text) => (JsonTree.Map)JsonTreeReader.Read(Encoding.UTF8.GetBytes(text)).Tree;
}
