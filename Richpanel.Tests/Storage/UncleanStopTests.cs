using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Richpanel.Core.Storage;
using Richpanel.Core.Support;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Storage;

/// <summary>The mark of a running product, and what a start does that finds it.</summary>
public sealed class UncleanStopTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private StoragePaths Paths => new($"Data Source={_folder.Path}/console.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Only_one_copy_runs_on_a_folder_and_a_stop_takes_its_mark_away()
    {
        using (var first = new RunningMark(Paths, TimeProvider.System))
        {
            await first.TakeAsync();
            Assert.True(RunningMark.IsHeld(Paths));
            Assert.False(first.IsCheckOwed);
            using var second = new RunningMark(Paths, TimeProvider.System);

            var refused = await Assert.ThrowsAsync<CannotStartException>(() => second.TakeAsync(TimeSpan.Zero));

            Assert.StartsWith($"Another copy of the product runs on {_folder.Path}.", refused.Message, StringComparison.Ordinal);
        }

        Assert.False(RunningMark.IsHeld(Paths));
        Assert.False(File.Exists(Paths.RunningMark));
    }

    [Fact]
    public async Task A_mark_that_nobody_holds_is_of_a_stop_that_broke_off_and_stays_until_the_file_was_looked_through()
    {
        await File.WriteAllTextAsync(Paths.RunningMark, "", Ct);
        using (var after = new RunningMark(Paths, TimeProvider.System))
        {
            await after.TakeAsync();
            Assert.True(after.IsCheckOwed);
        }

        Assert.True(File.Exists(Paths.RunningMark));
        using (var later = new RunningMark(Paths, TimeProvider.System))
        {
            await later.TakeAsync();
            later.IsCheckOwed = false;
        }

        Assert.False(File.Exists(Paths.RunningMark));
    }

    [Fact(Timeout = 60_000)]
    public async Task After_a_stop_that_broke_off_a_sound_database_is_looked_through_once()
    {
        await File.WriteAllTextAsync(Paths.RunningMark, "", Ct);
        await using (var console = new ConsoleUnderTest(over: _folder))
        {
            var integrity = console.Services.GetRequiredService<StoreIntegrity>();
            await Eventually.IsAsync(() => integrity.Report.Is == Integrity.Sound, Ct);
            Assert.Empty(console.Services.GetRequiredService<FaultBoard>().Faults);
        }

        await Eventually.IsAsync(() => !File.Exists(Paths.RunningMark), Ct);   // the product's own thread may still be letting go
        await using var again = new ConsoleUnderTest(over: _folder);
        Assert.Equal(Integrity.NotAsked, again.Services.GetRequiredService<StoreIntegrity>().Report.Is);
    }

    [Fact(Timeout = 60_000)]
    public async Task Damage_that_a_write_meets_is_the_same_fault_and_the_next_start_looks_through_the_file()
    {
        await using (var console = new ConsoleUnderTest(over: _folder))
        {
            var board = console.Services.GetRequiredService<FaultBoard>();
            Action<WriteSession> meets = _ => throw new SqliteException("database disk image is malformed", 11);

            await Assert.ThrowsAsync<StoreUnavailableException>(() => console.Writer.WriteAsync(meets));
            await Assert.ThrowsAsync<StoreUnavailableException>(() => console.Writer.WriteAsync(meets));

            Assert.Equal("database_damaged", Assert.Single(board.Faults).Code);
            using var client = console.CreateClient();
            Assert.StartsWith("ready, but: The database file is damaged", await client.GetStringAsync(new Uri("/readyz", UriKind.Relative), Ct), StringComparison.Ordinal);
            Assert.Equal(2, console.Logs.Text.Split("The database is damaged: ").Length);   // told once
        }

        Assert.True(File.Exists(Paths.RunningMark));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_damaged_one_is_a_fault_on_readyz_and_for_pages_until_it_is_replaced()
    {
        MigratedDatabase.CopyTo(Paths.DatabaseFile);
        Corruption.Spoil(Paths.DatabaseFile, "Samples");
        await File.WriteAllTextAsync(Paths.RunningMark, "", Ct);
        await using (var console = new ConsoleUnderTest(over: _folder))
        {
            var board = console.Services.GetRequiredService<FaultBoard>();
            await Eventually.IsAsync(() => board.Faults.Count > 0, Ct);
            var fault = Assert.Single(board.Faults);
            Assert.Equal(("database_damaged", true), (fault.Code, fault.IsGrave));
            Assert.NotEmpty(fault.Details);
            using var client = console.CreateClient();
            var ready = await client.GetStringAsync(new Uri("/readyz", UriKind.Relative), Ct);
            Assert.StartsWith("ready, but: The database file is damaged", ready, StringComparison.Ordinal);
            Assert.Contains("restore the last backup", ready, StringComparison.Ordinal);
            Assert.Contains("The database is damaged: ", console.Logs.Text, StringComparison.Ordinal);
        }

        Assert.True(File.Exists(Paths.RunningMark), "the next start looks again");
    }
}
