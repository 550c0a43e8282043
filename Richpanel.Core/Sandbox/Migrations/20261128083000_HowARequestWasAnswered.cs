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

            migrationBuilder.CreateIndex(
                name: "IX_Requests_KeepsContract",
                table: "Requests",
                column: "KeepsContract",
                filter: "\"KeepsContract\" = 0");

            migrationBuilder.CreateIndex(
                name: "IX_Requests_Taken",
                table: "Requests",
                column: "Taken",
                filter: "\"Taken\" = 0");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Requests_KeepsContract",
                table: "Requests");

            migrationBuilder.DropIndex(
                name: "IX_Requests_Taken",
                table: "Requests");

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
