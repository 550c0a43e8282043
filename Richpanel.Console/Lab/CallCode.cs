using Richpanel.Console.Shared;
using Richpanel.Core.Json;

namespace Richpanel.Console.Lab;

/// <summary>
/// The call as code for the library of each language, a placeholder where the write key stands. Pure.
/// </summary>
public static class CallCode
{
    public static IReadOnlyList<(string Id, string Name)> Languages { get; } = [("js", "JavaScript"), ("node", "Node"), ("csharp", "C#"), ("curl", "cURL")];

    private const string Key = "WRITE_KEY";

    /// <param name="text">The call as it stands in the editor.</param>
    /// <param name="address">Of the receiver, without trailing slash.</param>
    public static string Of(string language, JsonTree.Map call, string text, string address) => language switch
    {
        "js" => JavaScript(call, address),
        "node" => Node(call, address),
        "csharp" => CSharp(call, text, address),
        _ => Curl(call, text, address),
    };

    /// <summary>analytics.js: arguments by position, what is not among them in the options.</summary>
    private static string JavaScript(JsonTree.Map call, string address)
    {
        var type = TypeOf(call);
        string[] places = type switch
        {
            "identify" => ["userId", "traits"],
            "group" => ["groupId", "traits"],
            "alias" => ["userId", "previousId"],
            "page" or "screen" => ["category", "name", "properties"],
            _ => ["event", "properties"],
        };
        var options = Without(call, [.. places, "type"]);
        var arguments = places.Select(place => call[place] is { } value ? Literal(value) : place is "traits" or "properties" ? "{}" : "null").Append(Literal(options));
        return $$"""
            {{SdkSetUp.AnalyticsJs(address, Key)}}

            await analytics.{{type}}({{string.Join(", ", arguments)}});
            """;
    }

    private static string Node(JsonTree.Map call, string address) =>
        $$"""
        {{SdkSetUp.Node(address, Key)}}

        analytics.{{TypeOf(call)}}({{Literal(Without(call, ["type"]))}});
        await analytics.closeAndFlush();
        """;

    private static string CSharp(JsonTree.Map call, string text, string address)
    {
        var quotes = new string('"', Math.Max(3, Longest(text, '"') + 1));
        return $$"""
            using System.Net.Http.Headers;
            using System.Text;

            using var http = new HttpClient { BaseAddress = new Uri("{{address}}") };
            http.DefaultRequestHeaders.Authorization =
                new AuthenticationHeaderValue("Basic", Convert.ToBase64String("{{Key}}:"u8));

            const string call = {{quotes}}
            {{text.Trim()}}
            {{quotes}};

            using var answer = await http.PostAsync(
                "/v1/{{TypeOf(call)}}", new StringContent(call, Encoding.UTF8, "application/json"));
            answer.EnsureSuccessStatusCode();
            """;
    }

    private static string Curl(JsonTree.Map call, string text, string address) =>
        $"curl -sS '{address}/v1/{TypeOf(call)}' \\\n  -u '{Key}:' \\\n  -H 'Content-Type: application/json' \\\n  --data-raw '{text.Trim().Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static string TypeOf(JsonTree.Map call) => call["type"]?.AsText() is { } type && CallFields.Types.Contains(type) ? type : "track";

    private static JsonTree.Map Without(JsonTree.Map call, IReadOnlyList<string> keys) => new([.. call.Members.Where(member => !keys.Contains(member.Key))]);

    /// <summary>JSON is JavaScript; only <c>__proto__</c> would mean something else, and no library sends it either.</summary>
    private static string Literal(JsonTree tree) => JsonText.Pretty(JsonTreeWriter.Write(tree));

    private static int Longest(string text, char c)
    {
        var (longest, run) = (0, 0);
        foreach (var one in text)
        {
            run = one == c ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }
}
