using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Console.Shared;
using Richpanel.Console.Shell;

namespace Richpanel.Tests.Pages;

/// <summary>The door in the real application, on a real socket.</summary>
public sealed class PageDoorTests : IAsyncLifetime
{
    private const string TokenOfAnAdmin = "token-of-an-admin-with-32-characters";

    private readonly Server _server = new();
    private HttpClient _client = null!;

    public ValueTask InitializeAsync()
    {
        _server.StartServer();
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = _server.ClientOptions.BaseAddress };
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/deliveries")]
    [InlineData("/_framework/blazor.web.js")]
    [InlineData("/app.css")]
    [InlineData("/_content/MudBlazor/MudBlazor.min.css")]
    public async Task Pages_and_their_files_open_for_whoever_sits_at_this_machine(string path)
    {
        var answer = await GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("script-src 'self' 'nonce-", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/deliveries", "Via", "1.1 proxy")]
    [InlineData("/deliveries", "Host", "rebound.example.com")]
    [InlineData("/lab", "Origin", "https://evil.example.com")]
    public async Task Whoever_does_not_come_straight_from_this_machine_is_led_to_the_sign_in(string path, string header, string value)
    {
        var answer = await GetAsync(path, header, value);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.StartsWith("/sign-in?", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);   // no host: the visitor may have made it up
    }

    [Fact]
    public async Task A_visitor_whose_proxy_does_not_speak_of_https_is_told_that_pages_need_it()
    {
        var answer = await GetAsync("/", "X-Forwarded-For", "203.0.113.9");

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("need HTTPS", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_circuit_opens_for_nobody_who_is_not_signed_in() =>
        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync("/_blazor", "Via", "1.1 proxy")).StatusCode);

    [Fact]
    public async Task A_token_opens_no_page()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/deliveries");
        request.Headers.Authorization = new("Bearer", TokenOfAnAdmin);

        Assert.Equal(HttpStatusCode.Unauthorized, (await _client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task Health_answers_through_a_proxy() =>
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/healthz", "X-Forwarded-For", "203.0.113.9")).StatusCode);

    [Fact]
    public async Task An_unknown_page_is_a_404_with_words_for_people_and_bare_for_programs()
    {
        using var browsing = new HttpRequestMessage(HttpMethod.Get, "/nowhere");
        browsing.Headers.Accept.ParseAdd("text/html");
        var page = await _client.SendAsync(browsing, TestContext.Current.CancellationToken);
        var bare = await GetAsync("/nowhere");

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (page.StatusCode, bare.StatusCode));
        Assert.Contains("blazor", await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.DoesNotContain("blazor", await bare.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public void No_route_for_programs_is_shut_in_behind_the_door()
    {
        var shut = _server.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => !PageDoor.IsPage(endpoint))
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText?.TrimStart('/'))
            .Where(route => !Programs.Own(route.Replace("{", "", StringComparison.Ordinal)));

        // The framework's own catch-all for files that were added since the build, and pages' downloads: they belong to the pages.
        Assert.All(shut, route => Assert.Contains(route, new[] { "/{**path:file}", "/change-log/export.csv", "/about/support.json", "/deliveries/export", "/sandbox/export.json", "/backups/{name}/file" }));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    private Task<HttpResponseMessage> GetAsync(string path, string? header = null, string? value = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation(header, value);
        }

        return _client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private sealed class Server : WebApplicationFactory<Program>
    {
        private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("console-door-");

        public Server() => UseKestrel(0);

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseSetting("Storage:ConnectionString", $"Data Source={Path.Combine(_data.FullName, "console.db")}");
            builder.UseSetting("Sandbox:Port", "0");
            builder.UseSetting("Bootstrap:ApiTokens:0:Name", "admin");
            builder.UseSetting("Bootstrap:ApiTokens:0:Role", "admin");
            builder.UseSetting("Bootstrap:ApiTokens:0:Token", TokenOfAnAdmin);
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            _data.Delete(recursive: true);
        }
    }
}
