using System.Text;
using System.Text.Json;
using Richpanel.Core.Json;

namespace Richpanel.Tests.Json;

public sealed class JsonTreeTests
{
    [Theory]
    [InlineData("""{"a":[1,2.50,-1e400,true,null,"x"]}""")]
    [InlineData("""{"\u00e9":"\ud83d\ude42\n\"\\/"}""")]
    public void What_is_written_is_what_was_read(string json) => Assert.Equal(json, JsonTreeWriter.Write(Read(json).Tree));

    [Fact]
    public void Lone_surrogates_between_other_escapes_become_the_replacement_character_alone()
    {
        var reading = Read("""["a\n\ud800\u0041\"\\\udc00\ud83d\ude42é"]""");

        Assert.Equal("a\n\uFFFDA\"\\\uFFFD🙂é", ((JsonTree.List)reading.Tree).Items[0].AsText());
        Assert.Equal("$[0]", Assert.Single(reading.Oddities).Path);
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_become_the_replacement_character() =>
        Assert.Equal("a\uFFFDb", JsonTreeReader.Read([(byte)'"', (byte)'a', 0xFF, (byte)'b', (byte)'"']).Tree.AsText());

    [Fact]
    public void Many_duplicates_in_a_large_object_cost_no_more_than_many_keys()
    {
        // 100,000 keys, each twice: going through the members for each would take minutes.
        var once = string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"\"k{i}\":{i}"));
        var reading = Read("{" + once + "," + once.Replace(":", ":1", StringComparison.Ordinal) + "}");
        var map = Assert.IsType<JsonTree.Map>(reading.Tree);

        Assert.Equal(100_000, map.Members.Count);
        Assert.Equal("199999", Assert.IsType<JsonTree.Number>(map["k99999"]).Digits);
        Assert.Equal(JsonTreeReader.MostOddities, reading.Oddities.Count);
        Assert.True(JsonTree.DeepEquals(map, new JsonTree.Map([.. map.Members.Reverse()])));
    }

    [Fact]
    public void The_path_of_an_oddity_shows_a_very_long_key_by_its_beginning()
    {
        var key = new string('k', 1024 * 1024);
        var reading = Read("{\"" + key + "\":{\"a\":1,\"a\":2}}");

        Assert.InRange(Assert.Single(reading.Oddities).Path.Length, 200, 300);
        Assert.Equal(key, ((JsonTree.Map)reading.Tree).Members[0].Key);
    }

    [Fact]
    public void The_deepest_level_is_read_and_one_more_is_refused()
    {
        Assert.Equal(1024, JsonTreeWriter.Write(Read(new string('[', 512) + new string(']', 512)).Tree).Length);
        Assert.ThrowsAny<JsonException>(() => Read(new string('[', 513) + new string(']', 513)));
    }

    private static JsonReading Read(string json) => JsonTreeReader.Read(Encoding.UTF8.GetBytes(json));
}
