using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Richpanel.Bench;

/// <summary>What the rows of a product's database say, beside what it says of itself.</summary>
internal sealed class Evidence : IAsyncDisposable
{
    private readonly SqliteConnection _database;

    private Evidence(SqliteConnection database) => _database = database;

    public static async Task<Evidence> OpenAsync(string file)
    {
        var evidence = new Evidence(new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, DefaultTimeout = 30 }.ToString()));
        await evidence._database.OpenAsync();
        await using var command = evidence._database.CreateCommand();
        command.CommandText = "PRAGMA query_only=1";
        await command.ExecuteNonQueryAsync();
        return evidence;
    }

    public async Task<long> NumberAsync(string sql, params (string Name, object Value)[] values)
    {
        await using var command = Command(sql, values);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task<IReadOnlyList<string>> TextsAsync(string sql, params (string Name, object Value)[] values)
    {
        await using var command = Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync();
        List<string> texts = [];
        while (await reader.ReadAsync())
        {
            texts.Add(reader.GetString(0));
        }

        return texts;
    }

    /// <summary>Attempts that say they may repeat an earlier one, by eventId.</summary>
    public async Task<Dictionary<string, int>> MarkedAsync()
    {
        await using var command = Command("SELECT d.MessageId, COUNT(*) FROM Attempts a JOIN Deliveries d ON d.Id = a.DeliveryId WHERE a.MayRepeat = 1 GROUP BY d.MessageId", []);
        await using var reader = await command.ExecuteReaderAsync();
        var marked = new Dictionary<string, int>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
        {
            marked[reader.GetString(0)] = reader.GetInt32(1);
        }

        return marked;
    }

    /// <summary>Counts the rows anew and compares them with the counters, by connection, origin and state: a sentence for each that differs.</summary>
    public async Task<List<string>> LedgerFaultsAsync()
    {
        await using var command = Command(
            """
            WITH counted AS (SELECT ConnectionId, Origin, State, COUNT(*) AS N FROM Deliveries GROUP BY 1, 2, 3
                             UNION ALL SELECT ConnectionId, Origin, 0, COUNT(*) FROM Deliveries GROUP BY 1, 2)
            SELECT ConnectionId, Origin, State, SUM(Rows), SUM(Counter) FROM (
                SELECT ConnectionId, Origin, State, N AS Rows, 0 AS Counter FROM counted
                UNION ALL SELECT ConnectionId, Origin, State, 0, Count FROM Ledger)
            GROUP BY 1, 2, 3 HAVING SUM(Rows) <> SUM(Counter)
            """, []);
        await using var reader = await command.ExecuteReaderAsync();
        var faults = new List<string>();
        while (await reader.ReadAsync())
        {
            faults.Add(string.Create(CultureInfo.InvariantCulture,
                $"Connection {reader.GetInt64(0)}, origin {reader.GetInt64(1)}, state {reader.GetInt64(2)}: {reader.GetInt64(3)} rows, counter {reader.GetInt64(4)}."));
        }

        return faults;
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    private SqliteCommand Command(string sql, (string Name, object Value)[] values)
    {
        var command = _database.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
}
