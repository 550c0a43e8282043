using Microsoft.Data.Sqlite;

namespace Richpanel.Tests.Support;

/// <summary>Breaks a database file as a failing disk does.</summary>
internal static class Corruption
{
    /// <summary>Overwrites the first page of a table. Nobody may be writing to the file.</summary>
    public static void Spoil(string database, string table)
    {
        long page, size;
        using (var connection = new SqliteConnection($"Data Source={database};Pooling=False"))
        {
            connection.Open();
            using var ask = connection.CreateCommand();
            ask.CommandText = "PRAGMA busy_timeout=10000";
            ask.ExecuteNonQuery();
            ask.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
            Assert.Equal(0L, ask.ExecuteScalar());   // else the page would be read from there, and not be broken
            ask.CommandText = "SELECT rootpage FROM sqlite_schema WHERE name=$table";
            ask.Parameters.AddWithValue("$table", table);
            page = (long)ask.ExecuteScalar()!;
            ask.CommandText = "PRAGMA page_size";
            size = (long)ask.ExecuteScalar()!;
        }

        using var file = new FileStream(database, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Position = (page - 1) * size;
        file.Write(Enumerable.Repeat((byte)0xA5, (int)size).ToArray());
    }
}
