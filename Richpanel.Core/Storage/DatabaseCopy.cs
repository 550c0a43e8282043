using Microsoft.Data.Sqlite;

namespace Richpanel.Core.Storage;

/// <summary>
/// A whole copy of the database as of one commit, made while it is written to: <c>VACUUM INTO</c> on a connection of its own, which
/// reads in one snapshot and never makes the writer wait. The copy is one file without a WAL, and holds nothing of rows that were
/// deleted.
/// </summary>
public static class DatabaseCopy
{
    /// <summary>Faults that are told at most.</summary>
    private const int MostFaults = 10;

    /// <param name="to">A file that is not there yet; afterwards on disk, for its owner only.</param>
    /// <exception cref="SqliteException">Also when <paramref name="ct"/> ends it; nothing is left then.</exception>
    public static void Make(string database, string to, CancellationToken ct)
    {
        OwnerOnly.NewFile(to).Dispose();
        try
        {
            using (var connection = Open(database, SqliteOpenMode.ReadWrite))
            {
                using var stopping = Interrupt(connection, ct);
                using var copy = connection.CreateCommand();
                copy.CommandText = "VACUUM INTO $to";
                copy.Parameters.AddWithValue("$to", to);
                copy.ExecuteNonQuery();
            }

            using var file = new FileStream(to, FileMode.Open, FileAccess.ReadWrite);
            file.Flush(flushToDisk: true);
        }
        catch
        {
            File.Delete(to);
            throw;
        }
    }

    /// <summary>What <c>PRAGMA quick_check</c> says of a file that nobody writes to; empty when it is sound.</summary>
    /// <exception cref="SqliteException">It cannot be read, or <paramref name="ct"/> ended it.</exception>
    public static IReadOnlyList<string> Faults(string file, CancellationToken ct = default)
    {
        try
        {
            using var connection = Open(file, SqliteOpenMode.ReadOnly);
            using var stopping = Interrupt(connection, ct);
            return Faults(connection, null);
        }
        catch (SqliteException failure) when (DatabaseFault.IsDamage(failure))
        {
            return [failure.Message];
        }
    }

    /// <param name="table">Only this one and its indexes; null = the whole file.</param>
    internal static IReadOnlyList<string> Faults(SqliteConnection connection, string? table)
    {
        using var check = connection.CreateCommand();
        check.CommandText = table is null ? "SELECT quick_check FROM pragma_quick_check" : "SELECT quick_check FROM pragma_quick_check($table)";
        check.Parameters.AddWithValue("$table", (object?)table ?? DBNull.Value);
        List<string> found = [];
        using var reader = check.ExecuteReader();
        while (found.Count < MostFaults && reader.Read())
        {
            found.Add(reader.GetString(0));
        }

        return found is ["ok"] ? [] : found;
    }

    /// <summary>Ids of the migrations the file has, in their order; empty for a file that is none of ours.</summary>
    public static IReadOnlyList<string> Migrations(SqliteConnection connection)
    {
        using var read = connection.CreateCommand();
        read.CommandText = """SELECT COUNT(*) FROM "sqlite_schema" WHERE "name"='__EFMigrationsHistory'""";
        if (read.ExecuteScalar() is not 1L)
        {
            return [];
        }

        read.CommandText = """SELECT "MigrationId" FROM "__EFMigrationsHistory" ORDER BY 1""";
        using var reader = read.ExecuteReader();
        List<string> found = [];
        while (reader.Read())
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }

    /// <summary>While the result stands, what the connection computes ends when <paramref name="ct"/> does. Dispose it before the connection.</summary>
    internal static CancellationTokenRegistration Interrupt(SqliteConnection connection, CancellationToken ct) =>
        ct.Register(() => SQLitePCL.raw.sqlite3_interrupt(connection.Handle));

    /// <summary>Not pooled: a connection that is closed lets go of the file.</summary>
    internal static SqliteConnection Open(string file, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false, DefaultTimeout = 10 }.ToString());
        connection.Open();
        return connection;
    }
}
