using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;

namespace Richpanel.Tests.Browser;

[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class ChangeLogBrowserTests(BrowserFixture browser)
{
    [Fact(Timeout = 120_000)]
    public async Task The_log_is_verified_and_exported_and_whatever_stands_in_it_stays_text()
    {
        var ct = TestContext.Current.CancellationToken;
        await using (await browser.OpenAsync("/", ct))
        {
            var anna = new Actor(ActorKind.Person, 3, "Anna Miller", Role.Admin, Address: "203.0.113.7");
            var log = browser.Services.GetRequiredService<ChangeWriting>();
            await log.WriteAsync(anna, new Change(ChangeCatalog.ConnectionPaused, "con_1", "Sandbox") { Reason = "Planned work at the shop, until the new key is in", Fields = FieldChange.Between(("paused", false, true), ("pausedUntil", null, "2026-11-24T18:00:00Z")) });
            await log.WriteAsync(anna, new Change(ChangeCatalog.ConnectionChanged, "con_1", "Sandbox") { Fields = [new FieldChange("baseUrl", "https://api.richpanel.com/v2", "https://a-very-long-host-name-without-blanks.example.com/v2"), FieldChange.Changed("apiSecret")] });
            await log.WriteAsync(anna with { Name = "<img src=x onerror=\"document.title='hit'\">" }, new Change(ChangeCatalog.DeliveryRetried, "dlv_1", "<script>document.title='hit'</script>") { Reason = "=1+1</td>" });
        }

        await using var tab = await browser.OpenAsync("/", ct);
        await tab.Page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" }).GetByRole(AriaRole.Link, new() { Name = "Change log" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByText("<script>document.title='hit'</script>")).ToBeVisibleAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Verify" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByTestId("verify-result")).ToContainTextAsync("The change log is intact");
        await tab.PictureAsync("change-log-light-1440");
        var download = await tab.Page.RunAndWaitForDownloadAsync(() => tab.Page.GetByRole(AriaRole.Link, new() { Name = "Export CSV" }).ClickAsync());
        var csv = await File.ReadAllTextAsync(await download.PathAsync(), ct);

        Assert.Contains(",'=1+1</td>,", csv, StringComparison.Ordinal);
        Assert.EndsWith(".csv", download.SuggestedFilename, StringComparison.Ordinal);
        Assert.DoesNotContain("hit", await tab.Page.TitleAsync(), StringComparison.Ordinal);
        Assert.Equal("", string.Join('\n', await tab.BrokenRulesAsync()));
        Assert.Empty(tab.Faults);
        foreach (var (dark, width) in new[] { (true, 1440), (false, 390), (true, 390) })
        {
            await using var other = await browser.OpenAsync("/change-log", ct, dark, width);
            await Assertions.Expect(other.Page.GetByText("<script>document.title='hit'</script>")).ToBeVisibleAsync();
            Assert.False(await other.ScrollsSidewaysAsync());
            await other.PictureAsync($"change-log-{(dark ? "dark" : "light")}-{width}");
        }
    }
}
