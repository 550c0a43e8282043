using Bunit;
using Microsoft.Data.Sqlite;
using Richpanel.Console.Connections;
using Richpanel.Console.Shell;
using Richpanel.Console.Tokens;
using Richpanel.Core;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Pages;

/// <summary>What a person sees while the database is held, read-only or damaged: the page stays, and says what was not done, why, and what to do.</summary>
public sealed class StoreTroublePagesTests : IAsyncDisposable
{
    private const string NotDone = "It was not done: the database did not answer. What you typed is still here; the reason is in the log.";

    private readonly PagesUnderTest _pages = new();

    public ValueTask DisposeAsync() => _pages.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task While_another_process_holds_it_pages_open_say_so_and_keep_what_was_typed()
    {
        var banner = _pages.Show<FaultBanner>();
        using (var other = DatabaseCopy.Open(_pages.App.DatabaseFile, SqliteOpenMode.ReadWrite))
        {
            using var held = other.BeginTransaction(deferred: false);
            var page = await PauseAsync();

            Assert.Contains(NotDone, page.Find("#sending [role=alert]").Words(), StringComparison.Ordinal);
            Assert.Equal("Shop moves", page.Find("#pause-reason").GetAttribute("value"));
            banner.EventuallySays("Another process holds the database, so nothing can be written. Senders are asked to come again; nothing acknowledged is lost. End whatever holds it: a copy tool or an SQLite shell on the same file. It goes on by itself then.");
        }

        banner.Eventually(() => Assert.Empty(banner.FindAll("aside")));
        await PauseAsync();
        Assert.NotNull(_pages.Sandbox.PausedAt);
    }

    [Fact(Timeout = 60_000)]
    public async Task While_it_is_read_only_pages_open_say_so_and_keep_what_was_typed()
    {
        var banner = _pages.Show<FaultBanner>();
        var writable = await ReadOnlyStore.BeAsync(_pages.App.Writer);
        var page = await PauseAsync();

        Assert.Contains(NotDone, page.Find("#sending [role=alert]").Words(), StringComparison.Ordinal);
        Assert.Equal("Shop moves", page.Find("#pause-reason").GetAttribute("value"));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _pages.App.Writer.WriteAsync(session => session.Execute("""UPDATE "SearchState" SET "OldBelow"="OldBelow" """)));
        banner.EventuallySays("Give the product the right to write the file and its folder, and check that the disk is not mounted read-only. It goes on by itself then.");

        writable();
        banner.Eventually(() => Assert.Empty(banner.FindAll("aside")));
        await PauseAsync();
        Assert.NotNull(_pages.Sandbox.PausedAt);
    }

    [Fact(Timeout = 60_000)]
    public async Task Where_it_is_damaged_a_page_says_that_it_could_not_read_and_a_write_that_meets_it_shows_on_every_page()
    {
        var banner = _pages.Show<FaultBanner>();
        Corruption.Spoil(_pages.App.DatabaseFile, "ApiTokens");

        var tokens = _pages.Open<TokensPage>("/tokens");

        tokens.EventuallySays("The database did not answer. The reason is in the log; receiving may be affected too.");
        Assert.NotNull(tokens.Button("Try again"));

        Corruption.Spoil(_pages.App.DatabaseFile, "ChangeLog");
        var page = await PauseAsync();
        Assert.Contains(NotDone, page.Find("#sending [role=alert]").Words(), StringComparison.Ordinal);
        Assert.Null(_pages.Sandbox.PausedAt);
        banner.EventuallySays("The database file is damaged. What was read or written there cannot be relied on. Stop the product, keep a copy of its whole folder, and restore the last backup (README, Backup and restore).");
    }

    private async Task<IRenderedComponent<ConnectionPage>> PauseAsync()
    {
        var id = PublicId.Connection(_pages.Sandbox.Id);
        var page = _pages.Open<ConnectionPage>($"/connections/{id}", set => set.Add(p => p.PublicConnectionId, id));
        await page.ChangeAsync("#pause-reason", "Shop moves");
        await page.PressAsync("Pause");
        return page;
    }
}
