using System.Net;
using Bunit;
using Microsoft.EntityFrameworkCore;
using Richpanel.Console.Shell;
using Richpanel.Core.Access;
using Richpanel.Tests.Pages;
using Richpanel.Tests.SignIn;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Shell;

public sealed class AboutTests
{
    private static CancellationToken Ct => Xunit.TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task The_page_says_what_runs_and_how_big_it_is_and_gives_the_bundle_to_whom_may_have_it()
    {
        await using var pages = new PagesUnderTest { Role = Role.Qa };
        await pages.SendAsync(""" "userId":"u","event":"E" """, "m-1");

        var page = pages.Open<AboutPage>("/about");

        page.EventuallySays("Database");
        Assert.Contains("0.1.0", page.Words(), StringComparison.Ordinal);
        Assert.Matches(@"Size [\d.]+ [KMG]B", page.Words());
        Assert.Contains("Deliveries 1", page.Words(), StringComparison.Ordinal);
        page.EventuallySays("It needs operator: who may download the support bundle.");
        Assert.Empty(page.FindAll("a[download]"));

        pages.Role = Role.Operator;
        page = pages.Open<AboutPage>("/about");
        page.Eventually(() => Assert.Equal(SupportDownload.Address, page.Find("a[download]").GetAttribute("href")));
    }

    [Fact(Timeout = 60_000)]
    public async Task The_bundle_holds_no_person_no_secret_and_no_given_name_and_is_a_line_of_the_change_log()
    {
        await using var console = Somebody.Console();
        console.UseKestrel(0);
        console.StartServer();
        var source = await console.AddSourceAsync("Janes Boutique", shop => shop.BaseUrl = "https://janes-boutique.example/v2", apiSecret: "planted-api-secret", webhookSecret: "planted-webhook-secret");
        using (var sender = console.CreateClient())
        {
            await sender.PostCallAsync("/v1/track", """{"messageId":"m-planted","userId":"planted-user","event":"Planted Event","context":{"traits":{"email":"planted@example.com"}}}""", source.WriteKey).AcceptedAsync();
        }

        await console.ExpandedAsync();
        using var browser = await console.SignInAsync(Role.Operator);

        var json = await browser.GetStringAsync(new Uri(SupportDownload.Address, UriKind.Relative), Ct);

        Assert.Contains("\"created\": 1", json, StringComparison.Ordinal);
        Assert.Contains("\"format\": 1", json, StringComparison.Ordinal);
        foreach (var planted in new[] { "planted", "Janes", "janes", "@", console.Folder, source.WriteKey })
        {
            Assert.DoesNotContain(planted, json, StringComparison.OrdinalIgnoreCase);
        }

        await using var context = console.Read();
        Assert.Equal(1, await context.ChangeLog.CountAsync(line => line.Action == "product.support-bundle", Ct));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(Role.Qa, null, HttpStatusCode.Redirect)]
    [InlineData(Role.Operator, "same-origin", HttpStatusCode.OK)]
    [InlineData(Role.Admin, "cross-site", HttpStatusCode.Forbidden)]
    public async Task The_download_asks_for_the_right_and_for_a_click_on_our_own_page(Role role, string? site, HttpStatusCode status)
    {
        await using var console = Somebody.Console();
        console.UseKestrel(0);
        console.StartServer();
        using var browser = await console.SignInAsync(role);
        using var request = new HttpRequestMessage(HttpMethod.Get, SupportDownload.Address);
        if (site is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        using var answer = await browser.SendAsync(request, Ct);

        Assert.Equal(status, answer.StatusCode);
    }
}
