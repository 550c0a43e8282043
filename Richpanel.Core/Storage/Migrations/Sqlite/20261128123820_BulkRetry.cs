using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Richpanel.Core.Storage.Migrations.Sqlite
{
    /// <summary>Bulk retries and replays with their items and counts; deliveries and attempts name the one that sent them.</summary>
    public partial class BulkRetry : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "CopyOf",
                table: "Deliveries",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "RetryBatchId",
                table: "Deliveries",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "RetryBatchId",
                table: "Attempts",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "RetryBatches",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    Kind = table.Column<int>(type: "INTEGER", nullable: false),
                    State = table.Column<int>(type: "INTEGER", nullable: false),
                    ByKind = table.Column<int>(type: "INTEGER", nullable: false),
                    ById = table.Column<long>(type: "INTEGER", nullable: true),
                    ByName = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    Scope = table.Column<string>(type: "TEXT", maxLength: 2048, nullable: true),
                    NeverAccepted = table.Column<bool>(type: "INTEGER", nullable: false),
                    Connections = table.Column<string>(type: "TEXT", nullable: false),
                    Plan = table.Column<string>(type: "TEXT", nullable: false),
                    Planned = table.Column<int>(type: "INTEGER", nullable: false),
                    Queued = table.Column<int>(type: "INTEGER", nullable: false),
                    Skipped = table.Column<int>(type: "INTEGER", nullable: false),
                    AsThen = table.Column<bool>(type: "INTEGER", nullable: false),
                    Rate = table.Column<int>(type: "INTEGER", nullable: false),
                    CanarySize = table.Column<int>(type: "INTEGER", nullable: false),
                    StopPercent = table.Column<int>(type: "INTEGER", nullable: false),
                    Canary = table.Column<string>(type: "TEXT", nullable: false),
                    CanaryPassed = table.Column<bool>(type: "INTEGER", nullable: false),
                    CanaryNotAccepted = table.Column<int>(type: "INTEGER", nullable: true),
                    PlannedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    StartedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    StateSince = table.Column<long>(type: "INTEGER", nullable: false),
                    EndedAt = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RetryBatches", x => x.Id);
                });

            // Without a row id, which EF cannot say: one tree instead of two.
            migrationBuilder.Sql(
                """
                CREATE TABLE "RetryCounts" (
                    "BatchId" INTEGER NOT NULL, "State" INTEGER NOT NULL, "Cause" TEXT NOT NULL, "Count" INTEGER NOT NULL,
                    CONSTRAINT "PK_RetryCounts" PRIMARY KEY ("BatchId", "State", "Cause")) WITHOUT ROWID
                """);
            migrationBuilder.Sql(
                """
                CREATE TABLE "RetryItems" (
                    "BatchId" INTEGER NOT NULL, "DeliveryId" INTEGER NOT NULL, "ConnectionId" INTEGER NOT NULL, "SeenState" INTEGER NOT NULL,
                    "SeenAttempts" INTEGER NOT NULL, "State" INTEGER NOT NULL, "SentId" INTEGER NULL, "Reason" TEXT NULL,
                    CONSTRAINT "PK_RetryItems" PRIMARY KEY ("BatchId", "DeliveryId")) WITHOUT ROWID
                """);

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_CopyOf",
                table: "Deliveries",
                column: "CopyOf",
                filter: "\"CopyOf\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_RetryBatches_State",
                table: "RetryBatches",
                column: "State");

            migrationBuilder.CreateIndex(
                name: "IX_RetryItems_Planned",
                table: "RetryItems",
                columns: new[] { "BatchId", "ConnectionId", "DeliveryId" },
                filter: "\"State\" = 1");

            migrationBuilder.CreateIndex(
                name: "IX_RetryItems_Skipped",
                table: "RetryItems",
                columns: new[] { "BatchId", "DeliveryId" },
                filter: "\"State\" = 3");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "RetryBatches");

            migrationBuilder.DropTable(
                name: "RetryCounts");

            migrationBuilder.DropTable(
                name: "RetryItems");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_CopyOf",
                table: "Deliveries");

            migrationBuilder.DropColumn(
                name: "CopyOf",
                table: "Deliveries");

            migrationBuilder.DropColumn(
                name: "RetryBatchId",
                table: "Deliveries");

            migrationBuilder.DropColumn(
                name: "RetryBatchId",
                table: "Attempts");
        }
    }
}
