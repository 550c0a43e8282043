using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Ledger;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Storage;

public sealed class StoreWriterTests : IAsyncLifetime
{
    private static readonly LedgerPlace s_place = new(1, Origin.Receiver, DateTimeOffset.UnixEpoch, DeliveryState.Waiting, "One", null);

    private readonly TemporaryFolder _folder = new();
    private SqliteStore _store = null!;
    private StoreWriter _writer = null!;

    public async ValueTask InitializeAsync()
    {
        var paths = new StoragePaths($"Data Source={_folder.Path}/console.db");
        await DatabaseStartup.MigrateAsync(paths, TestContext.Current.CancellationToken);
        _store = new SqliteStore(paths);
        _writer = new StoreWriter(_store, new DoorLoad());
    }

    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Work_that_fails_is_undone_alone_with_what_it_told_the_ledger()
    {
        var good = _writer.WriteAsync(session => Insert(session, "one"));
        var bad = _writer.WriteAsync(session =>
        {
            Insert(session, "two");
            throw new InvalidDataException("not this one");
        });
        var alsoGood = _writer.WriteAsync(session => Insert(session, "three"));

        await good;
        await alsoGood;
        await Assert.ThrowsAsync<InvalidDataException>(() => bad);
        await using var context = _store.CreateDbContext();
        var ct = TestContext.Current.CancellationToken;
        Assert.Equal(["one", "three"], await context.RejectedRequests.OrderBy(r => r.Id).Select(r => r.Message).ToListAsync(ct));
        Assert.Equal([2, 2], await context.Ledger.OrderBy(l => l.State).Select(l => l.Count).ToListAsync(ct));
        Assert.Equal(2, (await context.HourlyRollups.SingleAsync(ct)).Count);
    }

    [Fact]
    public async Task A_door_statement_that_fails_takes_nothing_else_with_it()
    {
        var tasks = Enumerable.Range(0, 20).Select(i => _writer.WriteAsync(
            session => Insert(session, i == 7 ? null : $"row {i}"), WriteUrgency.Door)).ToList();

        await Assert.ThrowsAsync<SqliteException>(() => tasks[7]);
        await Task.WhenAll(tasks.Where((_, i) => i != 7));
        await using var context = _store.CreateDbContext();
        Assert.Equal(19, await context.RejectedRequests.CountAsync(TestContext.Current.CancellationToken));
        Assert.Equal(19, (await context.Ledger.SingleAsync(l => l.State == DeliveryState.Waiting, TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task A_full_disk_is_a_typed_failure_and_what_was_acknowledged_stays()
    {
        await _writer.WriteAsync(session => Insert(session, "kept"));
        await _writer.WriteAsync(session => session.Execute("PRAGMA max_page_count=60"));

        var failure = await Assert.ThrowsAsync<StoreUnavailableException>(
            () => _writer.WriteAsync(session => Insert(session, new string('x', 4_000_000)), WriteUrgency.Door));

        Assert.Equal(StoreFault.Full, failure.Fault);
        await _writer.WriteAsync(session => Insert(session, "again"));
        await using var context = _store.CreateDbContext();
        Assert.Equal(
            ["kept", "again"], await context.RejectedRequests.OrderBy(r => r.Id).Select(r => r.Message).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_stop_finishes_what_is_queued_and_refuses_what_comes_later()
    {
        var queued = Enumerable.Range(0, 200).Select(i => _writer.WriteAsync(session => Insert(session, $"row {i}"))).ToList();
        await _writer.DisposeAsync();

        await Task.WhenAll(queued);
        var late = await Assert.ThrowsAsync<StoreUnavailableException>(() => _writer.WriteAsync(session => Insert(session, "late")));
        Assert.Equal(StoreFault.Stopping, late.Fault);
        await using var context = _store.CreateDbContext();
        Assert.Equal(200, await context.RejectedRequests.CountAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_refused_with_a_sentence()
    {
        await _writer.WriteAsync(session => session.Execute(
            """INSERT INTO "__EFMigrationsHistory" VALUES ('29990101000000_Future', '99.0')"""));

        var failure = await Assert.ThrowsAsync<CannotStartException>(() => DatabaseStartup.MigrateAsync(
            new StoragePaths($"Data Source={_folder.Path}/console.db"), TestContext.Current.CancellationToken));
        Assert.Contains("newer version", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_cannot_write()
    {
        await using var context = _store.CreateDbContext();
        await Assert.ThrowsAsync<SqliteException>(() => context.Database.ExecuteSqlRawAsync(
            """DELETE FROM "Requests" """, TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = 30_000)]
    public async Task Whoever_asks_to_empty_the_wal_hears_of_what_was_done_since_and_not_of_before()
    {
        Assert.True(await Eventually.IsAsync(_writer.EmptyWalAsync, emptied => emptied, TestContext.Current.CancellationToken));
        using var gate = new ManualResetEventSlim();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var busy = _writer.WriteAsync(
            session =>
            {
                begun.SetResult();
                gate.Wait(TestContext.Current.CancellationToken);
                Insert(session, "since");
            },
            WriteUrgency.Door);
        await begun.Task;

        var asked = _writer.EmptyWalAsync();   // its own work is taken into the commit that is under way
        gate.Set();

        Assert.False(await asked);
        await busy;
        Assert.True(await Eventually.IsAsync(_writer.EmptyWalAsync, emptied => emptied, TestContext.Current.CancellationToken));
        Assert.Equal(0, new FileInfo($"{_folder.Path}/console.db-wal").Length);
    }

    [Fact]
    public async Task A_question_that_a_stop_interrupts_was_stopped_and_has_not_failed()
    {
        using var stop = new CancellationTokenSource();
        Task Interrupted() => Interruption.ToldAsync(() => Task.FromException(new SqliteException("interrupted", 9)), stop.Token);

        await Assert.ThrowsAsync<SqliteException>(Interrupted);
        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(Interrupted);
    }

    private static void Insert(WriteSession session, string? message)
    {
        var insert = session.Command(
            """INSERT INTO "RejectedRequests" ("At","Route","Cause","StatusCode","Message") VALUES (0,'r','c',400,$m)""", "$m");
        insert.Parameters[0].Value = (object?)message ?? DBNull.Value;
        insert.ExecuteNonQuery();
        session.Ledger.Created(s_place);
    }
}
