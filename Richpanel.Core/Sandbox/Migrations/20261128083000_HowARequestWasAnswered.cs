using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Richpanel.Core.Sandbox.Migrations
{
    /// <inheritdoc />
    public partial class HowARequestWasAnswered : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Headers",
                table: "Requests",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Method",
                table: "Requests",
                type: "TEXT",
                nullable: false,
                defaultValue: "POST");

            migrationBuilder.AddColumn<bool>(
                name: "SenderLeft",
                table: "Requests",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "Step",
                table: "Requests",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "StepNumber",
                table: "Requests",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "TookMs",
                table: "Requests",
                type: "INTEGER",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Headers",
                table: "Requests");

            migrationBuilder.DropColumn(
                name: "Method",
                table: "Requests");

            migrationBuilder.DropColumn(
                name: "SenderLeft",
                table: "Requests");

            migrationBuilder.DropColumn(
                name: "Step",
                table: "Requests");

            migrationBuilder.DropColumn(
                name: "StepNumber",
                table: "Requests");

            migrationBuilder.DropColumn(
                name: "TookMs",
                table: "Requests");
        }
    }
}
