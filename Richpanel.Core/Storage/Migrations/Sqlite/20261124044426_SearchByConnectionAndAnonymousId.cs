using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Richpanel.Core.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class SearchByConnectionAndAnonymousId : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Deliveries_State",
                table: "Deliveries");

            migrationBuilder.AddColumn<long>(
                name: "AnonymousHash",
                table: "Deliveries",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_Anonymous",
                table: "Deliveries",
                columns: new[] { "AnonymousHash", "Id" },
                filter: "\"AnonymousHash\" IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_ConnectionState",
                table: "Deliveries",
                columns: new[] { "ConnectionId", "State", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Deliveries_Anonymous",
                table: "Deliveries");

            migrationBuilder.DropIndex(
                name: "IX_Deliveries_ConnectionState",
                table: "Deliveries");

            migrationBuilder.DropColumn(
                name: "AnonymousHash",
                table: "Deliveries");

            migrationBuilder.CreateIndex(
                name: "IX_Deliveries_State",
                table: "Deliveries",
                columns: new[] { "State", "Id" },
                filter: "\"State\" <> 3");
        }
    }
}
