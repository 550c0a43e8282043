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

    /// <summary>A copy has this at its end until it is whole and was checked.</summary>
    private const string Unfinished = ".new";

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

    /// <summary>Whole copies from before upgrades, newest first.</summary>
    public static IReadOnlyList<FileInfo> Copies(StoragePaths paths) =>
        [.. CopyFiles(paths).Where(file => file.Name.EndsWith('Z')).OrderByDescending(file => file.Name, StringComparer.Ordinal)];

    private static IEnumerable<FileInfo> CopyFiles(StoragePaths paths) => Directory.Exists(paths.Folder)
        ? new DirectoryInfo(paths.Folder).EnumerateFiles(Path.GetFileName(paths.DatabaseFile) + CopyMark + "*")
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
            if (File.Exists(paths.DatabaseFile))
            {
                await ReadyForUpgradeAsync(context, ct);   // also of a first start that was killed: it has left its lock, too
            }

            if (applied.Count > 0)
            {
                copy = CopyBefore(paths, time, ct);
            }

            if (applied.Count == 0)
            {
                await GiveSpaceBackAsync(context, ct);
            }

            await context.Database.MigrateAsync(ct);
            if (copy is not null)
            {
                Prune(paths);
            }
        }

        // SQLite gives the WAL the rights of the file it belongs to.
        OwnerOnly.File(paths.DatabaseFile);
        return copy;
    }

    /// <summary>
    /// A new database can become smaller while it is used: this must be said before its first table. An older one only by <c>compact</c>,
    /// which writes all of it anew.
    /// </summary>
    private static async Task GiveSpaceBackAsync(SqliteConsoleDbContext context, CancellationToken ct)
    {
        await context.Database.OpenConnectionAsync(ct);
        await context.Database.ExecuteSqlRawAsync("PRAGMA auto_vacuum=INCREMENTAL;", ct);
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

    /// <summary>
    /// A start that was to upgrade and failed has left a copy of the same state: that one stays the copy. A second would fill the disk
    /// start by start, and might be of a database that the upgrade left half changed.
    /// </summary>
    private static string CopyBefore(StoragePaths paths, TimeProvider time, CancellationToken ct)
    {
        foreach (var broken in CopyFiles(paths).Where(file => file.Name.EndsWith(Unfinished, StringComparison.Ordinal)))
        {
            broken.Delete();
        }

        var state = StateOf(paths.DatabaseFile);
        if (state is not null && Copies(paths) is [var newest, ..] && StateOf(newest.FullName) is { } copied && state.Value.Is(copied) && DatabaseCopy.Faults(newest.FullName, ct).Count == 0)
        {
            return newest.FullName;
        }

        var size = new FileInfo(paths.DatabaseFile).Length;
        if (new DriveInfo(paths.Folder).AvailableFreeSpace < size + (size / 10))
        {
            throw new CannotStartException(
                $"The database {paths.DatabaseFile} is to be upgraded, and there is no room for the copy that is made before: about {ByteSize.Words(size)}. Make room and start again; nothing was changed.");
        }

        var copy = string.Create(CultureInfo.InvariantCulture, $"{paths.DatabaseFile}{CopyMark}{time.GetUtcNow():yyyy-MM-dd'T'HH-mm-ss'Z'}");
        var unfinished = copy + Unfinished;
        DatabaseCopy.Make(paths.DatabaseFile, unfinished, ct);
        if (DatabaseCopy.Faults(unfinished, ct) is [var fault, ..])
        {
            File.Delete(unfinished);
            throw new CannotStartException(
                $"The database {paths.DatabaseFile} is damaged: {fault}. It was not upgraded, and nothing was changed. Move it away and restore the last backup (README, Backup and restore).");
        }

        File.Move(unfinished, copy, overwrite: true);   // another in the same second
        return copy;
    }

    /// <summary>Only after an upgrade that succeeded: while one fails, no copy makes room for another.</summary>
    private static void Prune(StoragePaths paths)
    {
        foreach (var old in Copies(paths).Skip(CopiesKept))
        {
            old.Delete();
        }
    }

    /// <summary>
    /// What tells one state of a database from another without reading all of it: its migrations, and the last line of its change log,
    /// which each start that comes to its end adds to. Null where the file cannot say.
    /// </summary>
    private static (IReadOnlyList<string> Migrations, long LastLine)? StateOf(string file)
    {
        try
        {
            using var connection = DatabaseCopy.Open(file, SqliteOpenMode.ReadOnly);
            using var read = connection.CreateCommand();
            read.CommandText = """SELECT COUNT(*) FROM "sqlite_schema" WHERE "type"='table' AND "name"='ChangeLog'""";
            if (read.ExecuteScalar() is not 1L)
            {
                return null;
            }

            read.CommandText = """SELECT COALESCE(MAX("Id"),0) FROM "ChangeLog" """;
            var last = (long)read.ExecuteScalar()!;
            return last == 0 ? null : (DatabaseCopy.Migrations(connection), last);
        }
        catch (SqliteException)
        {
            return null;
        }
    }

    private static bool Is(this (IReadOnlyList<string> Migrations, long LastLine) one, (IReadOnlyList<string> Migrations, long LastLine) other) =>
        one.LastLine == other.LastLine && one.Migrations.SequenceEqual(other.Migrations, StringComparer.Ordinal);

    private static List<string> Known()
    {
        using var context = new SqliteConsoleDbContext(new DbContextOptionsBuilder<SqliteConsoleDbContext>().UseSqlite().Options);
        return [.. context.Database.GetMigrations()];
    }

    /// <summary>Only a copy that this version can run on: the newest may be from between two newer versions.</summary>
    private static string WayBack(StoragePaths paths) => Copies(paths).FirstOrDefault(copy => IsOurs(copy.FullName)) is { } copy
        ? $"go back to the copy from before the upgrade, {copy.Name}, as the README says under Upgrade; what was waiting in it may go out a second time"
        : "restore a backup from before the upgrade";

    private static bool IsOurs(string file)
    {
        try
        {
            using var connection = DatabaseCopy.Open(file, SqliteOpenMode.ReadOnly);
            return DatabaseCopy.Migrations(connection) is { Count: > 0 } has && !has.Except(KnownMigrations, StringComparer.Ordinal).Any();
        }
        catch (SqliteException)
        {
            return false;
        }
    }
}
