using Microsoft.Data.Sqlite;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Tests.Connections;
using Richpanel.Tests.Support;

namespace Richpanel.Tests.ChangeLog;

/// <summary>A change log of its own, and somebody who has the database file but not the product's key.</summary>
internal sealed class LogUnderTest(TemporaryFolder folder, CoreUnderTest core) : IAsyncDisposable
{
    public const string DropTriggers = "DROP TRIGGER ChangeLogKeepsLines; DROP TRIGGER ChangeLogLosesNoLine;";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public CoreUnderTest Core { get; } = core;

    public ChangeWriting Log => Core.Get<ChangeWriting>();

    public ChangeQueries Queries => Core.Get<ChangeQueries>();

    public static async Task<LogUnderTest> StartAsync(TemporaryFolder folder, int lines = 0)
    {
        var log = new LogUnderTest(folder, await CoreUnderTest.StartAsync(folder));
        await log.AddAsync(lines);
        return log;
    }

    public async Task AddAsync(int lines)
    {
        for (var i = 0; i < lines; i++)
        {
            await Log.WriteAsync(Actor.System, new Change(ChangeCatalog.ConnectionPaused, $"con_{i}", $"Shop {i}") { Reason = "because" });
        }

        if (lines > 0)
        {
            await NoteAsync();
        }
    }

    /// <summary>What the running product does each second.</summary>
    public async Task NoteAsync()
    {
        var last = (await LinesAsync())[^1];
        Core.Get<ChangeHead>().Write(new ChangeHeadNote(last.Id, last.Hash));
    }

    public Task<ChangeVerdict> VerifyAsync() => Core.Get<ChangeVerifier>().VerifyAsync(null, Ct);

    public async Task<IReadOnlyList<ChangeEntry>> LinesAsync()
    {
        var lines = new List<ChangeEntry>();
        await foreach (var line in Queries.ReadAsync(new ChangeFilter(), long.MaxValue, Ct))
        {
            lines.Insert(0, line);
        }

        return lines;
    }

    /// <summary>Straight into the file, past the product.</summary>
    public void Attack(string sql, params (string Name, object Value)[] values) => Attack(folder, sql, values);

    public static void Attack(TemporaryFolder folder, string sql, params (string Name, object Value)[] values)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder.Path, "console.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        command.ExecuteNonQuery();
    }

    /// <summary>Makes the hashes fit again from a line on, as anybody can who knows how they are made; the seals nobody can.</summary>
    public async Task RehashAsync(long from)
    {
        var before = ChangeChain.Beginning;
        foreach (var line in await LinesAsync())
        {
            if (line.Id >= from)
            {
                line.Hash = ChangeChain.HashOf(before, line);
                Attack("UPDATE ChangeLog SET Hash = $hash WHERE Id = $id", ("$hash", line.Hash), ("$id", line.Id));
            }

            before = line.Hash;
        }
    }

    public ValueTask DisposeAsync() => Core.DisposeAsync();
}
