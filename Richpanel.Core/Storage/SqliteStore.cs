using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Richpanel.Core.Storage;

/// <summary>Opens connections and contexts on the SQLite file with the settings the promises rest on.</summary>
public sealed class SqliteStore(StoragePaths paths) : IDbContextFactory<ConsoleDbContext>, IDisposable
{
    /// <summary>When the WAL starts again from its beginning, the file is cut back to this.</summary>
    private const int WalBytesKept = 64 * 1024 * 1024;

    /// <summary>Seconds the writer waits for another process that holds the file: a partner's sender wants its answer inside 5.</summary>
    private const int WriterPatience = 4;

    private readonly string _connectionString = new SqliteConnectionStringBuilder
    {
        DataSource = paths.DatabaseFile,
        DefaultTimeout = 10,
    }.ToString();

    /// <summary>
    /// The one connection that writes: WAL, FULL, and no checkpoint on the commit path. What is deleted is overwritten with zeros in the
    /// same commit, because who is erased must not be found in the free pages of the file.
    /// </summary>
    /// <exception cref="InvalidOperationException">The file system does not give what promise 1 needs.</exception>
    public SqliteConnection OpenWriter()
    {
        var connection = Open(pooled: false, WriterPatience);
        Execute(
            connection,
            $"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit={WalBytesKept}; PRAGMA cache_size=-32768; PRAGMA temp_store=MEMORY;");
        Demand(connection, "journal_mode", "wal");
        Demand(connection, "synchronous", "2");
        Demand(connection, "secure_delete", "1");
        return connection;
    }

    /// <summary>A plain connection that cannot change a row: for prepared hot reads and for checkpoints.</summary>
    public SqliteConnection OpenReader()
    {
        var connection = Open(pooled: false);
        Execute(connection, "PRAGMA query_only=1; PRAGMA cache_size=-4096;");
        return connection;
    }

    /// <summary>A context for reading: untracked, and SQLite itself refuses a write.</summary>
    public ConsoleDbContext CreateDbContext() =>
        new SqliteConsoleDbContext(new DbContextOptionsBuilder<SqliteConsoleDbContext>()
            .UseSqlite(_connectionString)
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
            .AddInterceptors(ReadOnly.Instance)
            .Options);

    /// <summary>A context that reads by itself and tracks; what is changed in it is saved by <paramref name="writer"/> in its next commit.</summary>
    internal ConsoleDbContext CreateWritingContext(StoreWriter writer)
    {
        ConsoleDbContext? context = null;
        context = new SqliteConsoleDbContext(new DbContextOptionsBuilder<SqliteConsoleDbContext>()
            .UseSqlite(_connectionString)
            .AddInterceptors(ReadOnly.Instance)
            .Options)
        {
            SaveThrough = save => writer.WriteAsync(session => session.Lend(context!, _connectionString, save)),
        };
        return context;
    }

    /// <summary>A context on the writer's connection; see <see cref="WriteSession.Context"/>.</summary>
    internal static ConsoleDbContext ContextOn(SqliteConnection connection) =>
        new SqliteConsoleDbContext(new DbContextOptionsBuilder<SqliteConsoleDbContext>().UseSqlite(connection).Options);

    /// <summary>Lets go of the connections kept open for the next reader: each holds the file, and up to 2 MB of its pages.</summary>
    public void Dispose() => ForgetPool(_connectionString);

    /// <summary>Only once nobody opens one any more: the pool may take it away from whoever is just doing so (dotnet/efcore #39008).</summary>
    internal static void ForgetPool(string connectionString)
    {
        using var connection = new SqliteConnection(connectionString);
        SqliteConnection.ClearPool(connection);
    }

    private SqliteConnection Open(bool pooled, int patience = 10)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder(_connectionString) { Pooling = pooled, DefaultTimeout = patience }.ToString());
        connection.Open();
        Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout={patience * 1000};"));
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static void Demand(SqliteConnection connection, string pragma, string wanted)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"PRAGMA {pragma}";
        var found = Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture);
        if (!string.Equals(found, wanted, StringComparison.OrdinalIgnoreCase))
        {
            connection.Dispose();
            throw new CannotStartException(
                $"SQLite answered {pragma}={found} where {wanted} is needed, so an acknowledged event could be lost. Put the database of Storage:ConnectionString on a local disk.");
        }
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
