using System.Net;
using Richpanel.Core.Access;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.ChangeLog;

/// <summary>The download behind the button of the change log's page, with a person's session.</summary>
public sealed class ChangeLogDownloadTests : IAsyncLifetime
{
    private readonly ConsoleUnderTest _console = new();

    public ValueTask InitializeAsync()
    {
        _console.UseKestrel(0);
        _console.StartServer();
        return ValueTask.CompletedTask;
    }

    [Theory(Timeout = 60_000)]
    [InlineData(Role.Qa, null, HttpStatusCode.Redirect)]
    [InlineData(Role.Operator, null, HttpStatusCode.OK)]
    [InlineData(Role.Operator, "same-origin", HttpStatusCode.OK)]
    [InlineData(Role.Admin, "cross-site", HttpStatusCode.Forbidden)]
    public async Task It_asks_for_the_right_and_for_a_click_on_our_own_page(Role role, string? site, HttpStatusCode status)
    {
        using var browser = await _console.SignInAsync(role);

        Assert.Equal(status, await AskAsync(browser, site));
    }

    [Fact(Timeout = 60_000)]
    public async Task Whoever_is_not_signed_in_is_led_to_the_sign_in()
    {
        using var browser = _console.Browser();
        browser.DefaultRequestHeaders.Add("Via", "1.1 somewhere");

        Assert.Equal(HttpStatusCode.Redirect, await AskAsync(browser, null));
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    private static async Task<HttpStatusCode> AskAsync(HttpClient browser, string? site)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/change-log/export.csv");
        if (site is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        using var answer = await browser.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}
