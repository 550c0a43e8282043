using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Richpanel.Core.Storage;

/// <summary>Opens connections and contexts on the SQLite file with the settings the promises rest on.</summary>
public sealed class SqliteStore(StoragePaths paths) : IDbContextFactory<ConsoleDbContext>
{
    private readonly string _connectionString = new SqliteConnectionStringBuilder
    {
        DataSource = paths.DatabaseFile,
        DefaultTimeout = 10,
    }.ToString();

    /// <summary>The one connection that writes: WAL, FULL, and no checkpoint on the commit path.</summary>
    public SqliteConnection OpenWriter()
    {
        var connection = new SqliteConnection(_connectionString);
        connection.Open();
        Execute(connection, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=10000; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;");
        return connection;
    }

    /// <summary>A context for reading: untracked, and SQLite itself refuses a write.</summary>
    public ConsoleDbContext CreateDbContext() =>
        new SqliteConsoleDbContext(new DbContextOptionsBuilder<SqliteConsoleDbContext>()
            .UseSqlite(_connectionString)
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
            .AddInterceptors(ReadOnly.Instance)
            .Options);

    /// <summary>A context on the writer's connection; see <see cref="WriteSession.Context"/>.</summary>
    internal static ConsoleDbContext ContextOn(SqliteConnection connection) =>
        new SqliteConsoleDbContext(new DbContextOptionsBuilder<SqliteConsoleDbContext>().UseSqlite(connection).Options);

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private sealed class ReadOnly : DbConnectionInterceptor
    {
        public static readonly ReadOnly Instance = new();

        public override void ConnectionOpened(System.Data.Common.DbConnection connection, ConnectionEndEventData eventData) =>
            Execute((SqliteConnection)connection, "PRAGMA query_only=1; PRAGMA busy_timeout=10000;");

        public override Task ConnectionOpenedAsync(
            System.Data.Common.DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
        {
            ConnectionOpened(connection, eventData);
            return Task.CompletedTask;
        }
    }
}
