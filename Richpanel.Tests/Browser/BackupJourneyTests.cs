using Microsoft.Playwright;

namespace Richpanel.Tests.Browser;

/// <summary>An admin, who is the least that may, backs up, fetches the file and tidies up; by the menu, with the keyboard.</summary>
[Trait("Kind", "Browser")]
[Collection("Browser")]
public sealed class BackupJourneyTests(BrowserFixture browser)
{
    [Fact(Timeout = 120_000)]
    public async Task A_backup_is_made_downloaded_and_deleted()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var tab = await browser.OpenAsync("/", ct);
        await tab.Page.GetByRole(AriaRole.Navigation, new() { Name = "Pages" }).GetByRole(AriaRole.Link, new() { Name = "Backups" }).ClickAsync();
        await tab.Page.GetByLabel("Passphrase").FillAsync("a passphrase for tests");
        await tab.Page.GetByLabel("The same again").FillAsync("a passphrase for tests");
        await tab.Page.GetByLabel("The same again").PressAsync("Enter");
        await Assertions.Expect(tab.Page.GetByText("is made and checked. Download it now.")).ToBeVisibleAsync();
        await tab.KeepsRulesAsync();

        var download = await tab.Page.RunAndWaitForDownloadAsync(() => tab.Page.GetByRole(AriaRole.Link, new() { Name = "Download richpanel-console-" }).ClickAsync());
        Assert.EndsWith(".rpbackup", download.SuggestedFilename, StringComparison.Ordinal);
        Assert.InRange(new FileInfo(await download.PathAsync()).Length, 1_000, long.MaxValue);

        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Delete it" }).ClickAsync();
        await Assertions.Expect(tab.Page.GetByText("No backup yet")).ToBeVisibleAsync();
        Assert.Empty(tab.Faults);
    }
}
