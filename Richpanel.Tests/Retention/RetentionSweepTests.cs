using Microsoft.EntityFrameworkCore;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Ledger;
using Richpanel.Core.Retention;
using Richpanel.Core.Retries;
using Richpanel.Core.Storage;
using Richpanel.Tests.Deliveries;
using Richpanel.Tests.Retries;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Retention;

/// <summary>What a round removes, and what it never does; the dry run counts exactly that.</summary>
public sealed class RetentionSweepTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task Content_goes_first_then_the_row_and_the_ledger_counts_it_as_purged_exactly_as_the_dry_run_said()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        stub.Always(200, """{"answer":"kept until then"}""");
        var accepted = await test.ReceiveAsync(shop, "anna", "bert", "carl");
        await test.UntilAllAsync(accepted, row => row.State == DeliveryState.Accepted);
        stub.Always(422);
        var failed = await test.ReceiveAsync(shop, "dora", "emil");
        await test.UntilAllAsync(failed, row => row.State == DeliveryState.Failed);
        var (sweeper, care) = (test.Get<RetentionSweeper>(), test.Get<RetentionCare>());
        var rules = (await test.Get<RetentionStore>().SettingsAsync(Ct)).Rules;
        Assert.True((await test.Get<DeliveryNotes>().AddAsync(Actor.System, accepted[0], "Looked at")).Found);

        Assert.Equal(0, (await sweeper.PlanAsync(rules, null, Ct)).Contents);
        test.Time.Advance(TimeSpan.FromDays(31));
        var plan = await sweeper.PlanAsync(rules, null, Ct);
        Assert.Equal((3, 0), (plan.Contents, plan.Rows));
        Assert.Equal([DeliveryState.Accepted], plan.Shares.Select(share => share.State));
        Assert.InRange(plan.Bytes, 1, long.MaxValue);
        Assert.Equal(3, await test.ReadAsync(db => db.Deliveries.CountAsync(row => row.State == DeliveryState.Accepted, Ct)));   // nothing was removed by it

        await care.RunAsync(Actor.System, Ct);
        var run = (await test.Get<RetentionStore>().RunsAsync(1, Ct))[0];
        Assert.Equal((3, 0, plan.Bytes, false), (run.Contents, run.Rows, run.Bytes, run.BrokenOff));
        Assert.All(await test.ReadAsync(db => db.Deliveries.Where(row => accepted.Contains(row.Id)).ToListAsync(Ct)), row => Assert.True(row.Marks.HasFlag(DeliveryMarks.ContentRemoved)));
        Assert.Equal(failed.Count, await test.ReadAsync(db => db.Requests.CountAsync(Ct)));
        Assert.Equal(1, await test.ReadAsync(db => db.DeliveryNotes.CountAsync(Ct)));   // as long as the row
        Assert.Equal(failed.Count, await test.ReadAsync(db => db.MappedCalls.CountAsync(Ct)));
        Assert.Equal(3, await test.ReadAsync(db => db.Attempts.CountAsync(attempt => accepted.Contains(attempt.DeliveryId) && attempt.MappedCallId == null && attempt.ExchangeId != null, Ct)));
        Assert.Equal(0, await test.ReadAsync(db => db.Exchanges.CountAsync(exchange => exchange.StatusCode == 200 && exchange.ResponseBody != null, Ct)));
        Assert.False((await test.Actions.RetryAsync(Actor.System, accepted[0], asThen: false, Ct)).Done);   // there is nothing to send
        Assert.Equal(RetryReasons.Purged, RetryRules.WhyNoReplay(RetryCandidate.Of(await test.FindAsync(accepted[0])), neverAccepted: false));
        await test.LedgerAddsUpAsync();

        await care.RunAsync(Actor.System, Ct);
        Assert.Equal(0, (await test.Get<RetentionStore>().RunsAsync(1, Ct))[0].Contents);   // not a second time

        test.Time.Advance(TimeSpan.FromDays(150));
        plan = await sweeper.PlanAsync(rules, null, Ct);
        Assert.Equal((0, 5), (plan.Contents, plan.Rows));
        await care.RunAsync(Actor.System, Ct);
        Assert.Equal(5, (await test.Get<RetentionStore>().RunsAsync(1, Ct))[0].Rows);
        Assert.Equal(0, await test.ReadAsync(async db => await db.Deliveries.CountAsync(Ct) + await db.Attempts.CountAsync(Ct) + await db.Exchanges.CountAsync(Ct) + await db.MappedCalls.CountAsync(Ct) + await db.Requests.CountAsync(Ct) + await db.DeliveryNotes.CountAsync(Ct)));
        Assert.Equal(5, await test.ReadAsync(db => AddsUp.AsyncOf(test.Get<LedgerRecount>(), test.Get<SqliteStore>(), db, Ct)));
        Assert.Equal(["expired"], await test.ReadAsync(db => db.HourlyRollups.Where(line => line.Count > 0).Select(line => line.Code).Distinct().ToListAsync(Ct)));
        Assert.Equal(2, await test.ReadAsync(db => db.ChangeLog.CountAsync(line => line.Action == ChangeCatalog.RetentionRan.Code, Ct)));   // a round without effect is no line
    }

    [Fact(Timeout = 60_000)]
    public async Task What_waits_is_held_or_pinned_stays_however_old_and_goes_once_that_has_ended()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        stub.Always(422);
        var failed = await test.ReceiveAsync(shop, "anna", "bert");
        await test.UntilAllAsync(failed, row => row.State == DeliveryState.Failed);
        await test.Holds.PauseAsync(Actor.System, shop, null);
        var waiting = await test.ReceiveAsync(shop, "carl");
        var pins = test.Get<PinStore>();
        Assert.Equal(PinStore.ReasonNeeded, (await pins.PinAsync(Actor.System, failed[0], "no")).Fault);
        Assert.Null((await pins.PinAsync(Actor.System, failed[0], "Ticket of jane@example.test is open")).Fault);
        test.Time.Advance(TimeSpan.FromDays(400));

        var plan = await test.Get<RetentionSweeper>().PlanAsync((await test.Get<RetentionStore>().SettingsAsync(Ct)).Rules, null, Ct);
        Assert.Equal((1, 1, 1), (plan.Rows, plan.Pinned, plan.Waiting));
        await test.Get<RetentionCare>().RunAsync(Actor.System, Ct);

        Assert.Equal([failed[0], waiting[0]], await test.ReadAsync(db => db.Deliveries.OrderBy(row => row.Id).Select(row => row.Id).ToListAsync(Ct)));
        var kept = await test.Get<RetentionStore>().OfAsync(failed[0], Ct);
        Assert.Equal(KeptBy.Pin, kept!.Fate.Kept);
        Assert.DoesNotContain("jane", kept.Pin!.Reason, StringComparison.Ordinal);
        Assert.Equal(KeptBy.Waiting, (await test.Get<RetentionStore>().OfAsync(waiting[0], Ct))!.Fate.Kept);
        Assert.Equal([KeptBy.Pin, KeptBy.Waiting], (await test.Get<RetentionStore>().OfAsync([failed[0], waiting[0]], Ct)).OrderBy(one => one.Key).Select(one => one.Value.Fate.Kept));

        await pins.UnpinAsync(Actor.System, failed[0]);
        await test.Get<RetentionCare>().RunAsync(Actor.System, Ct);
        Assert.Equal([waiting[0]], await test.ReadAsync(db => db.Deliveries.Select(row => row.Id).ToListAsync(Ct)));
        Assert.Equal(2, await test.ReadAsync(db => AddsUp.AsyncOf(test.Get<LedgerRecount>(), test.Get<SqliteStore>(), db, Ct)));
        Assert.Equal(
            [ChangeCatalog.DeliveryPinned.Code, ChangeCatalog.DeliveryUnpinned.Code],
            await test.ReadAsync(db => db.ChangeLog.Where(line => line.ObjectId == PublicId.Delivery(failed[0])).OrderBy(line => line.Id).Select(line => line.Action).ToListAsync(Ct)));
    }

    [Fact(Timeout = 60_000)]
    public async Task Many_rows_go_in_pieces_a_request_with_its_last_row_and_a_report_of_a_bulk_retry_keeps_its_outcome()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl, connection => connection.Concurrency = 16);
        await test.StartAsync();
        var ids = await test.FailAsync(stub, shop, RetentionSweeper.Piece + 30);
        var batch = await test.SendAsync("state:failed");
        await test.UntilRetryAsync(batch.Id, view => view.Batch.State == RetryState.Finished);

        // Two deliveries of one request: it stays as long as one of them needs it. The other's own has none any more, and goes alone.
        await test.Writer.WriteAsync(session =>
        {
            using var context = session.Context();
            context.Deliveries.Single(row => row.Id == ids[1]).RequestId = context.Deliveries.Single(row => row.Id == ids[0]).RequestId;
            context.ExpansionCursors.Single().RequestId = long.MaxValue;
            context.SaveChanges();
        });
        await test.Get<PinStore>().PinAsync(Actor.System, ids[1], "kept for the test");
        test.Time.Advance(TimeSpan.FromDays(181));
        await test.Get<RetentionCare>().RunAsync(Actor.System, Ct);

        Assert.Equal([ids[1]], await test.ReadAsync(db => db.Deliveries.Select(row => row.Id).ToListAsync(Ct)));
        Assert.Equal(await test.ReadAsync(db => db.Deliveries.Select(row => row.RequestId).SingleAsync(Ct)), await test.ReadAsync(db => db.Requests.Select(request => request.Id).SingleAsync(Ct)));
        var report = (await test.Retries.FindAsync(Actor.System, batch.Id, Ct))!;
        Assert.Equal(ids.Count, report.Progress.Accepted);
        Assert.Equal(0, await test.ReadAsync(db => db.RetryItems.CountAsync(Ct)));
        Assert.Equal(ids.Count - 1, await test.ReadAsync(db => AddsUp.AsyncOf(test.Get<LedgerRecount>(), test.Get<SqliteStore>(), db, Ct)));
    }

    [Fact(Timeout = 60_000)]
    public async Task Free_space_goes_back_to_the_disk_and_only_so_much_stays_as_the_next_days_need()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        var space = test.Get<DatabaseSpace>();
        await test.Writer.WriteAsync(session =>
        {
            session.Execute("CREATE TABLE \"Ballast\" (\"B\" BLOB)");
            session.Execute("""WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<3000) INSERT INTO "Ballast" SELECT randomblob(4000) FROM n""");
        });
        await test.Writer.WriteAsync(session => session.Execute("DELETE FROM \"Ballast\""));
        Assert.True(await space.EmptyWalAsync(Ct));
        var before = space.Read();
        Assert.True(before.CanShrink);
        Assert.InRange(before.Free, 10_000_000, before.File);

        var back = await space.GiveBackAsync(100, Ct);

        var after = space.Read();
        Assert.Equal(before.File - back, after.File);
        Assert.Equal(100 * 4096, after.Free);
        Assert.InRange(back, 10_000_000, before.File);
        Assert.Equal(0, await space.GiveBackAsync(DatabaseSpace.KeptFree, Ct));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_round_gives_what_it_removed_back_to_the_disk_and_its_note_and_its_line_say_how_much()
    {
        const int Large = 2_000_000;
        const int AboveWhatIsKept = 20_000_000;
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        var ids = await test.ReceiveAsync(shop, [.. Enumerable.Range(0, 12).Select(i => $"user-{i}")]);
        await test.UntilAllAsync(ids, row => row.State == DeliveryState.Accepted);
        await test.Writer.WriteAsync(session => session.Execute($"UPDATE \"Requests\" SET \"Body\"=randomblob({Large})"));
        var space = test.Get<DatabaseSpace>();
        Assert.True(await space.EmptyWalAsync(Ct));
        var before = space.Read();
        Assert.InRange(before.File, ids.Count * Large, long.MaxValue);
        test.Time.Advance(TimeSpan.FromDays(31));

        await test.Get<RetentionCare>().RunAsync(Actor.System, Ct);

        var run = (await test.Get<RetentionStore>().RunsAsync(1, Ct))[0];
        Assert.Equal((ids.Count, false), (run.Contents, run.BrokenOff));
        Assert.InRange(run.GivenBack, (ids.Count * Large) - (DatabaseSpace.KeptFree * 4096), run.Bytes);
        Assert.Equal(before.File - run.GivenBack, new FileInfo(Path.Combine(test.Folder, "console.db")).Length);
        Assert.Equal(
            [new("contents removed", "0", Text(run.Contents)), new("bytes", "0", Text(run.Bytes)), new("bytes given back", "0", Text(run.GivenBack))],
            await LineAsync());

        // What others left free goes back by a round that itself removes nothing.
        await test.Writer.WriteAsync(session => session.Execute($"CREATE TABLE \"Ballast\" AS SELECT randomblob({AboveWhatIsKept}) AS \"B\""));
        Assert.True(await space.EmptyWalAsync(Ct));
        await test.Writer.WriteAsync(session => session.Execute("DROP TABLE \"Ballast\""));
        await test.Get<RetentionCare>().RunAsync(Actor.System, Ct);
        run = (await test.Get<RetentionStore>().RunsAsync(1, Ct))[0];
        Assert.Equal((0, 0), (run.Contents, run.Rows));
        Assert.Equal([new("bytes given back", "0", Text(run.GivenBack))], await LineAsync());

        static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

        async Task<IReadOnlyList<FieldChange>> LineAsync() => FieldChange.Read(await test.ReadAsync(db => db.ChangeLog
            .Where(line => line.Action == ChangeCatalog.RetentionRan.Code).OrderByDescending(line => line.Id).Select(line => line.Fields).FirstAsync(Ct)));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_database_of_before_is_compacted_once_and_can_shrink_from_then_on()
    {
        using var folder = new TemporaryFolder();
        var paths = new StoragePaths($"Data Source={Path.Combine(folder.Path, "console.db")}");
        using (var old = DatabaseCopy.Open(paths.DatabaseFile, Microsoft.Data.Sqlite.SqliteOpenMode.ReadWriteCreate))
        {
            using var command = old.CreateCommand();
            command.CommandText = """PRAGMA journal_mode=WAL; CREATE TABLE "B" ("B" TEXT); INSERT INTO "B" VALUES ('planted-bytes'); DELETE FROM "B";""";
            command.ExecuteNonQuery();
        }

        Assert.Contains("planted-bytes", await File.ReadAllTextAsync(paths.DatabaseFile, System.Text.Encoding.Latin1, Ct), StringComparison.Ordinal);
        await File.WriteAllTextAsync(paths.DatabaseFile + ".compacting", "left by one that was killed", Ct);
        var (before, after) = DatabaseSpace.Compact(paths);

        Assert.InRange(after, 1, before + 8_192);
        Assert.DoesNotContain("planted-bytes", await File.ReadAllTextAsync(paths.DatabaseFile, System.Text.Encoding.Latin1, Ct), StringComparison.Ordinal);
        using var connection = DatabaseCopy.Open(paths.DatabaseFile, Microsoft.Data.Sqlite.SqliteOpenMode.ReadOnly);
        using var ask = connection.CreateCommand();
        ask.CommandText = "PRAGMA auto_vacuum";
        Assert.Equal(2L, ask.ExecuteScalar());
        ask.CommandText = "PRAGMA journal_mode";
        Assert.Equal("wal", ask.ExecuteScalar());
        Assert.Empty(Directory.EnumerateFiles(folder.Path, "*.compacting*"));   // beside it and in its place, not on the disk of temporary files
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(paths.DatabaseFile));
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task A_round_ends_when_somebody_stops_it_or_switches_retention_off()
    {
        await using var test = await DispatcherUnderTest.CreateAsync();
        var (care, store) = (test.Get<RetentionCare>(), test.Get<RetentionStore>());
        var rules = (await store.SettingsAsync(Ct)).Rules;
        Assert.False(await care.StopRoundAsync(Actor.System));
        await using var crowd = await CrowdedDoor.OfAsync(test.Get<DoorLoad>(), Ct);

        var stopped = care.RunAsync(Actor.System, Ct);
        Assert.False(stopped.IsCompleted);
        Assert.True(await care.StopRoundAsync(Actor.System));
        await stopped;
        var switched = care.RunAsync(Actor.System, Ct);
        await store.SaveAsync(Actor.System, rules with { RowDays = 365 });
        Assert.False(switched.IsCompleted);   // other days hold from the next one on
        await store.SaveAsync(Actor.System, rules with { Enabled = false });
        await switched;

        Assert.Equal([true, true], (await store.RunsAsync(5, Ct)).Select(run => run.BrokenOff));
        Assert.Null(care.UnderWay);
        Assert.Equal(1, await test.ReadAsync(db => db.ChangeLog.CountAsync(line => line.Action == ChangeCatalog.RetentionStopped.Code, Ct)));
    }

    [Fact(Timeout = 60_000)]
    public async Task Bytes_of_a_row_whose_content_went_before_are_not_counted_twice_and_a_shared_answer_goes_with_the_last_content()
    {
        await using var stub = await RichpanelStub.StartAsync();
        await using var test = await DispatcherUnderTest.CreateAsync();
        var shop = await test.ConnectAsync(stub.BaseUrl);
        await test.StartAsync();
        stub.Always(422, """{"answer":"to both"}""");
        var ids = await test.ReceiveAsync(shop, "anna", "bert");
        await test.UntilAllAsync(ids, row => row.State == DeliveryState.Failed);
        await test.Writer.WriteAsync(session =>
        {
            // One request and one answer for both.
            using var context = session.Context();
            var rows = context.Deliveries.ToDictionary(row => row.Id);
            var tries = context.Attempts.ToDictionary(attempt => attempt.DeliveryId);
            rows[ids[1]].RequestId = rows[ids[0]].RequestId;
            tries[ids[1]].ExchangeId = tries[ids[0]].ExchangeId;
            context.Exchanges.Single(exchange => exchange.Id == tries[ids[0]].ExchangeId).Size = 2;
            context.SaveChanges();
            DeliveryRemoval.RemoveContent(session, DeliveryRemoval.Find(session, ids[0])!.Value);
        });
        Assert.Equal(1, await test.ReadAsync(db => db.Exchanges.CountAsync(exchange => exchange.Size == 2 && exchange.ResponseBody != null, Ct)));

        // Both rows are old by now, and one has still its content: the request's share is its alone.
        test.Time.Advance(TimeSpan.FromDays(181));
        var rules = (await test.Get<RetentionStore>().SettingsAsync(Ct)).Rules;
        using (var reader = test.Get<SqliteStore>().OpenReader())
        {
            using var bytes = new RemovedBytes(reader);
            Assert.Equal(bytes.Of(ids[1], (await test.FindAsync(ids[1])).RequestId), (await test.Get<RetentionSweeper>().PlanAsync(rules, null, Ct)).Bytes);
        }

        await test.Writer.WriteAsync(session => DeliveryRemoval.RemoveRow(session, DeliveryRemoval.Find(session, ids[1])!.Value, DeliveryRemoval.Expired));
        var left = await test.ReadAsync(db => db.Exchanges.SingleAsync(exchange => exchange.Size == 2, Ct));
        Assert.Equal((null, null), (left.ResponseBody, left.ResponseHeaders));   // the other's content was the last that needed it
    }

    [Fact(Timeout = 60_000)]
    public async Task Rounds_come_by_the_clock_and_by_a_wish_one_at_a_time_and_rules_hold_from_the_next_one_on()
    {
        await using var test = await DispatcherUnderTest.CreateAsync(("Retention:RowDays", "365"));
        var (care, store) = (test.Get<RetentionCare>(), test.Get<RetentionStore>());
        Assert.Equal(new RetentionRules(true, 30, 90, 365, 30), (await store.SettingsAsync(Ct)).Rules);
        var faults = Assert.IsType<SaveOutcome<RetentionSettings>.Invalid>(await store.SaveAsync(Actor.System, new RetentionRules(true, 30, 90, 80, 30))).Faults;
        Assert.Equal([nameof(RetentionRules.RowDays)], faults.Select(fault => fault.Field));
        await store.SaveAsync(Actor.System, new RetentionRules(true, 10, 20, 40, 5));
        Assert.Equal((new RetentionRules(true, 10, 20, 40, 5), new RetentionRules(true, 30, 90, 365, 30), "Richpanel Console"), await SettingsAsync());

        await care.StartAsync(Ct);
        await Eventually.IsAsync(() => care.Next is not null, Ct);
        test.Time.Advance(TimeSpan.FromMinutes(5));
        await Eventually.IsAsync(async () => (await store.RunsAsync(5, Ct)).Count, count => count == 1, Ct);
        await Eventually.IsAsync(() => care.Next == test.Time.GetUtcNow() + TimeSpan.FromHours(6), Ct);
        Assert.True(await care.RunNowAsync(Actor.System with { Name = "An admin" }));
        var runs = await Eventually.IsAsync(() => store.RunsAsync(5, Ct), found => found.Count == 2, Ct);
        Assert.Equal(["An admin", "Richpanel Console"], runs.Select(run => run.By));
        await care.StopAsync(Ct);

        async Task<(RetentionRules, RetentionRules, string?)> SettingsAsync()
        {
            var settings = await store.SettingsAsync(Ct);
            return (settings.Rules, settings.Defaults, settings.ChangedBy);
        }
    }
}
