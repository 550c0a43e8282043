using System.Net;
using Richpanel.Core.Access;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Pages;

/// <summary>Who may open a circuit with the cookie of a session: our own pages, and no neighbour under the same domain, to whom the browser gives the cookie, too.</summary>
public sealed class CircuitDoorTests : IAsyncLifetime
{
    private readonly ConsoleUnderTest _console = new(new() { ["environment"] = "Production", ["Sandbox:Port"] = "0" });
    private HttpClient _browser = null!;

    public async ValueTask InitializeAsync()
    {
        _console.UseKestrel(0);
        _console.StartServer();
        _browser = await _console.SignInAsync(Role.Viewer);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-site", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "same-origin", HttpStatusCode.OK)]
    [InlineData("Sec-Fetch-Site", "none", HttpStatusCode.OK)]
    [InlineData("Origin", "https://neighbour.{host}", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "https://{host}.evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "https://{host}:8443", HttpStatusCode.OK)]
    [InlineData("Accept", "*/*", HttpStatusCode.OK)]
    public async Task It_opens_for_our_own_pages_alone(string header, string value, HttpStatusCode status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");
        request.Headers.TryAddWithoutValidation(header, value.Replace("{host}", _console.ClientOptions.BaseAddress.Host, StringComparison.Ordinal));

        using var answer = await _browser.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, answer.StatusCode);
    }

    public async ValueTask DisposeAsync()
    {
        _browser.Dispose();
        await _console.DisposeAsync();
    }
}
