using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Storage;

/// <summary>An older database meets a newer product, and the other way round.</summary>
public sealed class UpgradeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 11, 28, 10, 0, 0, TimeSpan.Zero));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private StoragePaths Paths => new($"Data Source={_folder.Path}/console.db");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_new_database_needs_no_copy_and_one_of_this_version_none_either()
    {
        Assert.Null(await DatabaseStartup.MigrateAsync(Paths, _clock, Ct));
        Assert.Null(await DatabaseStartup.MigrateAsync(Paths, _clock, Ct));

        Assert.Empty(DatabaseStartup.Copies(Paths));
    }

    [Fact]
    public async Task An_older_database_is_copied_before_it_is_changed_and_the_last_three_copies_stay()
    {
        for (var n = 1; n <= 4; n++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            await MakeOldAsync();
            var copy = await DatabaseStartup.MigrateAsync(Paths, _clock, Ct);
            Assert.Equal($"console.db.before-upgrade-2026-11-28T10-0{n.ToString(CultureInfo.InvariantCulture)}-00Z", Path.GetFileName(copy));
        }

        Assert.Equal(
            [4, 3, 2], DatabaseStartup.Copies(Paths).Select(file => int.Parse(file.Name[^6..^4], NumberStyles.None, CultureInfo.InvariantCulture)));
        using var before = DatabaseCopy.Open(DatabaseStartup.Copies(Paths)[0].FullName, SqliteOpenMode.ReadOnly);
        Assert.Equal("20261124182543_WebhookSecretRotation", DatabaseCopy.Migrations(before)[^1]);
        using var now = DatabaseCopy.Open(Paths.DatabaseFile, SqliteOpenMode.ReadOnly);
        Assert.Equal(DatabaseStartup.KnownMigrations, DatabaseCopy.Migrations(now));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, DatabaseStartup.Copies(Paths)[0].UnixFileMode);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task The_lock_of_an_upgrade_that_was_killed_holds_up_nobody()
    {
        await MakeOldAsync();
        Do("""
            CREATE TABLE IF NOT EXISTS "__EFMigrationsLock" ("Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY, "Timestamp" TEXT NOT NULL);
            INSERT OR REPLACE INTO "__EFMigrationsLock" VALUES (1, '2026-11-28');
            """);

        Assert.NotNull(await DatabaseStartup.MigrateAsync(Paths, _clock, Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_first_start_that_was_killed_while_it_made_the_database_holds_up_nobody()
    {
        Do("""
            CREATE TABLE "__EFMigrationsHistory" ("MigrationId" TEXT NOT NULL CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY, "ProductVersion" TEXT NOT NULL);
            CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY, "Timestamp" TEXT NOT NULL);
            INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-11-28');
            """, SqliteOpenMode.ReadWriteCreate);

        Assert.Null(await DatabaseStartup.MigrateAsync(Paths, _clock, Ct));

        using var now = DatabaseCopy.Open(Paths.DatabaseFile, SqliteOpenMode.ReadOnly);
        Assert.Equal(DatabaseStartup.KnownMigrations, DatabaseCopy.Migrations(now));
    }

    [Fact(Timeout = 60_000)]
    public async Task While_an_upgrade_fails_start_by_start_the_copy_of_its_first_try_stays_and_no_other_makes_room_for_it()
    {
        for (var n = 1; n <= 3; n++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            await MakeOldAsync();
            await DatabaseStartup.MigrateAsync(Paths, _clock, Ct);
        }

        await MakeOldAsync();
        Do("""
            INSERT INTO "ChangeLog"("Id","At","ActorKind","ActorName","Action","Hash","Seal") VALUES (7,0,0,'x','product.started',x'00',x'00');
            CREATE TABLE "Samples" ("InTheWay" INTEGER);
            """);
        var broken = Paths.DatabaseFile + ".before-upgrade-2026-11-28T09-00-00Z.new";
        await File.WriteAllTextAsync(broken, "half a copy", Ct);
        for (var n = 4; n <= 6; n++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            await Assert.ThrowsAsync<CannotStartException>(() => DatabaseStartup.MigrateAsync(Paths, _clock, Ct));
        }

        int[] Minutes() => [.. DatabaseStartup.Copies(Paths).Select(file => int.Parse(file.Name[^6..^4], NumberStyles.None, CultureInfo.InvariantCulture))];
        Assert.Equal([4, 3, 2, 1], Minutes());
        Assert.False(File.Exists(broken));

        Do("""DROP TABLE "Samples" """);
        _clock.Advance(TimeSpan.FromMinutes(1));
        var copy = await DatabaseStartup.MigrateAsync(Paths, _clock, Ct);

        Assert.EndsWith("T10-04-00Z", copy, StringComparison.Ordinal);
        Assert.Equal([4, 3, 2], Minutes());
    }

    [Fact]
    public async Task The_way_back_names_a_copy_that_this_version_can_run_on()
    {
        await MakeOldAsync();
        var copy = await DatabaseStartup.MigrateAsync(Paths, _clock, Ct);
        Do("""INSERT INTO "__EFMigrationsHistory" VALUES ('29990101000000_Future', '99.0')""");
        DatabaseCopy.Make(Paths.DatabaseFile, Paths.DatabaseFile + ".before-upgrade-2030-01-01T00-00-00Z", Ct);

        var refused = await Assert.ThrowsAsync<CannotStartException>(() => DatabaseStartup.MigrateAsync(Paths, _clock, Ct));

        Assert.Contains(Path.GetFileName(copy)!, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_database_is_refused_with_the_way_back_and_stays_as_it_is()
    {
        await MakeOldAsync();
        var copy = await DatabaseStartup.MigrateAsync(Paths, _clock, Ct);
        Do("""INSERT INTO "__EFMigrationsHistory" VALUES ('29990101000000_Future', '99.0')""");
        var before = await File.ReadAllBytesAsync(Paths.DatabaseFile, Ct);

        var refused = await Assert.ThrowsAsync<CannotStartException>(() => DatabaseStartup.MigrateAsync(Paths, _clock, Ct));

        Assert.Contains("was made by a newer version of the product", refused.Message, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(copy)!, refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Paths.DatabaseFile, Ct));
    }

    [Fact]
    public async Task A_file_that_is_damaged_is_a_sentence_that_says_what_to_do()
    {
        await File.WriteAllBytesAsync(Paths.DatabaseFile, [.. "SQLite format 3\0"u8, .. Enumerable.Repeat((byte)0x5A, 8000)], Ct);

        var refused = await Assert.ThrowsAsync<CannotStartException>(() => DatabaseStartup.MigrateAsync(Paths, _clock, Ct));

        Assert.Contains("restore the last backup", refused.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_upgrade_while_another_process_writes_is_a_sentence_and_changes_nothing()
    {
        await MakeOldAsync();
        using var other = DatabaseCopy.Open(Paths.DatabaseFile, SqliteOpenMode.ReadWrite);
        using var held = other.BeginTransaction(deferred: false);

        var refused = await Assert.ThrowsAsync<CannotStartException>(() => DatabaseStartup.MigrateAsync(Paths, _clock, Ct));

        Assert.Contains("Another process holds the database", refused.Message, StringComparison.Ordinal);
        Assert.Empty(DatabaseStartup.Copies(Paths));
    }

    private async Task MakeOldAsync()
    {
        foreach (var file in Directory.EnumerateFiles(_folder.Path, "console.db*").Where(file => !file.Contains("before-upgrade", StringComparison.Ordinal)))
        {
            File.Delete(file);
        }

        await using var old = new SqliteConsoleDbContext(new DbContextOptionsBuilder<SqliteConsoleDbContext>()
            .UseSqlite(new SqliteConnectionStringBuilder { DataSource = Paths.DatabaseFile, Pooling = false }.ToString()).Options);
        await old.GetService<IMigrator>().MigrateAsync("20261124182543_WebhookSecretRotation", Ct);
    }

    private void Do(string sql, SqliteOpenMode mode = SqliteOpenMode.ReadWrite)
    {
        using var connection = DatabaseCopy.Open(Paths.DatabaseFile, mode);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
