using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Wire;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Sandbox;

/// <summary>Who may look into the sandbox, and what it says to those who may.</summary>
public sealed class SandboxApiTests : IAsyncLifetime
{
    private const string Everything = "token-for-every-connection-of-32-characters";
    private const string SandboxOnly = "token-for-the-sandbox-only-of-32-characters";
    private const string ShopOnly = "token-for-the-shop-only-of-32-characters";

    private ConsoleUnderTest _console = new(Tokens());

    /// <summary>Every route there is; the one that forgets comes last.</summary>
    private static readonly (string Method, string Path, string? Body)[] s_routes =
    [
        ("GET", "requests", null), ("GET", "requests/1", null), ("GET", "customers", null), ("GET", "visitors", null), ("GET", "sessions", null),
        ("GET", "timeline", null), ("GET", "size", null), ("GET", "export", null), ("GET", "scenario", null), ("PUT", "scenario", """{"steps":[{"status":500,"repeat":0}]}"""), ("DELETE", "", null),
    ];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync() => await _console.DisposeAsync();

    [Fact]
    public async Task A_token_limited_to_other_connections_sees_and_changes_nothing_of_the_sandbox()
    {
        await SeedAsync();

        foreach (var (method, path, body) in s_routes)
        {
            using var refused = await CallAsync(method, path, body, ShopOnly);
            await IsProblemAsync(refused, HttpStatusCode.NotFound, "There is no sandbox that this token may touch.");
        }

        using var scenario = await CallAsync("GET", "scenario", null, Everything);
        Assert.Empty((await JsonAsync(scenario)).GetProperty("steps").EnumerateArray());
        using var requests = await CallAsync("GET", "requests", null, Everything);
        Assert.Single((await JsonAsync(requests)).EnumerateArray());
    }

    [Fact]
    public async Task A_token_limited_to_the_sandbox_may_use_all_of_it()
    {
        await SeedAsync();

        foreach (var (method, path, body) in s_routes)
        {
            using var answer = await CallAsync(method, path, body, SandboxOnly);
            Assert.True(answer.IsSuccessStatusCode, $"{method} {path} answered {(int)answer.StatusCode}");
        }

        using var requests = await CallAsync("GET", "requests", null, SandboxOnly);
        Assert.Empty((await JsonAsync(requests)).EnumerateArray());
    }

    [Fact]
    public async Task Switched_off_it_says_so_on_every_route()
    {
        await SwitchOffAsync();

        foreach (var (method, path, body) in s_routes)
        {
            using var answer = await CallAsync(method, path, body, Everything);
            await IsProblemAsync(answer, HttpStatusCode.NotFound, "The sandbox is switched off (Sandbox:Enabled).");
        }
    }

    /// <summary>So that a new route cannot be forgotten in the list above.</summary>
    [Fact]
    public void The_list_above_holds_every_route()
    {
        _ = _console.CreateClient();

        var mapped = _console.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/v1/sandbox", StringComparison.Ordinal))
            .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods, (endpoint, method) => $"{method} {endpoint.RoutePattern.RawText}");

        Assert.Equal(
            s_routes.Select(route => $"{route.Method} /api/v1/sandbox/{route.Path.Replace("/1", "/{id:long}", StringComparison.Ordinal)}").Order(),
            mapped.Order());
    }

    [Fact]
    public async Task Switched_off_it_listens_nowhere_and_makes_no_file()
    {
        await SwitchOffAsync(("Sandbox:Public", "true"));
        using var http = _console.CreateClient();

        Assert.Null(_console.Services.GetRequiredService<SandboxEndpoint>().Address);
        Assert.False(File.Exists(Path.Combine(_console.Folder, "sandbox.db")));
        using var answer = await http.PostAsJsonAsync("/v2/t", new { h = "e30=" }, Ct);
        Assert.False(answer.IsSuccessStatusCode);
    }

    [Fact]
    public async Task Switched_off_later_a_call_for_its_connection_waits_with_a_cause_of_its_own()
    {
        await SwitchOffAsync();
        using var http = Client(Everything);
        await _console.AddSourceAsync("Sandbox", connection => connection.IsSandbox = true);   // as an earlier start has left it

        using var answer = await http.PostAsJsonAsync("/api/v1/send", new { connection = "Sandbox", call = new { type = "track", @event = "x", userId = "u1" } }, Ct);

        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.Contains("sandbox_off", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_is_shown_with_its_findings_and_its_decoded_call()
    {
        await SeedAsync();

        using var answer = await CallAsync("GET", "requests/1", null, Everything);

        var request = await JsonAsync(answer);
        Assert.Equal("/v2/t", request.GetProperty("path").GetString());
        Assert.Equal("x", Assert.Single(request.GetProperty("calls").EnumerateArray()).GetProperty("event").GetString());
        Assert.Contains(request.GetProperty("findings").EnumerateArray(), finding => finding.GetProperty("rule").GetString() == "signature" && !finding.GetProperty("passed").GetBoolean());
    }

    [Fact]
    public async Task A_session_made_from_gaps_is_shown_as_assumed()
    {
        await SeedAsync();

        using var answer = await CallAsync("GET", "sessions", null, Everything);

        Assert.True(Assert.Single((await JsonAsync(answer)).EnumerateArray()).GetProperty("assumed").GetBoolean());
    }

    [Fact]
    public async Task A_request_it_does_not_remember_is_not_found_in_words()
    {
        using var answer = await CallAsync("GET", "requests/4711", null, Everything);

        await IsProblemAsync(answer, HttpStatusCode.NotFound, "The sandbox remembers no request 4711. GET /api/v1/sandbox/requests lists them.");
    }

    [Fact]
    public async Task The_list_can_be_narrowed_to_what_broke_the_contract_and_says_which_rules()
    {
        await SeedAsync();

        using var broken = await CallAsync("GET", "requests?only=broken", null, Everything);
        Assert.Contains("signature", Assert.Single((await JsonAsync(broken)).EnumerateArray()).GetProperty("broken").EnumerateArray().Select(rule => rule.GetString()));
        using var other = await CallAsync("GET", "requests?only=notTaken", null, Everything);
        Assert.Empty((await JsonAsync(other)).EnumerateArray());
        using var wrong = await CallAsync("GET", "requests?only=7", null, Everything);
        await IsProblemAsync(wrong, HttpStatusCode.BadRequest, "only: give all, broken or notTaken.");
    }

    [Theory]
    [InlineData("""{"steps":[null]}""", "steps[0] must be an object.")]
    [InlineData("""{"steps":[{"status":101}]}""", "steps[0].status must be from 200 to 599.")]
    [InlineData("""{"steps":[{"fault":17}]}""", "steps[0].fault must be one of")]
    [InlineData("""{"steps":[{},{"repeat":-1}]}""", "steps[1].repeat")]
    public async Task A_scenario_that_cannot_be_played_is_refused_by_step(string body, string says)
    {
        using var answer = await CallAsync("PUT", "scenario", body, Everything);

        await IsProblemAsync(answer, HttpStatusCode.BadRequest, says);
    }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Dictionary<string, string?> Tokens(params ReadOnlySpan<(string Key, string Value)> more)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Bootstrap:ApiTokens:0:Name"] = "everything",
            ["Bootstrap:ApiTokens:0:Role"] = "admin",
            ["Bootstrap:ApiTokens:0:Token"] = Everything,
            ["Bootstrap:ApiTokens:1:Name"] = "sandbox",
            ["Bootstrap:ApiTokens:1:Role"] = "support",
            ["Bootstrap:ApiTokens:1:Connections"] = "Sandbox",
            ["Bootstrap:ApiTokens:1:Token"] = SandboxOnly,
            ["Bootstrap:ApiTokens:2:Name"] = "shop",
            ["Bootstrap:ApiTokens:2:Role"] = "admin",
            ["Bootstrap:ApiTokens:2:Connections"] = "Shop",
            ["Bootstrap:ApiTokens:2:Token"] = ShopOnly,
        };
        foreach (var (key, value) in more)
        {
            settings[key] = value;
        }

        return settings;
    }

    private static async Task IsProblemAsync(HttpResponseMessage answer, HttpStatusCode status, string says)
    {
        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.Contains(says, await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return JsonElement.Parse(await answer.Content.ReadAsStringAsync(Ct));
    }

    private async Task SwitchOffAsync(params (string Key, string Value)[] more)
    {
        await _console.DisposeAsync();
        _console = new ConsoleUnderTest(Tokens([("Sandbox:Enabled", "false"), .. more]));
    }

    /// <summary>One request in the sandbox: an event of a device.</summary>
    private async Task SeedAsync()
    {
        _ = _console.CreateClient();
        using var http = new HttpClient();
        var body = new { h = Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"event":"x","did":"d"}""")) };
        using var answer = await http.PostAsJsonAsync(new Uri($"http://{_console.Services.GetRequiredService<SandboxEndpoint>().Address}/v2/t"), body, Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private HttpClient Client(string token)
    {
        var http = _console.CreateClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    private async Task<HttpResponseMessage> CallAsync(string method, string path, string? body, string token)
    {
        using var http = Client(token);
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/v1/sandbox/{path}");
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return await http.SendAsync(request, Ct);
    }
}
