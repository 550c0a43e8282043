using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Richpanel.Core.Storage.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class WebhookSecretRotation : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<byte[]>(
                name: "PreviousWebhookSecret",
                table: "Sources",
                type: "BLOB",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "PreviousWebhookSecretFingerprint",
                table: "Sources",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "PreviousWebhookSecretSetAt",
                table: "Sources",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "PreviousWebhookSecretUntil",
                table: "Sources",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "WebhookSecretAcceptedAt",
                table: "Sources",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "WebhookSecretFingerprint",
                table: "Sources",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "WebhookSecretSetAt",
                table: "Sources",
                type: "INTEGER",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "PreviousWebhookSecret",
                table: "Sources");

            migrationBuilder.DropColumn(
                name: "PreviousWebhookSecretFingerprint",
                table: "Sources");

            migrationBuilder.DropColumn(
                name: "PreviousWebhookSecretSetAt",
                table: "Sources");

            migrationBuilder.DropColumn(
                name: "PreviousWebhookSecretUntil",
                table: "Sources");

            migrationBuilder.DropColumn(
                name: "WebhookSecretAcceptedAt",
                table: "Sources");

            migrationBuilder.DropColumn(
                name: "WebhookSecretFingerprint",
                table: "Sources");

            migrationBuilder.DropColumn(
                name: "WebhookSecretSetAt",
                table: "Sources");
        }
    }
}
