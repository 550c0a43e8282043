using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Privacy;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>A statement in the making: its text, and every value as a parameter, so that nothing that was typed is ever SQL.</summary>
internal sealed class LogSql
{
    private readonly StringBuilder _text = new();

    public List<object> Values { get; } = [];

    public string Text => _text.ToString();

    public LogSql Add(string sql)
    {
        _text.Append(sql);
        return this;
    }

    /// <summary>The name that stands for the value.</summary>
    public string Value(object value)
    {
        Values.Add(value);
        return string.Create(CultureInfo.InvariantCulture, $"$p{Values.Count - 1}");
    }
}

/// <summary>Runs the log's statements on a reading connection. One for one question, in one read transaction: what it answers is of one moment.</summary>
internal sealed class LogDb : IAsyncDisposable
{
    private readonly ConsoleDbContext _context;
    private readonly SqliteConnection _connection;
    private readonly SqliteTransaction _transaction;

    private LogDb(ConsoleDbContext context, SqliteConnection connection)
    {
        (_context, _connection) = (context, connection);
        connection.CreateFunction("shown_id", (string? text) => TextMask.Id(text), isDeterministic: true);
        connection.CreateFunction("shown_name", (string? text) => TextMask.Name(text), isDeterministic: true);
        _transaction = connection.BeginTransaction(deferred: true);
    }

    /// <summary>Told of each statement before it runs; tests look at its plan.</summary>
    public Action<SqliteCommand>? Watch { get; init; }

    public static async Task<LogDb> OpenAsync(IDbContextFactory<ConsoleDbContext> contexts, Action<SqliteCommand>? watch, CancellationToken ct)
    {
        var context = await contexts.CreateDbContextAsync(ct);
        await context.Database.OpenConnectionAsync(ct);
        return new LogDb(context, (SqliteConnection)context.Database.GetDbConnection()) { Watch = watch };
    }

    public List<T> Read<T>(LogSql sql, Func<SqliteDataReader, T> row, CancellationToken ct)
    {
        using var command = Command(sql);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            ct.ThrowIfCancellationRequested();
            rows.Add(row(reader));
        }

        return rows;
    }

    public long? Number(LogSql sql)
    {
        using var command = Command(sql);
        return command.ExecuteScalar() is long number ? number : null;
    }

    public async ValueTask DisposeAsync()
    {
        await _transaction.DisposeAsync();
        await _context.DisposeAsync();
    }

    private SqliteCommand Command(LogSql sql)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql.Text;
        command.Transaction = _transaction;
        for (var i = 0; i < sql.Values.Count; i++)
        {
            command.Parameters.AddWithValue(string.Create(CultureInfo.InvariantCulture, $"$p{i}"), sql.Values[i]);
        }

        Watch?.Invoke(command);
        return command;
    }
}
