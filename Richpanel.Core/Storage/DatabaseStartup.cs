using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Richpanel.Core.Storage;

/// <summary>Brings the database to this version before anything else runs.</summary>
public static class DatabaseStartup
{
    /// <exception cref="CannotStartException">The database was made by a newer version; nothing was changed.</exception>
    public static async Task MigrateAsync(StoragePaths paths, CancellationToken ct)
    {
        if (!Directory.Exists(paths.Folder))
        {
            OwnerOnly.Folder(paths.Folder);
        }

        // Not pooled: the last connection to close copies the WAL back, and a pooled one would keep the file open unseen.
        await using var context = new SqliteConsoleDbContext(new DbContextOptionsBuilder<SqliteConsoleDbContext>()
            .UseSqlite(new SqliteConnectionStringBuilder { DataSource = paths.DatabaseFile, Pooling = false }.ToString()).Options);
        var known = context.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
        var applied = (await context.Database.GetAppliedMigrationsAsync(ct)).ToList();
        var unknown = applied.Where(name => !known.Contains(name)).ToList();
        if (unknown.Count > 0)
        {
            throw new CannotStartException(
                $"The database {paths.DatabaseFile} was made by a newer version of the product (it knows '{unknown[^1]}'). Start that version, or restore a copy from before the upgrade.");
        }

        if (applied.Count < known.Count)
        {
            await context.Database.MigrateAsync(ct);   // even with nothing to do it compares the whole model, at each start
        }

        // SQLite gives the WAL the rights of the file it belongs to.
        OwnerOnly.File(paths.DatabaseFile);
    }
}
