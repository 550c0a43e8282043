using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Richpanel.Core.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class BreakerAndRecovery : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "BreakerCause",
                table: "Connections",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "BreakerProbes",
                table: "Connections",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "BreakerSince",
                table: "Connections",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "BreakerUntil",
                table: "Connections",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "RecoveryBefore",
                table: "Connections",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "RecoveryProbes",
                table: "Connections",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "RecoveryRate",
                table: "Connections",
                type: "INTEGER",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "BreakerCause",
                table: "Connections");

            migrationBuilder.DropColumn(
                name: "BreakerProbes",
                table: "Connections");

            migrationBuilder.DropColumn(
                name: "BreakerSince",
                table: "Connections");

            migrationBuilder.DropColumn(
                name: "BreakerUntil",
                table: "Connections");

            migrationBuilder.DropColumn(
                name: "RecoveryBefore",
                table: "Connections");

            migrationBuilder.DropColumn(
                name: "RecoveryProbes",
                table: "Connections");

            migrationBuilder.DropColumn(
                name: "RecoveryRate",
                table: "Connections");
        }
    }
}
