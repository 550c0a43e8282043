using System.Net;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Console.Shell;

namespace Richpanel.Tests.Pages;

/// <summary>The door in the real application, on a real socket.</summary>
public sealed class ConsoleDoorInServerTests : IAsyncLifetime
{
    private readonly Server _server = new();
    private HttpClient _client = null!;

    public ValueTask InitializeAsync()
    {
        _server.StartServer();
        _client = _server.CreateClient();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/deliveries")]
    [InlineData("/_framework/blazor.web.js")]
    [InlineData("/app.css")]
    [InlineData("/_content/MudBlazor/MudBlazor.min.css")]
    public async Task Pages_and_their_files_open_for_this_machine_and_not_through_a_proxy(string path)
    {
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync(path, "X-Forwarded-For")).StatusCode);
    }

    [Fact]
    public async Task The_circuit_does_not_open_through_a_proxy() =>
        Assert.Equal(HttpStatusCode.Forbidden, (await GetAsync("/_blazor", "Via")).StatusCode);

    [Fact]
    public async Task A_token_opens_no_page()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/deliveries");
        request.Headers.Add("X-Forwarded-For", "203.0.113.9");
        request.Headers.Authorization = new("Bearer", new string('t', 40));

        Assert.Equal(HttpStatusCode.Forbidden, (await _client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Fact]
    public async Task The_refusal_says_what_to_do()
    {
        var answer = await GetAsync("/", "X-Forwarded-For");

        var words = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("X-Forwarded-For", words, StringComparison.Ordinal);
        Assert.Contains("ssh -L", words, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_answers_through_a_proxy() =>
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/healthz", "X-Forwarded-For")).StatusCode);

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
            .Where(endpoint => !ConsoleDoor.IsPage(endpoint))
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText?.TrimStart('/'))
            .Where(route => !ConsoleDoor.IsForPrograms(route.Replace("{", "", StringComparison.Ordinal)));

        // The framework's own catch-all for files that were added since the build; it belongs to the pages.
        Assert.All(shut, route => Assert.Equal("/{**path:file}", route));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    private Task<HttpResponseMessage> GetAsync(string path, string? header = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation(header, "203.0.113.9");
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
        }

        public override async ValueTask DisposeAsync()
        {
            await base.DisposeAsync();
            _data.Delete(recursive: true);
        }
    }
}
