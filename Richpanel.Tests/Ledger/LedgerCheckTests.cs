using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Groups;
using Richpanel.Core.Ledger;
using Richpanel.Core.Storage;
using Richpanel.Core.Support;
using Richpanel.Tests.SignIn;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Ledger;

/// <summary>Promise 2 is proved by the product itself, and a lie in any of its counters is found with its place.</summary>
public sealed class LedgerCheckTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Lies => new()
    {
        // What is changed behind the product's back, and the places that must be named, and no others.
        { """UPDATE "Ledger" SET "Count"="Count"+1 WHERE "ConnectionId"=1 AND "Origin"=1 AND "State"=3""", "Created/1/Receiver, Rollups/1/Receiver/Accepted" },
        { """UPDATE "Ledger" SET "Count"="Count"-2 WHERE "ConnectionId"=2 AND "Origin"=2 AND "State"=0""", "Created/2/Lab" },
        { """UPDATE "Ledger" SET "Count"="Count"+1 WHERE "ConnectionId"=1 AND "Origin"=2 AND "State"=2""", "Created/1/Lab, Sending/1/Lab/Sending, Rollups/1/Lab/Waiting" },
        { """UPDATE "SlotRollups" SET "Count"="Count"+1 WHERE ("ConnectionId","Slot") IN (SELECT "ConnectionId","Slot" FROM "SlotRollups" WHERE "ConnectionId"=1 AND "Count"=1 LIMIT 1)""", "Slots/1" },
        { """DELETE FROM "HourlyRollups" WHERE "ConnectionId"=3 AND "Hour"=(SELECT MIN("Hour") FROM "HourlyRollups" WHERE "ConnectionId"=3)""", "Hours/3, Quarters/3" },
        { """UPDATE "QuarterRollups" SET "Count"="Count"+1 WHERE ("ConnectionId","Quarter","Origin","State","StatusCode","EventName","Code") IN (SELECT "ConnectionId","Quarter","Origin","State","StatusCode","EventName","Code" FROM "QuarterRollups" WHERE "ConnectionId"=2 AND "State"=4 LIMIT 1)""", "Rollups/2, Quarters/2" },
        { """UPDATE "HourlyLatencies" SET "Bucket"="Bucket"+1 WHERE ("ConnectionId","Hour","Origin","Bucket") IN (SELECT "ConnectionId","Hour","Origin","Bucket" FROM "HourlyLatencies" WHERE "ConnectionId"=1 ORDER BY "Bucket" DESC LIMIT 1)""", "Latencies/1, Quarters/1" },
        { """UPDATE "Deliveries" SET "State"=6 WHERE "Id"=(SELECT MIN("Id") FROM "Deliveries" WHERE "ConnectionId"=3 AND "State"=4)""", "Slots/3, Hours/3" },
        { """DELETE FROM "Deliveries" WHERE "Id"=(SELECT MAX("Id") FROM "Deliveries" WHERE "ConnectionId"=1 AND "State"=5)""", "Slots/1, Hours/1" },
        { """UPDATE "RequestCounts" SET "Count"="Count"+1 WHERE "ConnectionId"=2 AND "Cause"=''""", "Requests/2" },
    };

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Lies))]
    public async Task A_lie_is_found_with_its_place_and_without_one_nothing_is(string lie, string places)
    {
        using var folder = new TemporaryFolder();
        var paths = await FilledAsync(folder);
        Assert.Empty(await FaultsAsync(paths));

        Do(paths, lie);
        var found = await FaultsAsync(paths);

        var wanted = places.Split(", ").Select(place => place.ToLowerInvariant()).ToList();
        Assert.All(wanted, place => Assert.Contains(found, fault => fault.Place.StartsWith(place, StringComparison.Ordinal)));
        Assert.All(found, fault => Assert.Contains(wanted, place => fault.Place.StartsWith(place, StringComparison.Ordinal)));
        Assert.All(found, fault => Assert.NotEqual("", fault.Sentence));
    }

    [Fact(Timeout = 120_000)]
    public async Task While_events_come_and_are_sent_no_count_ever_finds_anything()
    {
        await using var console = new ConsoleUnderTest(new() { ["Sandbox:Port"] = "0" });
        using var client = console.CreateClient();
        var sandbox = console.Directory.Connections.Single(connection => connection.IsSandbox);
        var key = console.Services.GetRequiredService<SourceStore>().RevealWriteKey(console.Directory.Sources.Single(source => source.ConnectionId == sandbox.Id));
        var recount = console.Services.GetRequiredService<LedgerRecount>();
        var store = console.Services.GetRequiredService<SqliteStore>();

        var sending = Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = Ct }, async (n, _) =>
            await client.PostCallAsync("/v1/track", $$"""{"messageId":"m-{{n}}","userId":"u{{n % 7}}","event":"E{{n % 3}}"}""", key).AcceptedAsync());
        var counts = 0;
        do
        {
            Assert.Empty((await recount.RunAsync(null, Ct)).Faults);
            Assert.Empty(Sums(store));
            counts++;
        }
        while (!sending.IsCompleted);
        await sending;
        await console.ExpandedAsync();

        var result = await recount.RunAsync(null, Ct);
        Assert.Empty(result.Faults);
        Assert.Equal(400, result.Rows);
        Assert.InRange(counts, 1, int.MaxValue);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_mismatch_is_told_once_kept_over_a_restart_shown_as_a_fault_and_taken_back_when_it_agrees()
    {
        using var folder = new TemporaryFolder();
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 28, 12, 0, 0, TimeSpan.Zero));
        await using (var console = new ConsoleUnderTest(services: Unwatched, over: folder))
        {
            var watch = Watch(console, clock);
            await console.Writer.WriteAsync(session => session.Execute("""INSERT INTO "Ledger" VALUES (77, 1, 3, 5)"""));
            await watch.LookAsync(Ct);
            await watch.LookAsync(Ct);

            Assert.Equal([LedgerPart.Created, LedgerPart.Rollups], watch.Report.Faults.Select(fault => fault.Part));
            Assert.Equal("con_", watch.Report.Faults[0].Sentence[..4]);
            Assert.EndsWith(", receiver: 0 created, 5 in all states together", watch.Report.Faults[0].Sentence, StringComparison.Ordinal);
            Assert.Single(await console.ChangesAsync(), change => change == "ledger.mismatch");
            Assert.Single(console.Logs.Text.Split('\n'), line => line.StartsWith("Error The ledger does not add up in 2 places", StringComparison.Ordinal));
        }

        await using var again = new ConsoleUnderTest(over: folder);
        var board = again.Services.GetRequiredService<FaultBoard>();
        await Eventually.IsAsync(() => board.Faults.Any(fault => fault.Code == "ledger_mismatch"), Ct);
        Assert.Single(await again.ChangesAsync(), change => change == "ledger.mismatch");

        await again.Writer.WriteAsync(session => session.Execute("""DELETE FROM "Ledger" WHERE "ConnectionId"=77"""));
        var report = await again.Services.GetRequiredService<LedgerWatch>().CheckAsync(Actor.System, Ct);
        Assert.True(report.Agrees);
        Assert.Empty(board.Faults);
        Assert.Single(await again.ChangesAsync(), change => change == "ledger.agrees");
    }

    [Fact(Timeout = 60_000)]
    public async Task A_failure_group_that_counts_wrongly_is_told_with_its_id()
    {
        await using var console = new ConsoleUnderTest();
        var id = await console.Writer.WriteAsync(session =>
        {
            var group = session.Groups.IdOf(session, 1, FailurePrint.Of(FailureStage.Sending, "unprocessable", 422, "No such customer"), DateTimeOffset.UnixEpoch);
            session.Execute("""UPDATE "FailureGroups" SET "StillFailed"=4""");
            return group;
        });

        var fault = Assert.Single((await console.Services.GetRequiredService<LedgerRecount>().RunAsync(null, Ct)).Faults);

        Assert.Equal($"{PublicId.Connection(1)}, {PublicId.Group(id)}, failed: 0 failed by the rows, 4 by the failure group", fault.Sentence);
        Assert.EndsWith(PublicId.Group(id), fault.Place, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task All_rows_are_counted_at_three_each_night_and_only_then()
    {
        await using var console = new ConsoleUnderTest();
        _ = console.Services;
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 11, 28, 23, 30, 0, TimeSpan.Zero));
        var watch = Watch(console, clock);
        Assert.Equal(new DateTimeOffset(2026, 11, 29, 3, 0, 0, TimeSpan.Zero), watch.Report.NextRecount);

        await watch.LookAsync(Ct);
        Assert.Null(watch.Report.Recount);
        clock.Jump(TimeSpan.FromHours(4));
        await watch.LookAsync(Ct);
        var first = watch.Report.Recount;
        Assert.Equal(clock.GetUtcNow(), first?.At);
        clock.Jump(TimeSpan.FromHours(3));
        await watch.LookAsync(Ct);

        Assert.Equal(first, watch.Report.Recount);
        Assert.Equal(new DateTimeOffset(2026, 11, 30, 3, 0, 0, TimeSpan.Zero), watch.Report.NextRecount);
        Assert.Equal(first, Watch(console, clock).Report.Recount);   // kept beside the database
    }

    /// <summary>The product's own look of each minute would tell the same once more.</summary>
    private static void Unwatched(IServiceCollection services) => services.Remove(services.Single(service => service.ImplementationType == typeof(LedgerCare)));

    private static LedgerWatch Watch(ConsoleUnderTest console, TimeProvider clock) => ActivatorUtilities.CreateInstance<LedgerWatch>(console.Services, clock);

    private static async Task<IReadOnlyList<LedgerFault>> FaultsAsync(StoragePaths paths)
    {
        var store = new SqliteStore(paths);
        return [.. Sums(store), .. (await new LedgerRecount(store, new DoorLoad(), TimeProvider.System).RunAsync(null, Ct)).Faults];
    }

    private static List<LedgerFault> Sums(SqliteStore store)
    {
        using var connection = store.OpenReader();
        using var snapshot = connection.BeginTransaction(deferred: true);
        return LedgerSums.Faults(connection, snapshot);
    }

    /// <summary>2,000 rows of three connections over two days, in every state, with counters that agree.</summary>
    private static async Task<StoragePaths> FilledAsync(TemporaryFolder folder)
    {
        var paths = new StoragePaths($"Data Source={folder.Path}/console.db");
        await using (var old = new SqliteConsoleDbContext(new DbContextOptionsBuilder<SqliteConsoleDbContext>()
            .UseSqlite(new SqliteConnectionStringBuilder { DataSource = paths.DatabaseFile, Pooling = false }.ToString()).Options))
        {
            await old.GetService<IMigrator>().MigrateAsync("20261124182543_WebhookSecretRotation", Ct);
            await old.Database.ExecuteSqlRawAsync(
                """
                WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1999)
                INSERT INTO "Deliveries" ("ConnectionId","SourceId","RequestId","BodyOffset","BodyLength","Origin","State","Stage","Marks","Type","EventName",
                    "MessageId","MessageHash","Lane","ReceivedAt","OccurredAt","AttemptCount","ScheduleStep","Cause","StatusCode","EndedAt")
                SELECT 1 + i % 3, 1, i + 1, 0, 1, 1 + i % 2, 1 + i % 7 % 6, 0, 0, 2, CASE i % 4 WHEN 0 THEN NULL ELSE 'Event ' || i % 4 END,
                    'm' || i, i, 0, 638999999990000000 + (i + i % 11 * 40) * 864000007, 638999999990000000, i % 3, 0, CASE i % 5 WHEN 0 THEN NULL ELSE 'server_error' END,
                    CASE i % 3 WHEN 0 THEN NULL ELSE 200 END, CASE i % 7 WHEN 0 THEN NULL ELSE 638999999990000000 + (i + i % 11 * 40) * 864000007 + i * i * 3000 END
                FROM n;
                INSERT INTO "Requests" ("SourceId","ConnectionId","Origin","Route","ReceivedAt","Body","Encoding")
                SELECT 1, "ConnectionId", 1, 2, "ReceivedAt", x'7b7d', 0 FROM "Deliveries";
                INSERT INTO "RequestCounts" SELECT "ConnectionId", '', COUNT(*) FROM "Requests" GROUP BY 1;
                INSERT INTO "Ledger" SELECT "ConnectionId", "Origin", "State", COUNT(*) FROM "Deliveries" GROUP BY 1, 2, 3;
                INSERT INTO "Ledger" SELECT "ConnectionId", "Origin", 0, COUNT(*) FROM "Deliveries" GROUP BY 1, 2
                """,
                Ct);
        }

        await DatabaseStartup.MigrateAsync(paths, Ct);
        return paths;
    }

    private static void Do(StoragePaths paths, string sql)
    {
        using var connection = DatabaseCopy.Open(paths.DatabaseFile, SqliteOpenMode.ReadWrite);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.InRange(command.ExecuteNonQuery(), 1, int.MaxValue);
    }
}
