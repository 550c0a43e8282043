using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Richpanel.Core.Access;
using Richpanel.Core.Backups;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;
using Richpanel.Core.Retries;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Backups;

/// <summary>What backup and restore owe to others: the receiver its room, a start its folder, the person who restores the truth about what may go out twice.</summary>
public sealed class RestoreCareTests : IDisposable
{
    private const string Passphrase = "planted passphrase 3391";

    private static readonly DateTimeOffset s_at = new(2026, 11, 28, 10, 0, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private StoragePaths Paths => new($"Data Source={_folder.Path}/console.db");

    private string Backups => Path.Combine(_folder.Path, "backups");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_copy_from_before_an_upgrade_comes_back_marked_and_paused_and_what_it_replaces_stays()
    {
        var copy = Paths.DatabaseFile + ".before-upgrade-2026-11-28T10-00-00Z";
        MigratedDatabase.CopyTo(copy);
        await FillAsync(copy);
        await File.WriteAllTextAsync(Paths.DatabaseFile, "the newer one", Ct);
        await File.WriteAllTextAsync(Paths.DatabaseFile + "-wal", "its last commits", Ct);
        AddKey();

        var restored = new BackupRestore(Paths, TimeProvider.System).RunCopy(copy, sends: false, Ct);

        Assert.Equal((2L, 1, 1L, 1), (restored.Deliveries, restored.Paused, restored.Waiting, restored.Retries));
        await using var context = Context(Paths.DatabaseFile);
        Assert.All(await context.Deliveries.ToListAsync(Ct), delivery => Assert.True(delivery.Marks.HasFlag(DeliveryMarks.MayHaveGoneOut)));   // one waits, one is planned for a bulk retry
        Assert.Equal(RetryState.Paused, (await context.RetryBatches.SingleAsync(Ct)).State);
        Assert.NotNull((await context.Connections.SingleAsync(Ct)).PausedAt);
        Assert.Equal(5, (await context.ExpansionCursors.SingleAsync(row => row.Id == ExpansionCursor.RestoredId, Ct)).RequestId);
        var aside = Directory.GetFiles(_folder.Path, "console.db.replaced-*").Order(StringComparer.Ordinal).ToArray();
        Assert.Equal("the newer one", await File.ReadAllTextAsync(aside[0], Ct));
        Assert.Equal("its last commits", await File.ReadAllTextAsync(aside[1], Ct));
        Assert.True(File.Exists(Paths.RestoreNote));
        Assert.False(File.Exists(Paths.RunningMark));
        Assert.True(File.Exists(copy));
    }

    [Fact]
    public async Task A_copy_that_this_version_does_not_know_or_that_has_no_ring_is_refused_and_the_database_stays()
    {
        var copy = Paths.DatabaseFile + ".before-upgrade-2026-11-28T10-00-00Z";
        MigratedDatabase.CopyTo(copy);
        await File.WriteAllTextAsync(Paths.DatabaseFile, "the newer one", Ct);
        var restore = new BackupRestore(Paths, TimeProvider.System);

        Assert.StartsWith("There is no key in ", Assert.Throws<BackupException>(() => restore.RunCopy(copy, false, Ct)).Message, StringComparison.Ordinal);
        AddKey();
        using (var change = DatabaseCopy.Open(copy, SqliteOpenMode.ReadWrite))
        {
            using var command = change.CreateCommand();
            command.CommandText = """INSERT INTO "__EFMigrationsHistory" VALUES ('29990101000000_Future', '99.0')""";
            command.ExecuteNonQuery();
        }

        Assert.StartsWith("It is of a newer version", Assert.Throws<BackupException>(() => restore.RunCopy(copy, false, Ct)).Message, StringComparison.Ordinal);
        Assert.Equal("the newer one", await File.ReadAllTextAsync(Paths.DatabaseFile, Ct));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.restoring*"));
        Assert.False(File.Exists(Paths.RunningMark));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_was_received_before_a_restore_and_gets_its_row_after_it_may_have_gone_out_and_says_so()
    {
        await using var console = new ConsoleUnderTest();
        var source = await console.AddSourceAsync(connection: to => to.PausedAt = s_at);
        await console.Writer.WriteAsync(session => session.Execute("""INSERT INTO "ExpansionCursor" SELECT 2,COALESCE(MAX("Id"),0)+1 FROM "Requests" """));
        using var client = console.CreateClient();

        await client.PostCallAsync("/v1/track", """{"messageId":"old","userId":"u","event":"One"}""", source.WriteKey).AcceptedAsync();
        await client.PostCallAsync("/v1/track", """{"messageId":"new","userId":"u","event":"One"}""", source.WriteKey).AcceptedAsync();
        await console.ExpandedAsync();

        await using var context = console.Read();
        var marks = await context.Deliveries.Where(delivery => delivery.ConnectionId == source.ConnectionId).ToDictionaryAsync(delivery => delivery.MessageId, delivery => delivery.Marks, Ct);
        Assert.True(marks["old"].HasFlag(DeliveryMarks.MayHaveGoneOut));
        Assert.False(marks["new"].HasFlag(DeliveryMarks.MayHaveGoneOut));
    }

    [Fact]
    public async Task Nothing_is_restored_where_something_holds_the_folder_and_what_a_killed_restore_left_goes_at_the_start()
    {
        var copy = Path.Combine(_folder.Path, "copy.db");
        MigratedDatabase.CopyTo(copy);
        AddKey();
        var restore = new BackupRestore(Paths, TimeProvider.System);
        using (var other = new RunningMark(Paths, TimeProvider.System))
        {
            Assert.True(other.TryTake());
            Assert.StartsWith("The product runs on ", Assert.Throws<BackupException>(() => restore.RunCopy(copy, false, Ct)).Message, StringComparison.Ordinal);
        }

        await File.WriteAllTextAsync(Paths.DatabaseFile + ".restoring", "half", Ct);
        Directory.CreateDirectory(Paths.KeyRing + ".restoring");
        restore.TakeAwayBroken();
        Assert.Equal(["copy.db", "keys"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task A_backup_leaves_the_receiver_its_room_and_is_none_without_a_key()
    {
        MigratedDatabase.CopyTo(Paths.DatabaseFile);
        await FillAsync(Paths.DatabaseFile);

        var narrow = new BackupMaker(Paths, new StorageOptions { FullBelow = long.MaxValue / 4 }, TimeProvider.System);
        Assert.StartsWith("There is no room in ", Assert.Throws<BackupException>(() => narrow.Make(Backups, Passphrase, "1.0", null, Ct)).Message, StringComparison.Ordinal);

        var maker = new BackupMaker(Paths, new StorageOptions(), TimeProvider.System);
        Assert.StartsWith("There is no key in ", Assert.Throws<BackupException>(() => maker.Make(Backups, Passphrase, "1.0", null, Ct)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Backups));
        AddKey();
        Assert.True(File.Exists(maker.Make(Backups, Passphrase, "1.0", null, Ct)));
    }

    [Fact]
    public void What_a_killed_backup_left_goes_at_once_and_one_under_way_stays()
    {
        var left = Directory.CreateDirectory(Path.Combine(Backups, ".richpanel-console-2026-11-28T10-00-00Z-11111111")).FullName;
        var underWay = Directory.CreateDirectory(Path.Combine(Backups, ".richpanel-console-2026-11-28T10-00-00Z-22222222")).FullName;
        File.WriteAllText(Path.Combine(left, "lock"), "");
        using var held = new FileStream(Path.Combine(underWay, "lock"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);

        new BackupMaker(Paths, new StorageOptions(), TimeProvider.System).TakeAwayBroken();

        Assert.Equal([underWay], Directory.EnumerateDirectories(Backups));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_stop_ends_a_backup_with_its_first_word()
    {
        await using var console = new ConsoleUnderTest(over: _folder);
        using var lifetime = new Stopping();
        await using var store = ActivatorUtilities.CreateInstance<BackupStore>(console.Services, lifetime);
        await lifetime.Source.CancelAsync();

        var refused = await Assert.ThrowsAsync<BackupException>(() => store.MakeAsync(Actor.System, Passphrase));

        Assert.StartsWith("The product is stopping.", refused.Message, StringComparison.Ordinal);
        Assert.Null(store.UnderWay);
    }

    /// <summary>One delivery that waits, one that failed and is planned in a bulk retry under way, and a request that has no row yet.</summary>
    private static async Task FillAsync(string file)
    {
        await using var context = Context(file);
        var shop = new Connection { Name = "Shop", BaseUrl = "https://richpanel.invalid/v2", ApiKey = "k", ProtectedSecret = [1] };
        context.Add(shop);
        await context.SaveChangesAsync(Ct);
        Delivery[] rows =
        [
            new() { ConnectionId = shop.Id, RequestId = 4, MessageId = "waits", State = DeliveryState.Waiting, ReceivedAt = s_at, OccurredAt = s_at, DueAt = s_at },
            new() { ConnectionId = shop.Id, RequestId = 4, MessageId = "failed", State = DeliveryState.Failed, ReceivedAt = s_at, OccurredAt = s_at, EndedAt = s_at },
        ];
        context.AddRange(rows);
        context.Add(new ReceivedRequest { Id = 5, ConnectionId = shop.Id, ReceivedAt = s_at, Body = "{}"u8.ToArray() });
        await context.SaveChangesAsync(Ct);
        var batch = new RetryBatch { Kind = RetryKind.Retry, State = RetryState.Running, ByName = "x", Connections = "", Plan = "{}", Canary = "[]", Planned = 1, PlannedAt = s_at, StateSince = s_at };
        context.Add(batch);
        await context.SaveChangesAsync(Ct);
        context.Add(new RetryItem { BatchId = batch.Id, DeliveryId = rows[1].Id, ConnectionId = shop.Id, SeenState = DeliveryState.Failed, State = RetryItemState.Planned });
        await context.SaveChangesAsync(Ct);
    }

    private void AddKey()
    {
        Directory.CreateDirectory(Paths.KeyRing);
        File.WriteAllText(Path.Combine(Paths.KeyRing, "key-1.xml"), "<key />");
    }

    private static SqliteConsoleDbContext Context(string file) => new(new DbContextOptionsBuilder<SqliteConsoleDbContext>()
        .UseSqlite(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString()).Options);

    private sealed class Stopping : IHostApplicationLifetime, IDisposable
    {
        public CancellationTokenSource Source { get; } = new();

        public CancellationToken ApplicationStarted => default;

        public CancellationToken ApplicationStopping => Source.Token;

        public CancellationToken ApplicationStopped => default;

        public void StopApplication() => Source.Cancel();

        public void Dispose() => Source.Dispose();
    }
}
