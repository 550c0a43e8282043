using System.Net;
using Richpanel.Core.Access;

namespace Richpanel.Tests.Api;

public sealed class ApiRightsTests(ApiUnderTest api) : IClassFixture<ApiUnderTest>
{
    /// <summary>Every call of the API with the permission it asks for.</summary>
    private static readonly (string Method, string Path, Permission Needs)[] s_calls =
    [
        ("GET", "ledger", Permission.Read), ("GET", "requests/rejected", Permission.Read), ("GET", "requests/rejected/causes", Permission.Read), ("GET", "requests/newest", Permission.Read), ("GET", "deliveries", Permission.Read),
        ("POST", "deliveries/search", Permission.Read), ("GET", "deliveries/dlv_zzz", Permission.Read), ("POST", "preview", Permission.Read),
        ("GET", "samples", Permission.Read), ("GET", "connections", Permission.Read), ("GET", "connections/Shop", Permission.Read),
        ("POST", "connections/nobody/check", Permission.Operate), ("GET", "sources", Permission.Read), ("GET", "sandbox/requests", Permission.Read),
        ("GET", "sandbox/customers", Permission.Read), ("GET", "sandbox/visitors", Permission.Read), ("GET", "sandbox/sessions", Permission.Read),
        ("GET", "sandbox/timeline", Permission.Read), ("GET", "sandbox/scenario", Permission.Read),
        ("GET", "sandbox/size", Permission.Read), ("GET", "sandbox/export", Permission.Read), ("POST", "sources/nobody/test", Permission.UseSandbox),
        ("POST", "deliveries/dlv_zzz/retry", Permission.ActOnOne), ("POST", "deliveries/dlv_zzz/cancel", Permission.ActOnOne),
        ("POST", "deliveries/dlv_zzz/try-now", Permission.ActOnOne), ("POST", "deliveries/dlv_zzz/unmask", Permission.Unmask),
        ("POST", "send", Permission.UseSandbox), ("PUT", "sandbox/scenario", Permission.UseSandbox),
        ("POST", "connections/Shop/pause", Permission.Operate), ("POST", "connections/Shop/resume", Permission.Operate),
        ("POST", "connections/Shop/release", Permission.Operate), ("POST", "connections/Shop/probe", Permission.Operate),
        ("POST", "connections", Permission.Administer), ("PUT", "connections/nobody", Permission.Administer), ("POST", "sources", Permission.Administer),
        ("PUT", "sources/nobody", Permission.Administer), ("POST", "connections/Shop/secret/roll-back", Permission.Administer),
        ("POST", "connections/Shop/secret/forget", Permission.Administer),
        ("GET", "connections/Shop/trials", Permission.Read), ("POST", "connections/nobody/trials", Permission.UseSandbox),
        ("POST", "connections/nobody/trials/trl_zzz/answer", Permission.UseSandbox), ("DELETE", "connections/nobody", Permission.Administer),
        ("POST", "sources/nobody/write-key/rotate", Permission.Administer), ("POST", "sources/nobody/write-key/end-old", Permission.Administer),
        ("DELETE", "sources/nobody", Permission.Administer),
        ("GET", "samples/nobody", Permission.Read), ("POST", "samples", Permission.SaveSamples), ("DELETE", "samples/nobody", Permission.SaveSamples),
        ("GET", "audit", Permission.ReadChangeLog), ("POST", "audit/verify", Permission.ReadChangeLog), ("GET", "audit/export.csv", Permission.ReadChangeLog),
    ];

    public static TheoryData<string, string, Role> Matrix
    {
        get
        {
            var matrix = new TheoryData<string, string, Role>();
            foreach (var (method, path, _) in s_calls)
            {
                foreach (var role in Enum.GetValues<Role>())
                {
                    matrix.Add(method, path, role);
                }
            }

            return matrix;
        }
    }

    [Theory]
    [MemberData(nameof(Matrix))]
    public async Task A_role_may_do_what_the_table_says(string method, string path, Role role)
    {
        var needs = s_calls.Single(call => call.Method == method && call.Path == path).Needs;

        using var answer = await api.CallAsync(new HttpMethod(method), path, method == "GET" ? null : "{}", role);

        Assert.Equal(Rights.May(role, needs), answer.StatusCode != HttpStatusCode.Forbidden);
        Assert.NotEqual(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.True(answer.StatusCode < HttpStatusCode.InternalServerError, $"{(int)answer.StatusCode}");
    }

    [Fact]
    public async Task Without_a_token_every_call_is_refused_before_its_body_is_looked_at()
    {
        foreach (var (method, path, _) in s_calls)
        {
            using var answer = await api.CallAsync(new HttpMethod(method), path, method == "GET" ? null : "{broken", token: null);

            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        }
    }

    [Fact]
    public async Task An_unknown_token_opens_nothing()
    {
        using var answer = await api.CallAsync(HttpMethod.Get, "ledger", null, "no-token-that-anybody-ever-was-given");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task A_role_that_may_only_use_the_sandbox_sends_nowhere_else()
    {
        using var answer = await api.CallAsync(
            HttpMethod.Post, "send", """{"connection":"Shop","call":{"type":"track","event":"x","userId":"u1"}}""", Role.Support);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Theory]
    [InlineData("GET", "connections/Shop")]
    [InlineData("POST", "connections/Shop/pause")]
    [InlineData("PUT", "connections/Shop")]
    public async Task A_token_for_one_connection_does_not_see_another(string method, string path)
    {
        using var answer = await api.CallAsync(new HttpMethod(method), path, method == "GET" ? null : "{}", ApiUnderTest.SandboxOnlyToken);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task A_token_for_one_connection_makes_no_new_one()
    {
        using var answer = await api.CallAsync(HttpMethod.Post, "connections", """{"name":"x","apiKey":"12345678"}""", ApiUnderTest.SandboxOnlyToken);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Theory]
    [InlineData("/metrics")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/scalar")]
    public async Task What_is_for_this_machine_asks_others_for_a_token(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");

        using var answer = await api.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task The_description_lists_every_call()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json");
        request.Headers.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", ApiUnderTest.TokenOf(Role.Viewer));
        using var answer = await api.Http.SendAsync(request, TestContext.Current.CancellationToken);
        var paths = System.Text.Json.JsonElement.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("paths")
            .EnumerateObject().SelectMany(path => path.Value.EnumerateObject().Select(verb => $"{verb.Name.ToUpperInvariant()} {path.Name}")).ToList();

        foreach (var (method, path, _) in s_calls)
        {
            var template = "/api/v1/" + path.Replace("dlv_zzz", "{id}", StringComparison.Ordinal).Replace("connections/Shop", "connections/{connection}", StringComparison.Ordinal)
                .Replace("connections/nobody", "connections/{connection}", StringComparison.Ordinal).Replace("sources/nobody", "sources/{source}", StringComparison.Ordinal)
                .Replace("samples/nobody", "samples/{sample}", StringComparison.Ordinal)
                .Replace("trl_zzz", "{trial}", StringComparison.Ordinal);
            Assert.Contains(paths, known => known.TrimEnd('/') == $"{method} {template}");
        }
    }
}
