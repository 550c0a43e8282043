using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Richpanel.Core.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Retention : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "Erasures",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    State = table.Column<int>(type: "INTEGER", nullable: false),
                    AskedBy = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    AskedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    Reason = table.Column<string>(type: "TEXT", maxLength: 500, nullable: false),
                    Names = table.Column<string>(type: "TEXT", maxLength: 2048, nullable: false),
                    SealedKeys = table.Column<byte[]>(type: "BLOB", nullable: true),
                    TaskId = table.Column<long>(type: "INTEGER", nullable: true),
                    Step = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true),
                    EndedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    Counts = table.Column<string>(type: "TEXT", nullable: false),
                    NeverSent = table.Column<long>(type: "INTEGER", nullable: false),
                    Files = table.Column<string>(type: "TEXT", nullable: false),
                    BytesGone = table.Column<bool>(type: "INTEGER", nullable: false),
                    Fault = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Erasures", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "Pins",
                columns: table => new
                {
                    DeliveryId = table.Column<long>(type: "INTEGER", nullable: false),
                    Reason = table.Column<string>(type: "TEXT", maxLength: 500, nullable: false),
                    By = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Pins", x => x.DeliveryId);
                });

            migrationBuilder.CreateTable(
                name: "PrivacyTasks",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    DeliveryId = table.Column<long>(type: "INTEGER", nullable: false),
                    ConnectionId = table.Column<long>(type: "INTEGER", nullable: false),
                    CustomerHash = table.Column<long>(type: "INTEGER", nullable: true),
                    Calls = table.Column<int>(type: "INTEGER", nullable: false),
                    AskedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    DueAt = table.Column<long>(type: "INTEGER", nullable: false),
                    ClosedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    ClosedBy = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true),
                    Note = table.Column<string>(type: "TEXT", maxLength: 500, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PrivacyTasks", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "RetentionChoice",
                columns: table => new
                {
                    Id = table.Column<int>(type: "INTEGER", nullable: false),
                    Enabled = table.Column<bool>(type: "INTEGER", nullable: true),
                    AcceptedDays = table.Column<int>(type: "INTEGER", nullable: true),
                    FailedDays = table.Column<int>(type: "INTEGER", nullable: true),
                    RowDays = table.Column<int>(type: "INTEGER", nullable: true),
                    RefusedDays = table.Column<int>(type: "INTEGER", nullable: true),
                    ChangedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    ChangedBy = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RetentionChoice", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "RetentionRuns",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    StartedAt = table.Column<long>(type: "INTEGER", nullable: false),
                    EndedAt = table.Column<long>(type: "INTEGER", nullable: true),
                    By = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    Contents = table.Column<long>(type: "INTEGER", nullable: false),
                    Rows = table.Column<long>(type: "INTEGER", nullable: false),
                    Refused = table.Column<long>(type: "INTEGER", nullable: false),
                    Bytes = table.Column<long>(type: "INTEGER", nullable: false),
                    GivenBack = table.Column<long>(type: "INTEGER", nullable: false),
                    BrokenOff = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RetentionRuns", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_PrivacyTasks_Customer",
                table: "PrivacyTasks",
                columns: new[] { "ConnectionId", "CustomerHash" },
                filter: "\"ClosedAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_PrivacyTasks_Delivery",
                table: "PrivacyTasks",
                column: "DeliveryId");

            migrationBuilder.CreateIndex(
                name: "IX_PrivacyTasks_Open",
                table: "PrivacyTasks",
                columns: new[] { "DueAt", "Id" },
                filter: "\"ClosedAt\" IS NULL");

            // Deletions that were asked for before there were tasks: one for each customer of a connection, and for each call that named none.
            // 5 is Skipped; 864000000000 ticks are a day. Along the index of connection and state.
            migrationBuilder.Sql(
                """
                INSERT INTO "PrivacyTasks" ("DeliveryId","ConnectionId","CustomerHash","Calls","AskedAt","DueAt")
                SELECT MIN("Id"),"ConnectionId","UserHash",COUNT(*),MIN("ReceivedAt"),MIN("ReceivedAt")+30*864000000000 FROM "Deliveries"
                WHERE "ConnectionId" IN (SELECT "Id" FROM "Connections") AND "State"=5 AND "Cause"='privacy_delete'
                GROUP BY "ConnectionId","UserHash",CASE WHEN "UserHash" IS NULL THEN "Id" END ORDER BY MIN("Id");
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Erasures");

            migrationBuilder.DropTable(
                name: "Pins");

            migrationBuilder.DropTable(
                name: "PrivacyTasks");

            migrationBuilder.DropTable(
                name: "RetentionChoice");

            migrationBuilder.DropTable(
                name: "RetentionRuns");
        }
    }
}
