using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Groups;
using Richpanel.Core.Ledger;

namespace Richpanel.Core.Storage;

/// <summary>
/// What a piece of work may do inside one group commit: prepared commands for hot paths, an EF context for the rest, and the
/// ledger, whose counters move in the same transaction. Only ever used on the writer's own thread.
/// </summary>
public sealed class WriteSession(SqliteConnection connection, Func<SqliteConnection, ConsoleDbContext> newContext, Func<bool> othersWait) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    public LedgerDeltas Ledger { get; } = new();

    /// <summary>Failure groups by fingerprint.</summary>
    internal GroupBook Groups { get; } = new();

    internal SqliteTransaction? Transaction { get; set; }

    /// <summary>Whether anybody waits behind this piece of work: one that can end early should.</summary>
    internal bool OthersWait => othersWait();

    /// <summary>A command that is prepared once and kept; set its parameter values, then execute. Parameters are added on first use.</summary>
    public SqliteCommand Command(string sql, params ReadOnlySpan<string> parameters)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            foreach (var name in parameters)
            {
                command.Parameters.Add(new SqliteParameter { ParameterName = name });
            }

            _prepared[sql] = command;
        }

        command.Transaction = Transaction;
        return command;
    }

    /// <summary>A context on this transaction. The caller saves and disposes it; nothing is committed before the group is.</summary>
    public ConsoleDbContext Context()
    {
        var context = newContext(connection);
        context.Database.UseTransaction(Transaction);
        return context;
    }

    /// <summary>Lets a context made elsewhere save into this transaction, then gives it its own way to the file back.</summary>
    internal int Lend(ConsoleDbContext context, string ownConnection, Func<int> save)
    {
        context.Database.SetDbConnection(connection, contextOwnsConnection: false);
        context.Database.UseTransaction(Transaction);
        try
        {
            return save();
        }
        finally
        {
            context.Database.UseTransaction(null);
            context.Database.SetDbConnection(null);
            context.Database.SetConnectionString(ownConnection);
        }
    }

    /// <summary>The key of the row the last insert made.</summary>
    public long InsertedId => SQLitePCL.raw.sqlite3_last_insert_rowid(connection.Handle);

    internal void Execute(string sql) => Command(sql).ExecuteNonQuery();

    public void Dispose()
    {
        foreach (var command in _prepared.Values)
        {
            command.Dispose();
        }
    }
}
