using Richpanel.Console.Receiver;

namespace Richpanel.Tests.Receiving;

public sealed class ReceiverSnippetsTests
{
    [Fact]
    public void Every_snippet_has_this_address_and_the_key_in_it_and_nothing_left_to_fill_in()
    {
        foreach (var snippet in ReceiverSnippets.Of("https://events.example.com", "the-write-key", "the-source-id"))
        {
            Assert.Contains("events.example.com", snippet.Code, StringComparison.Ordinal);
            Assert.Contains(snippet.Id == "function" ? "the-source-id" : "the-write-key", snippet.Code, StringComparison.Ordinal);
            Assert.DoesNotContain("segment.io/", snippet.Code, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("{{", snippet.Code, StringComparison.Ordinal);
            Assert.DoesNotContain(ReceiverSnippets.KeyPlaceholder, snippet.Code, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_senders_people_ask_for_are_there() => Assert.Superset(
        new HashSet<string>(["curl", "browser", "analytics-js", "node", "python", "ruby", "go", "java", "php", "csharp", "ios", "android"]),
        ReceiverSnippets.Of("https://h", "k", "s").Select(snippet => snippet.Id).ToHashSet());

    [Theory]
    [InlineData("ruby", "http://127.0.0.1:5080", "host: '127.0.0.1', port: 5080, ssl: false")]
    [InlineData("ruby", "https://h.example", "host: 'h.example', port: 443, ssl: true")]
    [InlineData("php", "https://h.example", "'host' => 'h.example', 'ssl' => true")]
    [InlineData("node", "https://h.example", "host: 'https://h.example'")]
    [InlineData("analytics-js", "http://h.example:81", "apiHost: 'h.example:81/v1', protocol: 'http'")]
    [InlineData("csharp", "https://h.example", "apiHost: \"h.example/v1\"")]
    [InlineData("java", "https://h.example/in", ".endpoint(\"https://h.example/in\")")]
    public void The_address_is_written_as_each_library_wants_it(string id, string address, string part) =>
        Assert.Contains(part, ReceiverSnippets.Of(address, "k", "s").Single(snippet => snippet.Id == id).Code, StringComparison.Ordinal);
}
