using Microsoft.Data.Sqlite;

namespace Richpanel.Core.Receiving;

/// <summary>The requests that have no rows yet, in the order they were kept.</summary>
internal sealed class RequestQueue(SqliteConnection reader) : IDisposable
{
    private const int MostRequests = 4_096;

    /// <summary>Of decompressed bodies: what one look at the table may hold in memory.</summary>
    private const int MostBytes = 4 * 1024 * 1024;

    private readonly SqliteCommand _next = Prepare(reader);

    public long ReadCursor()
    {
        using var command = reader.CreateCommand();
        command.CommandText = """SELECT "RequestId" FROM "ExpansionCursor" WHERE "Id"=1""";
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>The last request that came with a restore; 0 = there was none.</summary>
    public long ReadRestored()
    {
        using var command = reader.CreateCommand();
        command.CommandText = $"""SELECT COALESCE(MAX("RequestId"),0) FROM "ExpansionCursor" WHERE "Id"={ExpansionCursor.RestoredId}""";
        return (long)command.ExecuteScalar()!;
    }

    public IReadOnlyList<KeptRequest> After(long requestId)
    {
        _next.Parameters[0].Value = requestId;
        using var rows = _next.ExecuteReader();
        var requests = new List<KeptRequest>();
        var bytes = 0;
        while (bytes < MostBytes && rows.Read())
        {
            var request = Read(rows);
            bytes += request.Body.Length;
            requests.Add(request);
        }

        return requests;
    }

    public void Dispose()
    {
        _next.Dispose();
        reader.Dispose();
    }

    private static KeptRequest Read(SqliteDataReader row) => new(
        row.GetInt64(0),
        row.GetInt64(1),
        row.GetInt64(2),
        (Origin)row.GetInt32(3),
        (ReceivedRoute)row.GetInt32(4),
        new DateTimeOffset(row.GetInt64(5), TimeSpan.Zero),
        BodyCoding.DecodeOrNull((byte[])row.GetValue(6), (BodyEncoding)row.GetInt32(7)) ?? [],   // damaged: it gets a row that says so, and those behind it go on
        row.IsDBNull(8) ? null : row.GetString(8))
    {
        EditOf = row.IsDBNull(9) ? null : row.GetInt64(9),
    };

    private static SqliteCommand Prepare(SqliteConnection reader)
    {
        var command = reader.CreateCommand();
        command.CommandText =
            $"""SELECT "Id","SourceId","ConnectionId","Origin","Route","ReceivedAt","Body","Encoding","Envelope","EditOf" FROM "Requests" WHERE "Id">$after ORDER BY "Id" LIMIT {MostRequests}""";
        command.Parameters.Add(new SqliteParameter { ParameterName = "$after" });
        return command;
    }
}
