using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Richpanel.Core.Storage.Migrations.Sqlite
{
    /// <summary>
    /// Counts every row anew, by five minutes as well: some seconds for a million rows, once. By hand, because EF makes no tables
    /// without a row id. Of requests refused before this only the sum is known, not when they came.
    /// </summary>
    public partial class RollupsByFiveMinutes : Migration
    {
        // Ticks of 1970-01-01T00:00Z, of an hour and of five minutes: see RollupTime. Latency: see LatencyBuckets.
        private const string Since1970 = """("ReceivedAt" - 621355968000000000)""";
        private const string Hour = Since1970 + " / 36000000000";
        private const string Slot = Since1970 + " / 3000000000";
        private const string Quarter = Since1970 + " / 216000000000";

        private const string RollupColumns =
            """
            "Origin" INTEGER NOT NULL, "State" INTEGER NOT NULL, "OnRetry" INTEGER NOT NULL, "StatusCode" INTEGER NOT NULL,
            "EventName" TEXT NOT NULL, "Code" TEXT NOT NULL, "Count" INTEGER NOT NULL
            """;

        private const string RollupRest = """ "Origin", "State", "OnRetry", "StatusCode", "EventName", "Code") """;

        private const string LatencyColumns = """ "Origin" INTEGER NOT NULL, "Bucket" INTEGER NOT NULL, "Count" INTEGER NOT NULL""";

        private const string LatencyRest = """ "Origin", "Bucket") """;

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(name: "HourlyRollups");
            Make(migrationBuilder, "HourlyRollups", "Hour", RollupColumns, RollupRest);
            Make(migrationBuilder, "SlotRollups", "Slot", RollupColumns, RollupRest);
            Make(migrationBuilder, "QuarterRollups", "Quarter", RollupColumns, RollupRest);
            Make(migrationBuilder, "QuarterLatencies", "Quarter", LatencyColumns, LatencyRest);
            Make(migrationBuilder, "HourlyLatencies", "Hour", LatencyColumns, LatencyRest);
            Make(migrationBuilder, "SlotLatencies", "Slot", LatencyColumns, LatencyRest);
            Make(migrationBuilder, "RequestSlots", "Slot", """ "Cause" TEXT NOT NULL, "Count" INTEGER NOT NULL""", """ "Cause") """);

            Roll(migrationBuilder, "SlotRollups", Slot);
            RollLatency(migrationBuilder, "SlotLatencies", Slot);
            Sum(migrationBuilder, "HourlyRollups", "SlotRollups", 12, RollupRest, 8);
            Sum(migrationBuilder, "QuarterRollups", "SlotRollups", 72, RollupRest, 8);
            Sum(migrationBuilder, "HourlyLatencies", "SlotLatencies", 12, LatencyRest, 4);
            Sum(migrationBuilder, "QuarterLatencies", "SlotLatencies", 72, LatencyRest, 4);
            migrationBuilder.Sql($"""INSERT INTO "RequestSlots" SELECT "ConnectionId", {Slot}, '', COUNT(*) FROM "Requests" GROUP BY 1, 2""");

            migrationBuilder.CreateTable(
                name: "Milestones",
                columns: table => new
                {
                    Step = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Milestones", x => x.Step);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            foreach (var table in new[] { "Milestones", "RequestSlots", "QuarterLatencies", "QuarterRollups", "SlotLatencies", "HourlyLatencies", "SlotRollups", "HourlyRollups" })
            {
                migrationBuilder.DropTable(name: table);
            }

            migrationBuilder.Sql(
                """
                CREATE TABLE "HourlyRollups" ("ConnectionId" INTEGER NOT NULL, "Hour" INTEGER NOT NULL, "Origin" INTEGER NOT NULL, "State" INTEGER NOT NULL,
                    "EventName" TEXT NOT NULL, "Code" TEXT NOT NULL, "Count" INTEGER NOT NULL,
                    CONSTRAINT "PK_HourlyRollups" PRIMARY KEY ("ConnectionId", "Hour", "Origin", "State", "EventName", "Code"))
                """);
            migrationBuilder.Sql(
                $"""
                INSERT INTO "HourlyRollups" SELECT "ConnectionId", {Hour}, "Origin", "State", COALESCE("EventName", ''), COALESCE("Cause", ''), COUNT(*)
                FROM "Deliveries" GROUP BY 1, 2, 3, 4, 5, 6
                """);
        }

        private static void Make(MigrationBuilder migrationBuilder, string table, string span, string columns, string rest) => migrationBuilder.Sql(
            $"""
            CREATE TABLE "{table}" ("ConnectionId" INTEGER NOT NULL, "{span}" INTEGER NOT NULL, {columns},
                CONSTRAINT "PK_{table}" PRIMARY KEY ("ConnectionId", "{span}", {rest}) WITHOUT ROWID
            """);

        private static void Roll(MigrationBuilder migrationBuilder, string table, string span) => migrationBuilder.Sql(
            $"""
            INSERT INTO "{table}" SELECT "ConnectionId", {span}, "Origin", CASE "State" WHEN 2 THEN 1 ELSE "State" END, "State" = 3 AND "AttemptCount" > 1,
                COALESCE("StatusCode", 0), COALESCE("EventName", ''), COALESCE("Cause", ''), COUNT(*)
            FROM "Deliveries" GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
            """);

        /// <param name="rest">Columns of the key after the span, ending in a bracket.</param>
        private static void Sum(MigrationBuilder migrationBuilder, string table, string slots, int size, string rest, int keys)
        {
            var columns = rest.TrimEnd(' ', ')');
            migrationBuilder.Sql(
                $"""INSERT INTO "{table}" SELECT "ConnectionId", "Slot" / {size}, {columns}, SUM("Count") FROM "{slots}" GROUP BY {string.Join(", ", System.Linq.Enumerable.Range(1, keys))}""");
        }

        private static void RollLatency(MigrationBuilder migrationBuilder, string table, string span) => migrationBuilder.Sql(
            $"""
            INSERT INTO "{table}" SELECT "ConnectionId", {span}, "Origin",
                CASE WHEN "EndedAt" - "ReceivedAt" < 20000 THEN 0
                    ELSE MIN(127, CAST(CEIL(4 * LOG2(("EndedAt" - "ReceivedAt") / 10000)) AS INTEGER)) END,
                COUNT(*)
            FROM "Deliveries" WHERE "State" = 3 AND "EndedAt" IS NOT NULL GROUP BY 1, 2, 3, 4
            """);
    }
}
