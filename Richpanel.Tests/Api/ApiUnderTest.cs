using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Richpanel.Core.Access;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Api;

/// <summary>One product with a token for each role and one that is limited to the Sandbox connection; shared by the tests of a class.</summary>
public sealed class ApiUnderTest : IAsyncLifetime
{
    public const string Secret = "planted-api-secret-7391";

    public ConsoleUnderTest Console { get; } = new(Tokens());

    public HttpClient Http { get; private set; } = null!;

    public static string TokenOf(Role role) => $"{role}-token-of-at-least-32-characters".ToLowerInvariant();

    public static string SandboxOnlyToken => "sandbox-only-token-of-32-characters!";

    public async ValueTask InitializeAsync()
    {
        Http = Console.CreateClient();
        using var made = await CallAsync(HttpMethod.Post, "connections", $$"""{"name":"Shop","apiKey":"shop-key-1","apiSecret":"{{Secret}}","baseUrl":"https://richpanel.invalid/v2"}""");
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
    }

    public async ValueTask DisposeAsync() => await Console.DisposeAsync();

    public Task<HttpResponseMessage> CallAsync(HttpMethod method, string path, string? json = null, Role role = Role.Admin) =>
        CallAsync(method, path, json, TokenOf(role));

    public async Task<HttpResponseMessage> CallAsync(HttpMethod method, string path, string? json, string? token)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/" + path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>The JSON of an answer that must have this status.</summary>
    public async Task<JsonElement> JsonAsync(HttpMethod method, string path, string? json = null, HttpStatusCode status = HttpStatusCode.OK, Role role = Role.Admin)
    {
        using var answer = await CallAsync(method, path, json, role);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(status == answer.StatusCode, $"{method} {path} answered {(int)answer.StatusCode}: {text}");
        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        return text.Length == 0 ? default : JsonElement.Parse(text, new JsonDocumentOptions { MaxDepth = 1000 });
    }

    private static Dictionary<string, string?> Tokens()
    {
        var settings = new Dictionary<string, string?>
        {
            ["Bootstrap:ApiTokens:9:Name"] = "sandbox only",
            ["Bootstrap:ApiTokens:9:Role"] = "admin",
            ["Bootstrap:ApiTokens:9:Connections"] = "Sandbox",
            ["Bootstrap:ApiTokens:9:Token"] = SandboxOnlyToken,
        };
        foreach (var role in Enum.GetValues<Role>())
        {
            settings[$"Bootstrap:ApiTokens:{(int)role}:Name"] = role.ToString();
            settings[$"Bootstrap:ApiTokens:{(int)role}:Role"] = role.ToString().ToLowerInvariant();
            settings[$"Bootstrap:ApiTokens:{(int)role}:Token"] = TokenOf(role);
        }

        return settings;
    }
}
