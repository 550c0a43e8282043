using Richpanel.Core.Json;

namespace Richpanel.Tests.Json;

public sealed class JsonTextTests
{
    private const string Call = "{\n  \"type\": \"track\",\n  \"n\": 1.50,\n  \"properties\": { \"total\": 5 }\n}";

    [Theory]
    [InlineData("type", "\"page\"", "{\n  \"type\": \"page\",\n  \"n\": 1.50,\n  \"properties\": { \"total\": 5 }\n}")]
    [InlineData("userId", "\"ü\"", "{\n  \"type\": \"track\",\n  \"n\": 1.50,\n  \"properties\": { \"total\": 5 },\n  \"userId\": \"ü\"\n}")]
    [InlineData("properties.total", "6", "{\n  \"type\": \"track\",\n  \"n\": 1.50,\n  \"properties\": { \"total\": 6 }\n}")]
    [InlineData("properties.tax", "1", "{\n  \"type\": \"track\",\n  \"n\": 1.50,\n  \"properties\": { \"total\": 5, \"tax\": 1 }\n}")]
    [InlineData("properties.total", null, "{\n  \"type\": \"track\",\n  \"n\": 1.50,\n  \"properties\": {}\n}")]
    [InlineData("type", null, "{\n  \"n\": 1.50,\n  \"properties\": { \"total\": 5 }\n}")]
    [InlineData("properties", null, "{\n  \"type\": \"track\",\n  \"n\": 1.50\n}")]
    [InlineData("nothing", null, Call)]
    public void One_member_changes_and_every_other_character_stays(string path, string? value, string expected) =>
        Assert.Equal(expected, JsonText.Set(Call, path.Split('.'), value));

    [Theory]
    [InlineData("""{}""", "{\n  \"context\": { \"traits\": { \"email\": \"a@b.c\" } }\n}")]
    [InlineData("""{"context":{}}""", "{\"context\":{\n  \"traits\": { \"email\": \"a@b.c\" }\n}}")]
    public void Objects_on_the_way_are_made(string text, string expected) =>
        Assert.Equal(expected, JsonText.Set(text, ["context", "traits", "email"], "\"a@b.c\""));

    [Theory]
    [InlineData("[1]")]
    [InlineData("{ broken")]
    [InlineData("""{"context":"text"}""")]
    public void What_cannot_be_set_is_not(string text) => Assert.Null(JsonText.Set(text, ["context", "traits"], "1"));

    [Fact]
    public void Places_count_characters_and_not_bytes()
    {
        const string text = """{"ä🙂":"ß","b":["x",{"odd key":2}]}""";
        var places = JsonPlaces.Of(text)!;

        var odd = places.Find("$.b[1]['odd key']")!.Value;
        Assert.Equal("2", text[odd.Start..odd.End]);
        Assert.Equal("\"odd key\"", text[odd.Key..(odd.Key + 9)]);
        Assert.Equal("\"x\"", text[places.Find("$.b[0]")!.Value.Start..places.Find("$.b[0]")!.Value.End]);
        Assert.Null(JsonPlaces.Of("{} {}"));
    }

    [Fact]
    public void Pretty_keeps_digits_and_letters_and_leaves_alone_what_is_no_json()
    {
        Assert.Equal("{\n  \"a\": 1.500,\n  \"b\": \"ü<\"\n}", JsonText.Pretty("""{"a":1.500,"b":"\u00fc<"}"""));
        Assert.Equal("{ broken", JsonText.Pretty("{ broken"));
    }
}
