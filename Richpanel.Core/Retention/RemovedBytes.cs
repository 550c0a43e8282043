using Microsoft.Data.Sqlite;

namespace Richpanel.Core.Retention;

/// <summary>How much what belongs to a delivery takes, as it is kept: its share of the request, what was sent, what was answered.</summary>
internal sealed class RemovedBytes : IDisposable
{
    private readonly SqliteCommand _content;
    private readonly SqliteCommand _request;
    private readonly SqliteCommand _sharers;
    private readonly SqliteCommand _refused;
    private (long Id, long Share) _last;

    public RemovedBytes(SqliteConnection reader)
    {
        _content = Prepare(reader, RemovalSql.ContentBytes, "$id");
        _request = Prepare(reader, RemovalSql.RequestBytes, "$r");
        _sharers = Prepare(reader, RemovalSql.OfRequest, "$r");
        _refused = Prepare(reader, RemovalSql.CountRefused, "$t");
    }

    /// <summary>Of a delivery that has its content still: without it nothing but its row is left.</summary>
    public long Of(long delivery, long request) => OfContent(delivery) + ShareOf(request);

    /// <summary>What was sent and answered.</summary>
    public long OfContent(long delivery) => Number(_content, delivery);

    /// <summary>The whole of a request.</summary>
    public long OfRequest(long request) => Number(_request, request);

    public (long Count, long Bytes) Refused(DateTimeOffset before)
    {
        _refused.Parameters[0].Value = before.UtcTicks;
        using var row = _refused.ExecuteReader();
        return row.Read() ? (row.GetInt64(0), row.GetInt64(1)) : (0, 0);
    }

    public void Dispose()
    {
        _content.Dispose();
        _request.Dispose();
        _sharers.Dispose();
        _refused.Dispose();
    }

    /// <summary>Deliveries of one request stand together: it is asked for once.</summary>
    private long ShareOf(long request)
    {
        if (_last.Id != request)
        {
            _last = (request, Number(_request, request) / Math.Max(1, Number(_sharers, request)));
        }

        return _last.Share;
    }

    private static long Number(SqliteCommand command, long of)
    {
        command.Parameters[0].Value = of;
        return command.ExecuteScalar() as long? ?? 0;
    }

    private static SqliteCommand Prepare(SqliteConnection reader, string sql, string parameter)
    {
        var command = reader.CreateCommand();
        command.CommandText = sql;
        command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
        return command;
    }
}
