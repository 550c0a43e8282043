using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Richpanel.Core.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class FailureGroups : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "GroupId",
                table: "Deliveries",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "FailureGroupHours",
                columns: table => new
                {
                    GroupId = table.Column<long>(type: "INTEGER", nullable: false),
                    Hour = table.Column<int>(type: "INTEGER", nullable: false),
                    Count = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_FailureGroupHours", x => new { x.GroupId, x.Hour });
                });

            migrationBuilder.CreateTable(
                name: "FailureGroupNotes",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    GroupId = table.Column<long>(type: "INTEGER", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false),
                    AuthorKind = table.Column<int>(type: "INTEGER", nullable: false),
                    Author = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    Text = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_FailureGroupNotes", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "FailureGroups",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    ConnectionId = table.Column<long>(type: "INTEGER", nullable: false),
                    Fingerprint = table.Column<long>(type: "INTEGER", nullable: false),
                    Stage = table.Column<int>(type: "INTEGER", nullable: false),
                    Cause = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    StatusCode = table.Column<int>(type: "INTEGER", nullable: true),
                    Pattern = table.Column<string>(type: "TEXT", maxLength: 200, nullable: true),
                    State = table.Column<int>(type: "INTEGER", nullable: false),
                    IsRegressed = table.Column<bool>(type: "INTEGER", nullable: false),
                    StateAt = table.Column<long>(type: "INTEGER", nullable: false),
                    StateBy = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true),
                    SnoozedUntil = table.Column<long>(type: "INTEGER", nullable: true),
                    Assignee = table.Column<string>(type: "TEXT", maxLength: 100, nullable: true),
                    AssigneeId = table.Column<long>(type: "INTEGER", nullable: true),
                    Total = table.Column<long>(type: "INTEGER", nullable: false),
                    StillFailed = table.Column<long>(type: "INTEGER", nullable: false),
                    FirstSeenAt = table.Column<long>(type: "INTEGER", nullable: false),
                    BeganAt = table.Column<long>(type: "INTEGER", nullable: false),
                    LastSeenAt = table.Column<long>(type: "INTEGER", nullable: false),
                    LastRetriedAt = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_FailureGroups", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_Group",
                table: "Deliveries",
                columns: new[] { "GroupId", "Id", "UserHash" },
                filter: "\"GroupId\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_Ungrouped",
                table: "Deliveries",
                column: "Id",
                filter: "\"State\" = 4 AND \"GroupId\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_FailureGroupHours_Hour",
                table: "FailureGroupHours",
                column: "Hour");

            migrationBuilder.CreateIndex(
                name: "IX_FailureGroupNotes_GroupId",
                table: "FailureGroupNotes",
                column: "GroupId");

            migrationBuilder.CreateIndex(
                name: "IX_FailureGroups_ConnectionId_Stage_Cause",
                table: "FailureGroups",
                columns: new[] { "ConnectionId", "Stage", "Cause" });

            migrationBuilder.CreateIndex(
                name: "IX_FailureGroups_Fingerprint",
                table: "FailureGroups",
                column: "Fingerprint",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_FailureGroups_LastSeenAt_Id",
                table: "FailureGroups",
                columns: new[] { "LastSeenAt", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "FailureGroupHours");

            migrationBuilder.DropTable(
                name: "FailureGroupNotes");

            migrationBuilder.DropTable(
                name: "FailureGroups");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_Group",
                table: "Deliveries");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_Ungrouped",
                table: "Deliveries");

            migrationBuilder.DropColumn(
                name: "GroupId",
                table: "Deliveries");
        }
    }
}
