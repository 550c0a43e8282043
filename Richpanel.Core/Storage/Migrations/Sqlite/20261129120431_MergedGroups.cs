using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Richpanel.Core.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class MergedGroups : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "MergedIntoId",
                table: "FailureGroups",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_FailureGroups_MergedIntoId",
                table: "FailureGroups",
                column: "MergedIntoId",
                filter: "\"MergedIntoId\" IS NOT NULL");

            // What failed of an event, newest first, in the comparison of the log's own language, which a model of EF Core cannot give an index.
            migrationBuilder.Sql("""CREATE INDEX "IX_Deliveries_FailedEvent" ON "Deliveries" ("EventName" COLLATE NOCASE, "Id") WHERE "State" = 4""");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""DROP INDEX "IX_Deliveries_FailedEvent" """);

            migrationBuilder.DropIndex(
                name: "IX_FailureGroups_MergedIntoId",
                table: "FailureGroups");

            migrationBuilder.DropColumn(
                name: "MergedIntoId",
                table: "FailureGroups");
        }
    }
}
