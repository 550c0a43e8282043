using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Richpanel.Bench;

/// <summary>
/// Baseline (b): what SQLite itself gives for one row per event with a unique 64-bit key, <c>synchronous=FULL</c>, one prepared
/// command, at the best of several batch sizes.
/// </summary>
internal static class RawSqlite
{
    private static readonly int[] s_batches = [100, 500, 2000, 10000];

    /// <summary>Rows a second at the best batch size, and that size.</summary>
    public static (double PerSecond, int Batch) Measure(string folder, int rows)
    {
        var best = (PerSecond: 0d, Batch: 0);
        foreach (var batch in s_batches)
        {
            var file = Path.Combine(folder, "raw.db");
            var rate = Insert(file, rows, batch);
            best = rate > best.PerSecond ? (rate, batch) : best;
            Array.ForEach([file, file + "-wal", file + "-shm"], File.Delete);
        }

        return best;
    }

    private static double Insert(string file, int rows, int batch)
    {
        using var database = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        database.Open();
        using (var setup = database.CreateCommand())
        {
            setup.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE Events (Id INTEGER PRIMARY KEY, Hash INTEGER NOT NULL UNIQUE, Body BLOB NOT NULL)";
            setup.ExecuteNonQuery();
        }

        using var insert = database.CreateCommand();
        insert.CommandText = "INSERT INTO Events (Hash, Body) VALUES ($hash, $body)";
        var hash = insert.Parameters.Add("$hash", SqliteType.Integer);
        insert.Parameters.Add("$body", SqliteType.Blob).Value = Events.Track("raw");
        var random = new Random(1);
        var clock = Stopwatch.StartNew();
        for (var done = 0; done < rows; done += batch)
        {
            using var transaction = database.BeginTransaction();
            insert.Transaction = transaction;
            for (var i = 0; i < batch; i++)
            {
                hash.Value = random.NextInt64();
                insert.ExecuteNonQuery();
            }

            transaction.Commit();
        }

        return rows / clock.Elapsed.TotalSeconds;
    }
}
