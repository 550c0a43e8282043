using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Richpanel.Core.Storage;

/// <summary>Brings the database to this version before anything else runs.</summary>
public static class DatabaseStartup
{
    /// <summary>Copies from before upgrades that stay.</summary>
    public const int CopiesKept = 3;

    private const int Patience = 4;
    private const string CopyMark = ".before-upgrade-";

    /// <summary>Every migration this version has, in their order.</summary>
    public static IReadOnlyList<string> KnownMigrations { get; } = Known();

    /// <summary>The copy that was made of an older database before it was changed; null when there was nothing to change.</summary>
    /// <exception cref="CannotStartException">
    /// The database was made by a newer version, is damaged, is held by another process or cannot be written, or there is no room for the
    /// copy. Nothing was changed.
    /// </exception>
    public static Task<string?> MigrateAsync(StoragePaths paths, CancellationToken ct) => MigrateAsync(paths, TimeProvider.System, ct);

    public static async Task<string?> MigrateAsync(StoragePaths paths, TimeProvider time, CancellationToken ct)
    {
        if (!Directory.Exists(paths.Folder))
        {
            OwnerOnly.Folder(paths.Folder);
        }

        try
        {
            return await BringUpAsync(paths, time, ct);
        }
        catch (SqliteException failure)
        {
            throw new CannotStartException(DatabaseFault.AtStart(failure, paths.DatabaseFile), failure);
        }
    }

    /// <summary>Copies from before upgrades, newest first.</summary>
    public static IReadOnlyList<FileInfo> Copies(StoragePaths paths) => Directory.Exists(paths.Folder)
        ? [.. new DirectoryInfo(paths.Folder).EnumerateFiles(Path.GetFileName(paths.DatabaseFile) + CopyMark + "*").OrderByDescending(file => file.Name, StringComparer.Ordinal)]
        : [];

    private static async Task<string?> BringUpAsync(StoragePaths paths, TimeProvider time, CancellationToken ct)
    {
        // Not pooled: the last connection to close copies the WAL back, and a pooled one would keep the file open unseen.
        await using var context = new SqliteConsoleDbContext(new DbContextOptionsBuilder<SqliteConsoleDbContext>()
            .UseSqlite(new SqliteConnectionStringBuilder { DataSource = paths.DatabaseFile, Pooling = false, DefaultTimeout = Patience }.ToString()).Options);
        var known = KnownMigrations;
        var applied = File.Exists(paths.DatabaseFile) ? [.. await context.Database.GetAppliedMigrationsAsync(ct)] : new List<string>();
        if (applied.Except(known, StringComparer.Ordinal).LastOrDefault() is { } unknown)
        {
            throw new CannotStartException(
                $"The database {paths.DatabaseFile} was made by a newer version of the product (it knows '{unknown}'). Start that version, or {WayBack(paths)}. Nothing was changed.");
        }

        string? copy = null;
        if (applied.Count < known.Count)
        {
            if (applied.Count > 0)
            {
                await ReadyForUpgradeAsync(context, ct);
                copy = CopyBefore(paths, time, ct);
            }

            await context.Database.MigrateAsync(ct);
        }

        // SQLite gives the WAL the rights of the file it belongs to.
        OwnerOnly.File(paths.DatabaseFile);
        return copy;
    }

    /// <summary>
    /// Can it be written? And is there a lock of an upgrade that was killed: EF would wait for its end for ever. Nobody else can be at it,
    /// because only one copy of the product runs (<see cref="RunningMark"/>).
    /// </summary>
    private static async Task ReadyForUpgradeAsync(SqliteConsoleDbContext context, CancellationToken ct)
    {
        await context.Database.OpenConnectionAsync(ct);
        var connection = (SqliteConnection)context.Database.GetDbConnection();
        await using (var transaction = connection.BeginTransaction(deferred: false))
        {
            await using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = """SELECT COUNT(*) FROM "sqlite_schema" WHERE "name"='__EFMigrationsLock'""";
            if (await command.ExecuteScalarAsync(ct) is 1L)
            {
                command.CommandText = """DELETE FROM "__EFMigrationsLock" """;
                await command.ExecuteNonQueryAsync(ct);
            }

            await transaction.CommitAsync(ct);
        }

        await context.Database.CloseConnectionAsync();
    }

    private static string CopyBefore(StoragePaths paths, TimeProvider time, CancellationToken ct)
    {
        var size = new FileInfo(paths.DatabaseFile).Length;
        if (new DriveInfo(paths.Folder).AvailableFreeSpace < size + (size / 10))
        {
            throw new CannotStartException(
                string.Create(CultureInfo.InvariantCulture, $"The database {paths.DatabaseFile} is to be upgraded, and there is no room for the copy that is made before: about {size / 1_000_000 + 1:N0} MB. Make room and start again; nothing was changed."));
        }

        var copy = string.Create(CultureInfo.InvariantCulture, $"{paths.DatabaseFile}{CopyMark}{time.GetUtcNow():yyyy-MM-dd'T'HH-mm-ss'Z'}");
        File.Delete(copy);   // of a start in the same second that broke off
        DatabaseCopy.Make(paths.DatabaseFile, copy, ct);
        foreach (var old in Copies(paths).Skip(CopiesKept))
        {
            old.Delete();
        }

        return copy;
    }

    private static List<string> Known()
    {
        using var context = new SqliteConsoleDbContext(new DbContextOptionsBuilder<SqliteConsoleDbContext>().UseSqlite().Options);
        return [.. context.Database.GetMigrations()];
    }

    private static string WayBack(StoragePaths paths) => Copies(paths) is [var newest, ..]
        ? $"put the copy from before the upgrade, {newest.Name}, in the place of the database"
        : "restore a backup from before the upgrade";
}
