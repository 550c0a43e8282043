using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Richpanel.Core.Storage;

/// <summary>Brings the database to this version before anything else runs.</summary>
public static class DatabaseStartup
{
    public static async Task MigrateAsync(StoragePaths paths, CancellationToken ct)
    {
        Directory.CreateDirectory(paths.Folder);
        await using var context = new SqliteConsoleDbContext(new DbContextOptionsBuilder<SqliteConsoleDbContext>()
            .UseSqlite(new SqliteConnectionStringBuilder { DataSource = paths.DatabaseFile }.ToString()).Options);
        await context.Database.MigrateAsync(ct);
    }
}
