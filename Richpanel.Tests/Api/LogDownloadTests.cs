using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Api;

/// <summary>The log's rows as a file: behind the page's button with a person's session, and for programs.</summary>
public sealed class LogDownloadTests : IAsyncLifetime
{
    private readonly ConsoleUnderTest _console = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _console.UseKestrel(0);
        _console.StartServer();
        var source = await _console.AddSourceAsync();
        using var http = _console.Browser();
        foreach (var n in new[] { 1, 2, 3 })
        {
            (await http.PostCallAsync("/v1/track", $$"""{"type":"track","event":"Kept","userId":"u{{n}}","messageId":"m-{{n}}","context":{"traits":{"email":"jane{{n}}@example.test"} } }""", source.WriteKey)).Dispose();
        }

        await _console.ExpandedAsync();
    }

    public ValueTask DisposeAsync() => _console.DisposeAsync();

    [Theory(Timeout = 60_000)]
    [InlineData(null, HttpStatusCode.OK)]
    [InlineData("same-origin", HttpStatusCode.OK)]
    [InlineData("cross-site", HttpStatusCode.Forbidden)]
    public async Task It_asks_for_a_click_on_our_own_page(string? site, HttpStatusCode status)
    {
        using var browser = await _console.SignInAsync(Role.Viewer);

        Assert.Equal(status, (await AskAsync(browser, "", site)).Status);
    }

    [Fact(Timeout = 60_000)]
    public async Task It_has_the_columns_and_rows_that_were_asked_for_as_the_role_sees_them()
    {
        using var qa = await _console.SignInAsync(Role.Qa);
        using var viewer = await _console.SignInAsync(Role.Viewer);

        Assert.Equal("\uFEFFmessage,email\r\nm-2,jane2@example.test\r\n", (await AskAsync(qa, "?q=message:m-2&columns=message,email")).Text);
        Assert.Equal(3, (await AskAsync(qa, "?format=ndjson&view=today")).Text.TrimEnd().Split('\n').Length);
        Assert.DoesNotContain("jane", (await AskAsync(viewer, "")).Text, StringComparison.OrdinalIgnoreCase);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("?q=state:lost", "state")]
    [InlineData("?format=pdf", "format")]
    [InlineData("?columns=id,secret", "columns")]
    [InlineData("?view=viw_zz", "view is gone")]
    [InlineData("?who=0011", "expired")]
    public async Task What_cannot_be_read_gives_no_file_with_more_than_was_meant(string address, string says)
    {
        using var qa = await _console.SignInAsync(Role.Qa);

        var (status, text) = await AskAsync(qa, address);

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains(says, text, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_personal_filter_of_the_address_counts_and_somebody_elses_is_not_for_masked_roles()
    {
        using var qa = await _console.SignInAsync(Role.Qa);
        using var viewer = await _console.SignInAsync(Role.Viewer);
        var who = _console.Services.GetRequiredService<PersonalFilters>().Keep(new PersonalFilter("email:jane3@example.test", "Person:999"));

        Assert.Equal("\uFEFFmessage\r\nm-3\r\n", (await AskAsync(qa, $"?who={who}&columns=message")).Text);
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(viewer, $"?who={who}&columns=message")).Status);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("")]
    [InlineData("event:Kept")]
    [InlineData("-message:m-2")]
    [InlineData("state:accepted")]
    public async Task It_has_as_many_rows_as_the_page_counts(string query)
    {
        using var qa = await _console.SignInAsync(Role.Qa);
        var counted = await _console.Services.GetRequiredService<LogReader>().CountAsync(LogAsk.By(Actor.System, LogQuery.Parse(query).Query), Ct);

        var text = (await AskAsync(qa, $"?columns=message&q={Uri.EscapeDataString(query)}")).Text;

        Assert.Equal(counted!.Found, text.TrimEnd().Split('\n').Length - 1);
    }

    private static async Task<(HttpStatusCode Status, string Text)> AskAsync(HttpClient browser, string rest, string? site = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/deliveries/export" + rest);
        if (site is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        using var answer = await browser.SendAsync(request, Ct);
        return (answer.StatusCode, System.Text.Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(Ct)));
    }
}
