using System.Diagnostics;
using System.Text;
using Richpanel.Core;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Ledger;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;

namespace Richpanel.Bench;

/// <summary>A database with a log in it, made through the product's own writer, so that ledger and rollups agree with the rows.</summary>
internal static class LogSeed
{
    private const int Piece = 20_000;

    private static readonly (string Name, ConnectionEnvironment Environment)[] s_connections =
        [("Production", ConnectionEnvironment.Production), ("Staging", ConnectionEnvironment.Staging), ("Old shop", ConnectionEnvironment.Production)];

    /// <summary>Of the connection that most of the log is of.</summary>
    public static string WriteKey { get; } = KeyOf(s_connections[0].Name);

    /// <summary>The product's services on a database file, without anything that runs by itself.</summary>
    public static async Task<ServiceProvider> OpenAsync(string database)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Storage:ConnectionString", $"Data Source={database}")]).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(configuration);
        services.AddLogging();
        services.AddRichpanelCore(configuration);
        var provider = services.BuildServiceProvider();
        await DatabaseStartup.MigrateAsync(provider.GetRequiredService<StoragePaths>(), CancellationToken.None);
        await provider.GetRequiredService<ConnectionDirectory>().ReloadAsync();
        return provider;
    }

    /// <summary>Fills an empty database. Gives how many rows a second.</summary>
    /// <param name="change">What each row becomes; null = as it is.</param>
    /// <exception cref="InvalidOperationException">There are deliveries in it.</exception>
    public static async Task<double> FillAsync(ServiceProvider services, int rows, int seed, DateTimeOffset until, Func<SeedRow, SeedRow>? change = null)
    {
        var writer = services.GetRequiredService<StoreWriter>();
        var doors = await writer.WriteAsync(session => Doors(session, services.GetRequiredService<SecretProtector>(), until));
        var key = services.GetRequiredService<SearchKey>();
        var clock = Stopwatch.StartNew();
        var indexes = await writer.WriteAsync(WithoutIndexes);
        foreach (var piece in new SeedPlan(rows, seed, until, doors).Rows().Select(row => change?.Invoke(row) ?? row).Chunk(Piece))
        {
            await writer.WriteAsync(session => Write(session, piece, key));
            await writer.CheckpointAsync();
        }

        await writer.WriteAsync(session =>
        {
            // Made at the end an index is sorted once, instead of being looked for at every row.
            indexes.ForEach(session.Execute);
            var cursor = session.Command("UPDATE \"ExpansionCursor\" SET \"RequestId\"=$to WHERE \"Id\"=1", "$to");
            cursor.Parameters[0].Value = ((rows - 1) / SeedPlan.PerRequest) + 1;
            cursor.ExecuteNonQuery();
        });
        await services.GetRequiredService<ConnectionDirectory>().ReloadAsync();
        return rows / clock.Elapsed.TotalSeconds;
    }

    /// <summary>Gives what makes them again.</summary>
    private static List<string> WithoutIndexes(WriteSession session)
    {
        var found = new List<(string Name, string Sql)>();
        using (var reader = session.Command("SELECT \"name\",\"sql\" FROM \"sqlite_master\" WHERE \"type\"='index' AND \"sql\" IS NOT NULL AND \"tbl_name\" IN ('Deliveries','Attempts','MappedCalls')").ExecuteReader())
        {
            while (reader.Read())
            {
                found.Add((reader.GetString(0), reader.GetString(1)));
            }
        }

        found.ForEach(index => session.Execute($"DROP INDEX \"{index.Name}\""));
        return [.. found.Select(index => index.Sql)];
    }

    private static List<(long, long)> Doors(WriteSession session, SecretProtector secrets, DateTimeOffset until)
    {
        using var context = session.Context();
        if (context.Deliveries.Any())
        {
            throw new InvalidOperationException("There are deliveries in this database already: give a new file.");
        }

        var doors = new List<(long, long)>();
        foreach (var (name, environment) in s_connections)
        {
            // Paused, so that a product that is started on this file sends none of it.
            var connection = new Connection { Name = name, Environment = environment, BaseUrl = "http://seed.invalid/v2", ApiKey = "seed-api-key", PausedAt = until };
            context.Connections.Add(connection);
            context.SaveChanges();
            var source = new Source { Name = name + " web", ConnectionId = connection.Id, PublicId = $"seed{connection.Id:d28}", WriteKeyHash = SecretProtector.HashKey(KeyOf(name)), ProtectedWriteKey = secrets.Protect(KeyOf(name)) };
            context.Sources.Add(source);
            context.SaveChanges();
            doors.Add((connection.Id, source.Id));
        }

        return doors;
    }

    private static string KeyOf(string connection) => "seed-write-key-" + connection;

    private static void Write(WriteSession session, IReadOnlyList<SeedRow> piece, SearchKey key)
    {
        foreach (var request in piece.GroupBy(one => one.Row.RequestId))
        {
            var body = new StringBuilder("{\"batch\":[");
            foreach (var one in request)
            {
                (one.Row.BodyOffset, one.Row.BodyLength) = (body.Length, one.Call.Length);   // ASCII: characters are bytes
                body.Append(one.Call).Append(',');
            }

            var (bytes, encoding) = BodyCoding.Encode(Encoding.UTF8.GetBytes(body.Remove(body.Length - 1, 1).Append("]}").ToString()));
            var first = request.First().Row;
            Insert(session, "Requests", ("Id", request.Key), ("SourceId", first.SourceId), ("ConnectionId", first.ConnectionId), ("Origin", (int)Origin.Receiver), ("Route", (int)ReceivedRoute.Batch),
                ("ReceivedAt", first.ReceivedAt.UtcTicks), ("Body", bytes), ("Encoding", (int)encoding), ("Envelope", null));
            session.Ledger.Requests(first.ConnectionId, "", 1, first.ReceivedAt);
        }

        foreach (var one in piece)
        {
            SearchColumns.Fill(one.Row, key);
            Insert(session, one.Row);
            session.Ledger.Created(LedgerPlace.Of(one.Row));
            foreach (var attempt in one.Tries)
            {
                Insert(session, one.Row, attempt);
            }
        }
    }

    private static void Insert(WriteSession session, Delivery row) => Insert(session, "Deliveries",
        ("Id", row.Id), ("ConnectionId", row.ConnectionId), ("SourceId", row.SourceId), ("RequestId", row.RequestId), ("BodyOffset", row.BodyOffset), ("BodyLength", row.BodyLength),
        ("Origin", (int)row.Origin), ("State", (int)row.State), ("Stage", (int)row.Stage), ("Marks", (int)row.Marks), ("Type", (int)row.Type), ("EventName", row.EventName), ("MessageId", row.MessageId),
        ("UserId", row.UserId), ("AnonymousId", row.AnonymousId), ("Email", row.Email), ("OrderId", row.OrderId), ("UserHash", row.UserHash), ("AnonymousHash", row.AnonymousHash), ("EmailHash", row.EmailHash),
        ("OrderHash", row.OrderHash), ("MessageHash", row.MessageHash), ("Lane", row.Lane), ("ReceivedAt", row.ReceivedAt.UtcTicks), ("OccurredAt", row.OccurredAt.UtcTicks), ("DueAt", row.DueAt?.UtcTicks),
        ("ClaimedUntil", null), ("AttemptCount", row.AttemptCount), ("ScheduleStep", row.AttemptCount), ("Cause", row.Cause), ("StatusCode", row.StatusCode), ("LastAttemptAt", row.LastAttemptAt?.UtcTicks),
        ("EndedAt", row.EndedAt?.UtcTicks), ("DuplicateOf", null));

    private static void Insert(WriteSession session, Delivery row, SeedTry attempt)
    {
        var answer = Encoding.UTF8.GetBytes(attempt.Answer);
        Insert(session, "Exchanges", ("StartedAt", attempt.At.UtcTicks), ("Url", "http://seed.invalid/v2/t"), ("Size", 1), ("StatusCode", attempt.StatusCode), ("ResponseHeaders", "Content-Type: application/json"),
            ("ResponseBody", answer), ("ResponseLength", answer.Length), ("DnsMs", null), ("ConnectMs", null), ("TlsMs", null), ("WaitMs", attempt.Milliseconds), ("ReadMs", 1), ("TotalMs", attempt.Milliseconds + 1));
        var exchange = session.InsertedId;
        long? mapped = null;
        if (attempt.Number > 1 || attempt.StatusCode != 200)
        {
            Insert(session, "MappedCalls", ("DeliveryId", row.Id), ("Content", "{\"event\":\"" + row.EventName + "\",\"uid\":\"" + row.UserId + "\"}"), ("Notes", null), ("MapperVersion", 1), ("ConnectionVersion", 1), ("MappedAt", attempt.At.UtcTicks));
            mapped = session.InsertedId;
        }

        Insert(session, "Attempts", ("DeliveryId", row.Id), ("Number", attempt.Number), ("Trigger", (int)(attempt.Number == 1 ? AttemptTrigger.First : AttemptTrigger.Automatic)), ("ExchangeId", exchange), ("MappedCallId", mapped),
            ("Outcome", attempt.Outcome), ("Cause", attempt.Cause), ("MayRepeat", 0), ("ConnectionVersion", 1), ("SecretFingerprint", null), ("StartedAt", attempt.At.UtcTicks), ("NextDueAt", null));
    }

    private static void Insert(WriteSession session, string table, params ReadOnlySpan<(string Column, object? Value)> columns)
    {
        if (!s_inserts.TryGetValue(table, out var insert))
        {
            string[] names = [.. columns.ToArray().Select(column => column.Column)];
            insert = s_inserts[table] = (
                $"INSERT INTO \"{table}\" ({string.Join(',', names.Select(name => $"\"{name}\""))}) VALUES ({string.Join(',', names.Select(name => "$" + name))})", [.. names.Select(name => "$" + name)]);
        }

        var command = session.Command(insert.Sql, insert.Parameters);
        for (var i = 0; i < columns.Length; i++)
        {
            command.Parameters[i].Value = columns[i].Value ?? DBNull.Value;
        }

        command.ExecuteNonQuery();
    }

    private static readonly Dictionary<string, (string Sql, string[] Parameters)> s_inserts = [];
}
