using System.Net;

namespace Richpanel.Tests.Entrance;

/// <summary>The headers of every kind of answer, on a real socket.</summary>
public sealed class HeaderTests : IAsyncLifetime
{
    private const string OfPrograms = "default-src 'none'; frame-ancestors 'none'";

    private readonly EntranceUnderTest _product = new(environment: "Production");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _product.DisposeAsync();

    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/")]
    [InlineData("/app.css")]
    [InlineData("/_framework/blazor.web.js")]
    [InlineData("/_content/MudBlazor/MudBlazor.min.js")]
    [InlineData("/error")]
    [InlineData("/nowhere")]
    [InlineData("/nowhere.css")]
    public async Task Whatever_belongs_to_the_pages_carries_the_pages_policy(string path)
    {
        using var answer = await _product.GetAsync(path, ("Accept", "text/html"));

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Matches(
            "^default-src 'self'; script-src 'self' 'nonce-[A-Za-z0-9+/=]{24}'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; img-src 'self' data:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'$",
            policy);
        HasHeaders(answer, "no-referrer");
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Cross-Origin-Opener-Policy")));
        Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
    }

    [Theory]
    [InlineData("/api/v1/deliveries", true, 200)]
    [InlineData("/api/v1/deliveries", false, 401)]
    [InlineData("/api/v1/deliveries/dlv_9999", true, 404)]
    [InlineData("/api/v1/deliveries?state=nonsense", true, 400)]
    [InlineData("/api/v1/nowhere", true, 404)]
    [InlineData("/openapi/v1.json", true, 200)]
    [InlineData("/metrics", true, 200)]
    [InlineData("/healthz", false, 200)]
    [InlineData("/readyz", false, 200)]
    public async Task Whatever_answers_a_program_shows_nothing_as_a_page_and_is_not_kept(string path, bool signedIn, int status)
    {
        using var answer = await _product.GetAsync(path, signedIn ? ("Authorization", "Bearer " + EntranceUnderTest.Token) : ("X-None", "1"));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(OfPrograms, Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.True(answer.Headers.CacheControl?.NoStore);
        HasHeaders(answer, "no-referrer");
    }

    [Fact]
    public async Task The_API_reference_has_a_policy_of_its_own_with_a_new_nonce_each_time()
    {
        async Task<string> PolicyAsync()
        {
            using var answer = await _product.GetAsync("/scalar/");
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            var nonce = policy.Split("'nonce-")[1].Split('\'')[0];
            Assert.Contains($"nonce=\"{WebUtility.HtmlEncode(nonce)}\"", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
            HasHeaders(answer, "no-referrer");
            return policy;
        }

        var (one, other) = (await PolicyAsync(), await PolicyAsync());

        Assert.NotEqual(one, other);
        Assert.DoesNotContain("unsafe-eval", one, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", one, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_of_the_door_is_read_as_what_it_says_it_is()
    {
        using var answer = await _product.SendAsync(HttpMethod.Post, "/v1/track");

        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
    }

    [Theory(Timeout = 60_000)]
    [InlineData("Production", "https", "false", "max-age=31536000")]
    [InlineData("Production", "https", "true", "max-age=31536000; includeSubDomains")]
    [InlineData("Production", "http", "false", null)]
    [InlineData("Development", "https", "false", null)]
    public async Task Browsers_are_told_to_stay_on_https_once_they_came_by_it(string environment, string proto, string subDomains, string? told)
    {
        await using var product = new EntranceUnderTest(new() { ["Https:HstsIncludeSubDomains"] = subDomains }, environment);

        foreach (var path in (string[])["/sign-in", "/v1/track", "/v1/projects/nobody/settings", "/api/v1/ledger"])
        {
            using var answer = await product.GetAsync(path, ("Host", "console.example"), ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", proto));

            Assert.Equal(told, answer.Headers.TryGetValues("Strict-Transport-Security", out var said) ? said.Single() : null);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Cookies_that_came_by_https_are_never_sent_without_it()
    {
        using var answer = await _product.GetAsync("/sign-in", ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"));

        var cookies = answer.Headers.GetValues("Set-Cookie").ToList();
        Assert.All(cookies, cookie =>
        {
            Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("; samesite=", cookie, StringComparison.OrdinalIgnoreCase);
            Assert.Contains("; httponly", cookie, StringComparison.OrdinalIgnoreCase);
        });
    }

    [Fact]
    public async Task No_answer_says_what_serves_it()
    {
        foreach (var path in new[] { "/sign-in", "/api/v1/ledger", "/v1/track", "/app.css" })
        {
            using var answer = await _product.GetAsync(path);
            Assert.Empty(answer.Headers.Server);
        }
    }

    private static void HasHeaders(HttpResponseMessage answer, string referrer)
    {
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal(referrer, Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
    }
}
