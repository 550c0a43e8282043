using Bunit;
using Richpanel.Console.Backups;
using Richpanel.Console.Overview;
using Richpanel.Console.Shared;
using Richpanel.Console.Shell;
using Richpanel.Core.Access;
using Richpanel.Core.Backups;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Pages;

/// <summary>The page of the backups, and how faults of the installation look on pages.</summary>
public sealed class BackupsPageTests : IAsyncDisposable
{
    private const string Passphrase = "a passphrase for tests";

    private readonly PagesUnderTest _pages = new() { Role = Role.Admin };

    private static CancellationToken Ct => Xunit.TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task A_backup_is_made_with_its_steps_shown_in_the_list_and_deleted_after_a_question()
    {
        var page = _pages.Open<BackupsPage>("/backups");
        page.EventuallySays("No backup yet");

        await page.SubmitAsync();
        Assert.StartsWith("Give a passphrase: ", page.Find("#backup-passphrase-fault").Words(), StringComparison.Ordinal);
        await page.ChangeAsync("#backup-passphrase", Passphrase);
        await page.ChangeAsync("#backup-again", "something else here");
        await page.SubmitAsync();
        Assert.StartsWith("It is not the same.", page.Find("#backup-again-fault").Words(), StringComparison.Ordinal);
        Assert.Empty(_pages.Get<BackupStore>().List(Actor.System));
        await page.ChangeAsync("#backup-again", Passphrase);
        await page.SubmitAsync();

        page.EventuallySays("is made and checked. Download it now.");
        var made = Assert.Single(_pages.Get<BackupStore>().List(Actor.System));
        page.EventuallySays(made.Name);
        Assert.Contains("Checked, the ledger adds up", page.Words(), StringComparison.Ordinal);
        Assert.Equal($"/backups/{made.Name}/file", page.Find("a[download]").GetAttribute("href"));
        Assert.Equal("", page.Find("#backup-passphrase").GetAttribute("value") ?? "");

        await page.PressAsync("Delete");
        await page.PressAsync("Delete it");
        page.EventuallySays("No backup yet");
        Assert.Empty(_pages.Get<BackupStore>().List(Actor.System));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_file_that_is_no_backup_is_listed_with_why_and_so_are_copies_from_before_upgrades()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_pages.App.Folder, "backups")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "damaged.rpbackup"), "not a zip", Ct);
        await File.WriteAllTextAsync(_pages.App.DatabaseFile + ".before-upgrade-2026-11-28T10-00-00Z", "a copy", Ct);

        var page = _pages.Open<BackupsPage>("/backups");

        page.EventuallySays("damaged.rpbackup");
        Assert.Contains("It is damaged, or no backup of this product.", page.Words(), StringComparison.Ordinal);
        Assert.Contains("console.db.before-upgrade-2026-11-28T10-00-00Z", page.Words(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_ledger_that_does_not_add_up_stands_on_overview_and_about_with_ids_and_is_checked_by_a_click()
    {
        await _pages.App.Writer.WriteAsync(session => session.Execute("""INSERT INTO "Ledger" VALUES (77, 1, 3, 5)"""));
        var about = _pages.Open<AboutPage>("/about");
        about.EventuallySays("Does the ledger add up?");

        await about.PressAsync("Check it now");

        about.EventuallySays("2 places do not add up.");
        about.EventuallySays("receiver: 0 created, 5 in all states together");
        about.EventuallySays("This installation needs somebody The ledger does not add up in 2 places.");
        var overview = _pages.Open<OverviewPage>("/");
        overview.EventuallySays("The ledger does not add up in 2 places.");
        Assert.Equal("waiting", overview.Find("[data-code=ledger_mismatch]").GetAttribute("data-state"));

        await _pages.App.Writer.WriteAsync(session => session.Execute("""DELETE FROM "Ledger" WHERE "ConnectionId"=77"""));
        await about.PressAsync("Check it now");
        about.EventuallySays("Everything adds up.");
        about.Eventually(() => Assert.Empty(about.FindAll("[data-testid=faults]")));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_store_that_cannot_be_written_stands_above_every_page_until_it_can()
    {
        var banner = _pages.Show<FaultBanner>();
        Assert.Empty(banner.FindAll("aside"));
        var writable = await ReadOnlyStore.BeAsync(_pages.App.Writer);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _pages.App.Writer.WriteAsync(session => session.Execute("""UPDATE "SearchState" SET "OldBelow"="OldBelow" """)));

        banner.EventuallySays("The database cannot be written: it is read-only. Senders are asked to come again; nothing acknowledged is lost.");

        writable();
        banner.Eventually(() => Assert.Empty(banner.FindAll("aside")));
        Assert.Empty(_pages.Show<FaultPanel>().FindAll("section"));
    }
}
