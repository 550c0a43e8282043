using Microsoft.Data.Sqlite;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Erasure;

/// <summary>A delivery of the customer.</summary>
internal sealed record FoundDelivery(
    long Id, DeliveryState State, long RequestId, int BodyOffset, int BodyLength, string? UserId, string? AnonymousId, string? Email, bool IsPinned);

/// <summary>Finds a customer's deliveries by the same hashes as the log's exact search, each checked against the text.</summary>
internal static class CustomerFinder
{
    private const string Columns =
        """ "Id","State","RequestId","BodyOffset","BodyLength","UserId","AnonymousId","Email",EXISTS(SELECT 1 FROM "Pins" p WHERE p."DeliveryId"="Deliveries"."Id") """;

    private const string ByUser = $"""SELECT {Columns} FROM "Deliveries" WHERE "UserHash"=$h AND "UserId"=$v AND "RequestId"<=$to ORDER BY "Id" """;

    private const string ByAnonymous = $"""SELECT {Columns} FROM "Deliveries" WHERE "UserHash"=$h AND "UserId" IS NULL AND "AnonymousId"=$v AND "RequestId"<=$to ORDER BY "Id" """;

    private const string ByAnonymousBeside = $"""SELECT {Columns} FROM "Deliveries" WHERE "AnonymousHash"=$h AND "AnonymousId"=$v AND "RequestId"<=$to ORDER BY "Id" """;

    private const string ByEmail = $"""SELECT {Columns} FROM "Deliveries" WHERE "EmailHash"=$h AND "RequestId"<=$to ORDER BY "Id" """;

    /// <summary>Wherever the e-mail is a part of a column: an id such as <c>shop|jane@example.com</c>.</summary>
    private const string ByPart =
        $"""
        SELECT {Columns} FROM "Deliveries" WHERE "Id">$a AND "Id"<=$b AND "RequestId"<=$to
            AND instr(lower(COALESCE("UserId",'')||' '||COALESCE("AnonymousId",'')||' '||COALESCE("Email",'')||' '||COALESCE("OrderId",'')||' '||"MessageId"||' '||COALESCE("EventName",'')),$v)>0
        """;

    private const string Last = """SELECT COALESCE(MAX("Id"),0) FROM "Deliveries" """;

    public static long LastId(SqliteConnection reader)
    {
        using var command = reader.CreateCommand();
        command.CommandText = Last;
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>Each once, by id. A replay has the request of what it replays, so it is among those up to <paramref name="to"/>, whenever it was made.</summary>
    /// <param name="to">The last request whose deliveries are looked for.</param>
    public static List<FoundDelivery> Find(SqliteConnection reader, SearchKey search, IReadOnlyList<CustomerKey> keys, long to = long.MaxValue)
    {
        var found = new SortedDictionary<long, FoundDelivery>();
        foreach (var key in keys)
        {
            var value = Lengths.Cut(key.Value, Lengths.Key)!;   // as the column keeps it
            switch (key.Kind)
            {
                case CustomerKeyKind.User:
                    Add(found, Read(reader, ByUser, search.Of(value), value, to));
                    break;
                case CustomerKeyKind.Anonymous:
                    Add(found, Read(reader, ByAnonymous, search.Of(value), value, to));
                    Add(found, Read(reader, ByAnonymousBeside, search.Of(value), value, to));
                    break;
                default:
                    Add(found, Read(reader, ByEmail, search.OfEmail(value)!.Value, null, to).Where(row => IsSameEmail(row.Email, value)));
                    Add(found, Read(reader, ByUser, search.Of(value), value, to));   // many shops use it as the id
                    break;
            }
        }

        return [.. found.Values];
    }

    /// <summary>Those of the ids between, of requests up to <paramref name="to"/>, that hold one of the e-mails as a part of a column.</summary>
    public static List<FoundDelivery> FindByPart(SqliteConnection reader, IReadOnlyList<string> emails, long after, long upTo, long to)
    {
        var found = new SortedDictionary<long, FoundDelivery>();
        foreach (var email in emails)
        {
            using var command = reader.CreateCommand();
            command.CommandText = ByPart;
            command.Parameters.AddWithValue("$a", after);
            command.Parameters.AddWithValue("$b", upTo);
            command.Parameters.AddWithValue("$to", to);
            command.Parameters.AddWithValue("$v", email);
            Add(found, Read(command));
        }

        return [.. found.Values];
    }

    public static bool IsSameEmail(string? one, string other) => string.Equals(one?.Trim(), other.Trim(), StringComparison.OrdinalIgnoreCase);

    private static void Add(SortedDictionary<long, FoundDelivery> to, IEnumerable<FoundDelivery> rows)
    {
        foreach (var row in rows)
        {
            to[row.Id] = row;
        }
    }

    private static List<FoundDelivery> Read(SqliteConnection reader, string sql, long hash, string? value, long to)
    {
        using var command = reader.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$h", hash);
        command.Parameters.AddWithValue("$to", to);
        if (value is not null)
        {
            command.Parameters.AddWithValue("$v", value);
        }

        return Read(command);
    }

    private static List<FoundDelivery> Read(SqliteCommand command)
    {
        List<FoundDelivery> found = [];
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            found.Add(new FoundDelivery(
                rows.GetInt64(0), (DeliveryState)rows.GetInt32(1), rows.GetInt64(2), rows.GetInt32(3), rows.GetInt32(4), Text(rows, 5), Text(rows, 6), Text(rows, 7), rows.GetBoolean(8)));
        }

        return found;
    }

    private static string? Text(SqliteDataReader rows, int column) => rows.IsDBNull(column) ? null : rows.GetString(column);
}
