using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Richpanel.Core.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class RefusedByStatus : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_Refused",
                table: "Deliveries",
                columns: new[] { "StatusCode", "Id" },
                filter: "\"StatusCode\" >= 400");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Deliveries_Refused",
                table: "Deliveries");
        }
    }
}
