using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>
/// Makes the search hashes of old rows anew when they were made with another key: with none by an earlier version, or with one that
/// was lost. From the newest row to the oldest, a few at a time; until it is through, searches read the rows below without an index.
/// </summary>
public sealed partial class SearchUpkeep(StoreWriter writer, IDbContextFactory<ConsoleDbContext> contexts, SearchKey key, ILogger<SearchUpkeep> log)
{
    /// <summary>About ten milliseconds of the writer's time: a sender may be waiting behind it.</summary>
    private const int Piece = 200;

    private const string Columns = """ "Id","UserId","AnonymousId","Email","OrderId" """;

    private const string Newest = $"""SELECT {Columns} FROM "Deliveries" WHERE "Id"<$below ORDER BY "Id" DESC LIMIT $n""";

    private const string Named = $"""SELECT {Columns} FROM "Deliveries" WHERE "Id" IN (SELECT "value" FROM json_each($ids))""";

    private const string Set = """UPDATE "Deliveries" SET "UserHash"=$user,"AnonymousHash"=$anonymous,"EmailHash"=$email,"OrderHash"=$order,"Lane"=$lane WHERE "Id"=$id""";

    private long _oldBelow;

    /// <summary>Rows with a smaller id cannot be found by their hashes yet; 0 when all can.</summary>
    public long OldBelow => Interlocked.Read(ref _oldBelow);

    /// <summary>
    /// Before anything is received or sent: what is still to be sent gets its lane by today's key at once, or a customer's next
    /// event could overtake it.
    /// </summary>
    public async Task StartAsync()
    {
        var below = await writer.WriteAsync(BelowAsOfNow);
        Interlocked.Exchange(ref _oldBelow, below);
        if (below == 0)
        {
            return;
        }

        Begun(log);
        foreach (var ids in (await UnsentAsync(below)).Chunk(Piece))
        {
            await writer.WriteAsync(session => Rehash(session, Read(session.Command(Named, "$ids"), JsonSerializer.Serialize(ids))));
        }
    }

    /// <summary>Does the next few rows. False when none is left.</summary>
    public async Task<bool> StepAsync()
    {
        if (OldBelow == 0)
        {
            return false;
        }

        var next = await writer.WriteAsync(session =>
        {
            var rows = Read(session.Command(Newest, "$below", "$n"), OldBelow, Piece);
            Rehash(session, rows);
            var below = rows.Count < Piece ? 0 : rows[^1].Id;
            using var context = session.Context();
            context.SearchStates.Single().OldBelow = below;
            context.SaveChanges();
            return below;
        });
        Interlocked.Exchange(ref _oldBelow, next);
        if (next > 0)
        {
            return true;
        }

        Ended(log);
        return false;
    }

    private long BelowAsOfNow(WriteSession session)
    {
        using var context = session.Context();
        var state = context.SearchStates.SingleOrDefault() ?? context.SearchStates.Add(new SearchState { Id = 1 }).Entity;
        if (state.KeyMark != key.Mark)
        {
            state.KeyMark = key.Mark;
            state.OldBelow = context.Deliveries.Max(d => (long?)d.Id) is { } newest ? newest + 1 : 0;
        }

        context.SaveChanges();
        return state.OldBelow;
    }

    /// <summary>Along the indexes that hold nothing else.</summary>
    private async Task<List<long>> UnsentAsync(long below)
    {
        await using var context = await contexts.CreateDbContextAsync();
        return
        [
            .. await context.Deliveries.FromSql($"""SELECT * FROM "Deliveries" INDEXED BY "IX_Deliveries_Due" WHERE "State" = 1""").Select(d => d.Id).Where(id => id < below).ToListAsync(),
            .. await context.Deliveries.FromSql($"""SELECT * FROM "Deliveries" INDEXED BY "IX_Deliveries_Claimed" WHERE "State" = 2""").Select(d => d.Id).Where(id => id < below).ToListAsync(),
        ];
    }

    private void Rehash(WriteSession session, List<Delivery> rows)
    {
        var set = session.Command(Set, "$user", "$anonymous", "$email", "$order", "$lane", "$id");
        foreach (var row in rows)
        {
            SearchColumns.Fill(row, key);
            set.Parameters[0].Value = OrNull(row.UserHash);
            set.Parameters[1].Value = OrNull(row.AnonymousHash);
            set.Parameters[2].Value = OrNull(row.EmailHash);
            set.Parameters[3].Value = OrNull(row.OrderHash);
            set.Parameters[4].Value = row.Lane;
            set.Parameters[5].Value = row.Id;
            set.ExecuteNonQuery();
        }
    }

    private static List<Delivery> Read(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        using var found = command.ExecuteReader();
        List<Delivery> rows = [];
        while (found.Read())
        {
            rows.Add(new Delivery { Id = found.GetInt64(0), MessageId = "", UserId = Text(1), AnonymousId = Text(2), Email = Text(3), OrderId = Text(4) });
        }

        return rows;

        string? Text(int column) => found.IsDBNull(column) ? null : found.GetString(column);
    }

    private static object OrNull(long? hash) => hash is { } value ? value : DBNull.Value;

    [LoggerMessage(EventId = 1221, Level = LogLevel.Information, Message = "The search keys of older deliveries are made anew with this installation's key; until then a search among them takes longer")]
    private static partial void Begun(ILogger logger);

    [LoggerMessage(EventId = 1222, Level = LogLevel.Information, Message = "The search keys of all deliveries are made with this installation's key")]
    private static partial void Ended(ILogger logger);
}
