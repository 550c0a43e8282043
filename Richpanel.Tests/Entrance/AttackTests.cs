using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Richpanel.Tests.Entrance;

/// <summary>Attacks on the whole of HTTP, byte by byte where a client library would mend them.</summary>
public sealed class AttackTests : IAsyncLifetime
{
    private readonly EntranceUnderTest _product = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _product.DisposeAsync();

    public static TheoryData<string> Climbs
    {
        get
        {
            var all = new TheoryData<string>();
            string[] ups = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..\\", "%252e%252e%252f", "..%252f", "%c0%ae%c0%ae/", "..%00/", "....//", "..;/"];
            foreach (var root in new[] { "/", "/fonts/", "/_content/MudBlazor/", "/_framework/", "/scalar/", "/openapi/" })
            {
                foreach (var up in ups)
                {
                    all.Add(root + string.Concat(Enumerable.Repeat(up, 8)) + "etc/passwd");
                    all.Add(root + string.Concat(Enumerable.Repeat(up, 2)) + "appsettings.json");
                }
            }

            all.Add("//etc/passwd");
            all.Add("/\\etc\\passwd");
            all.Add("/appsettings.json");
            all.Add("/data/console.db");
            all.Add("/keys/installation.key");
            all.Add("/Richpanel.Console.dll");
            all.Add("/web.config");
            all.Add("/.git/config");
            return all;
        }
    }

    [Fact(Timeout = 120_000)]
    public async Task No_path_climbs_out_of_the_static_files_in_any_spelling()
    {
        foreach (var path in Climbs.Select(row => row.Data))
        {
            var answer = await _product.RawAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

            Assert.False(answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) && !answer.Contains("text/html", StringComparison.Ordinal), path);
            Assert.False(answer.StartsWith("HTTP/1.1 5", StringComparison.Ordinal), $"{path}: {answer[..Math.Min(200, answer.Length)]}");
            Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("ConnectionString", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("SQLite format", answer, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/sign-in?to=/a%0d%0aX-Injected:%201")]
    [InlineData("/deliveries%0d%0aX-Injected:%201")]
    [InlineData("/deliveries?user=%0d%0aX-Injected:%201")]
    [InlineData("/sign-in?to=%0d%0aSet-Cookie:%20a=b")]
    [InlineData("/api/v1/deliveries?cursor=%0d%0aX-Injected:%201")]
    [InlineData("/v1/projects/%0d%0aX-Injected:%201/settings")]
    [InlineData("/scalar/%0d%0aX-Injected:%201")]
    [InlineData("/scalar?%0d%0aX-Injected:%201")]
    public async Task A_line_break_in_an_address_is_no_line_of_a_head(string path)
    {
        var answer = await _product.RawAsync($"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {EntranceUnderTest.Token}\r\n\r\n");

        var head = answer.Split("\r\n\r\n")[0];
        Assert.DoesNotContain("\nX-Injected", head, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Set-Cookie: a=b", head, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("HTTP/1.1 5", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Origin: https://a.example\rX-Injected: 1")]
    [InlineData("Origin: https://a.example\nX-Injected: 1")]
    [InlineData("Access-Control-Request-Headers: a\rX-Injected: 1")]
    [InlineData("Host: localhost\rX-Injected: 1")]
    [InlineData("X-Forwarded-For: 1.1.1.1\rX-Injected: 1")]
    public async Task A_line_break_in_a_header_comes_back_in_none(string header)
    {
        foreach (var line in new[] { "OPTIONS /v1/track", "POST /v1/track", "GET /deliveries" })
        {
            var answer = await _product.RawAsync($"{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n\r\n");

            Assert.DoesNotContain("X-Injected", answer, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:80")]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.nip.io")]
    public async Task A_Host_that_somebody_made_up_leads_nobody_to_it(string host)
    {
        foreach (var path in new[] { "/", "/deliveries", "/scalar", "/_blazor" })
        {
            using var answer = await _product.GetAsync(path, ("Host", host));

            Assert.DoesNotContain("evil", answer.Headers.Location?.ToString() ?? "", StringComparison.Ordinal);
            Assert.False(answer.Headers.Location?.IsAbsoluteUri ?? false, answer.Headers.Location?.ToString());
        }
    }

    [Theory(Timeout = 60_000)]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task A_rebound_name_is_not_somebody_at_this_machine(string environment)
    {
        await using var product = new EntranceUnderTest(environment: environment);
        foreach (var path in new[] { "/", "/deliveries", "/openapi/v1.json", "/metrics", "/scalar/" })
        {
            using var rebound = await product.GetAsync(path, ("Host", "rebound.example"));

            Assert.Contains(rebound.StatusCode, new[] { HttpStatusCode.Redirect, HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden });
        }
    }

    [Theory]
    [InlineData("evil.example\\\"},\\\"x\\\":{\\\"")]
    [InlineData("evil.example")]
    public async Task The_settings_of_a_browser_repeat_the_Host_as_text_and_are_not_kept(string host)
    {
        var source = await _product.App.AddSourceAsync();

        var answer = await _product.RawAsync($"GET /v1/projects/{source.WriteKey}/settings HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");

        if (answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
        {
            Assert.Contains("Cache-Control: no-store", answer, StringComparison.Ordinal);
            Assert.Single(JsonElement.Parse(answer.Split("\r\n\r\n")[1]).EnumerateObject());
        }
        else
        {
            Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("X-HTTP-Method-Override", "DELETE")]
    [InlineData("X-HTTP-Method", "PUT")]
    [InlineData("X-Method-Override", "POST")]
    public async Task No_header_makes_another_method_of_a_request(string header, string method)
    {
        using var read = await _product.GetAsync("/api/v1/connections", (header, method), ("Authorization", "Bearer " + EntranceUnderTest.Token));
        using var posted = await _product.GetAsync("/v1/track?_method=POST", (header, method));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.MethodNotAllowed), (read.StatusCode, posted.StatusCode));
    }

    [Fact]
    public async Task Two_lengths_or_a_length_beside_chunks_are_never_read_as_two_requests()
    {
        const string smuggled = "GET /api/v1/connections HTTP/1.1\r\nHost: localhost\r\n\r\n";
        var two = await _product.RawAsync($"POST /v1/track HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: {smuggled.Length}\r\n\r\n{smuggled}");
        var both = await _product.RawAsync($"POST /v1/track HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}");

        Assert.StartsWith("HTTP/1.1 400", two, StringComparison.Ordinal);
        Assert.Equal(1, Count(two, "HTTP/1.1 "));
        Assert.Equal(1, Count(both, "HTTP/1.1 "));
    }

    [Fact(Timeout = 60_000)]
    public async Task Beyond_its_rate_a_token_is_told_to_wait_whole_seconds_and_another_token_is_not()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var product = new EntranceUnderTest(
            new()
            {
                ["Api:CallsPerSecond"] = "1",
                ["Api:CallsBurst"] = "1",
                ["Bootstrap:ApiTokens:1:Name"] = "other",
                ["Bootstrap:ApiTokens:1:Role"] = "viewer",
                ["Bootstrap:ApiTokens:1:Token"] = "another-token-with-at-least-32-chars",
            },
            services: services => services.AddSingleton<TimeProvider>(time));
        using var first = await product.GetAsync("/api/v1/sources", ("Authorization", "Bearer " + EntranceUnderTest.Token));
        using var second = await product.GetAsync("/api/v1/sources", ("Authorization", "Bearer " + EntranceUnderTest.Token));
        using var other = await product.GetAsync("/api/v1/sources", ("Authorization", "Bearer another-token-with-at-least-32-chars"));
        using var nobody = await product.GetAsync("/api/v1/sources");
        time.Advance(TimeSpan.FromSeconds(1));
        using var later = await product.GetAsync("/api/v1/sources", ("Authorization", "Bearer " + EntranceUnderTest.Token));

        Assert.Equal([200, 429, 200, 401, 200], new[] { first, second, other, nobody, later }.Select(answer => (int)answer.StatusCode));
        Assert.Equal("1", Assert.Single(second.Headers.GetValues("Retry-After")));
        Assert.Equal("application/problem+json", second.Content.Headers.ContentType!.MediaType);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
