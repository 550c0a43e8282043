using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Richpanel.Core.Ledger;
using Richpanel.Core.Storage;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.Ledger;

public sealed class RollupMigrationTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_from_before_are_counted_by_the_migration()
    {
        using var folder = new TemporaryFolder();
        var paths = new StoragePaths($"Data Source={folder.Path}/console.db");
        await using (var old = new SqliteConsoleDbContext(new DbContextOptionsBuilder<SqliteConsoleDbContext>()
            .UseSqlite(new SqliteConnectionStringBuilder { DataSource = paths.DatabaseFile, Pooling = false }.ToString()).Options))
        {
            await old.GetService<IMigrator>().MigrateAsync("20261124182543_WebhookSecretRotation", Ct);

            // Times such that every kind of step and both spans are met; received at odd moments over two days.
            await old.Database.ExecuteSqlRawAsync(
                """
                WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 1999)
                INSERT INTO "Deliveries" ("ConnectionId","SourceId","RequestId","BodyOffset","BodyLength","Origin","State","Stage","Marks","Type","EventName",
                    "MessageId","MessageHash","Lane","ReceivedAt","OccurredAt","AttemptCount","ScheduleStep","Cause","StatusCode","EndedAt")
                SELECT 1 + i % 3, 1, i + 1, 0, 1, 1 + i % 2, 1 + i % 6, 0, 0, 2, CASE i % 4 WHEN 0 THEN NULL ELSE 'Event ' || i % 4 END,
                    'm' || i, i, 0, 638999999990000000 + i * 864000007, 638999999990000000, i % 3, 0, CASE i % 5 WHEN 0 THEN NULL ELSE 'server_error' END,
                    CASE i % 3 WHEN 0 THEN NULL ELSE 200 END, CASE i % 7 WHEN 0 THEN NULL ELSE 638999999990000000 + i * 864000007 + i * i * 3000 END
                FROM n
                """,
                Ct);
            await old.Database.ExecuteSqlRawAsync(
                """
                INSERT INTO "Requests" ("SourceId","ConnectionId","Origin","Route","ReceivedAt","Body","Encoding")
                SELECT 1, "ConnectionId", 1, 2, "ReceivedAt", x'7b7d', 0 FROM "Deliveries"
                """,
                Ct);
        }

        await DatabaseStartup.MigrateAsync(paths, Ct);

        await using var context = new SqliteStore(paths).CreateDbContext();
        Assert.Equal(2000, await context.SlotRollups.SumAsync(line => line.Count, Ct));
        await RollupCheck.AddsUpAsync(context, Ct);
        var requests = await context.Requests.Select(r => new { r.ConnectionId, r.ReceivedAt }).ToListAsync(Ct);
        Assert.Equal(
            requests.GroupBy(r => (r.ConnectionId, RollupTime.SlotOf(r.ReceivedAt))).ToDictionary(g => g.Key, g => g.LongCount()),
            (await context.RequestSlots.ToListAsync(Ct)).ToDictionary(slot => (slot.ConnectionId, slot.Slot), slot => slot.Count));
    }
}
