using System.Net;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Console.Shell;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Pages;

/// <summary>What a person and a program get when the console itself breaks, over HTTP on a real socket.</summary>
public sealed class ErrorPageTests : IAsyncLifetime
{
    private const string Planted = "planted-words-of-the-failure";

    private readonly ConsoleUnderTest _console = new(services: services => services.AddHttpContextAccessor().AddSingleton<IComponentActivator, BreaksOnDeliveries>());
    private HttpClient _client = null!;

    public ValueTask InitializeAsync()
    {
        _console.UseKestrel(0);
        _console.StartServer();
        _client = _console.CreateClient();
        return ValueTask.CompletedTask;
    }

    [Fact(Timeout = 60_000)]
    public async Task A_page_request_that_breaks_gets_a_page_with_a_way_back_and_no_word_of_the_cause()
    {
        using var answer = await BrowseAsync("/deliveries?who=jane");

        var page = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Contains("The console made an error", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/deliveries\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("jane", page, StringComparison.Ordinal);
        Assert.DoesNotContain(Planted, page, StringComparison.Ordinal);
        Assert.Contains(Planted, _console.Logs.Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_error_page_needs_no_circuit_and_keeps_the_headers_of_a_page()
    {
        using var answer = await BrowseAsync("/deliveries");

        Assert.DoesNotContain("<!--Blazor:{\"type\":\"server\"", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", string.Join(' ', answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task Other_pages_still_open()
    {
        using var answer = await BrowseAsync("/lab");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("<!--Blazor:{\"type\":\"server\"", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _console.DisposeAsync();
    }

    private async Task<HttpResponseMessage> BrowseAsync(string address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd("text/html");
        return await _client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>Makes components as usual, except the frame of one page.</summary>
    private sealed class BreaksOnDeliveries(IHttpContextAccessor http, IServiceProvider services) : IComponentActivator
    {
        public IComponent CreateInstance(Type componentType) =>
            componentType == typeof(App) && http.HttpContext?.Request.Path == "/deliveries"
                ? throw new InvalidOperationException(Planted)
                : (IComponent)ActivatorUtilities.CreateInstance(services, componentType);
    }
}
