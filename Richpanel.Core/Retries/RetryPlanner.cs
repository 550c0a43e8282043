using System.Collections.ObjectModel;
using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Privacy;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Retries;

/// <summary>What came of a wish to plan.</summary>
/// <param name="Batch">Null with a fault.</param>
/// <param name="Fault">Why nothing was planned, a sentence.</param>
public sealed record RetryPlanned(RetryBatch? Batch, string? Fault = null);

/// <summary>
/// Counts what would be sent, or canceled, and writes down exactly that: every row is read in one moment, decided, and its id kept with the state it was
/// seen in. Nothing is sent by it. The reading is done beside the single writer, which gets small pieces of ready rows.
/// </summary>
public sealed class RetryPlanner(LogReader reader, StoreWriter writer, ConnectionDirectory directory, IOptions<RetryOptions> options, TimeProvider time)
{
    /// <exception cref="ForbiddenException">The actor may not send many at once.</exception>
    public async Task<RetryPlanned> PlanAsync(Actor by, RetryAsk wish, CancellationToken ct)
    {
        by.Demand(Permission.ActOnMany);
        var id = await writer.WriteAsync(session => Add(session, by, wish));
        var isWhole = false;
        try
        {
            var planned = await Task.Run(() => CountAsync(by, id, wish, ct), ct);
            isWhole = planned.Batch is not null;
            return planned;
        }
        finally
        {
            if (!isWhole)
            {
                await RetryCleaning.DeleteAsync(writer, id);
            }
        }
    }

    private async Task<RetryPlanned> CountAsync(Actor by, long id, RetryAsk wish, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var deleted = directory.AllConnections.Where(connection => connection.DeletedAt is not null).Select(connection => connection.Id).ToHashSet();
        var tally = new RetryTally(wish, deleted, now);
        var ask = new LogAsk(wish.Query ?? LogQuery.All, Sight.Of(by))
        {
            Among = by.Connections is null ? null : [.. directory.AllConnections.Where(connection => by.MayTouch(connection)).Select(connection => connection.Id)],
            Zone = wish.Zone,
            Now = now,
        };
        var written = Task.CompletedTask;
        try
        {
            await reader.ReadAllAsync(ask, wish.Ids, async (db, rows) =>
            {
                List<DeliveryRow> passed = [.. rows.Where(tally.Passes)];
                var taken = tally.Take(passed, wish.Kind == RetryKind.Cancel ? ReadOnlyDictionary<long, RetryTwins>.Empty : TwinsOf(db, passed, ct));
                if (tally.Total > options.Value.MostDeliveries)
                {
                    throw new TooManyException();
                }

                await written;   // while one piece is written, the next is read
                written = taken.Count == 0 ? Task.CompletedTask : writer.WriteAsync(session => Write(session, id, taken));
            }, ct);
        }
        catch (TooManyException)
        {
            return new RetryPlanned(null, $"More than {options.Value.MostDeliveries.ToString("N0", CultureInfo.InvariantCulture)} deliveries fit, and one plan holds no more (Retries:MostDeliveries). Narrow it, for example by time.");
        }
        finally
        {
            await written;   // no piece comes after the plan is taken away
        }

        var span = wish.Ids is null ? ask.Query.At(now, wish.Zone) : default;
        var plan = tally.ToPlan() with { Since = span.Since, Until = span.Until };   // "2h" means nothing later
        return new RetryPlanned(await writer.WriteAsync(session => Close(session, id, plan)));
    }

    private long Add(WriteSession session, Actor by, RetryAsk wish)
    {
        using var context = session.Context();
        var now = time.GetUtcNow();
        var batch = new RetryBatch
        {
            Kind = wish.Kind,
            State = RetryState.Planning,
            ByKind = by.Kind,
            ById = by.Id,
            ByName = Lengths.Cut(by.Name, Lengths.Name)!,
            Scope = wish.Ids is null ? ScopeOf(wish.Query ?? LogQuery.All) : null,
            NeverAccepted = wish.NeverAccepted,
            Connections = "",
            Plan = "",
            Canary = "[]",
            Rate = options.Value.PerSecond,
            CanarySize = wish.Kind == RetryKind.Cancel ? 0 : options.Value.Canary,
            StopPercent = options.Value.StopAbovePercent,
            PlannedAt = now,
            StateSince = now,
        };
        context.RetryBatches.Add(batch);
        context.SaveChanges();
        return batch.Id;
    }

    private RetryBatch Close(WriteSession session, long id, RetryPlan plan)
    {
        using var context = session.Context();
        var batch = context.RetryBatches.Single(batch => batch.Id == id);
        batch.State = RetryState.Planned;
        batch.StateSince = time.GetUtcNow();
        batch.Planned = (int)plan.Total;
        batch.Plan = plan.Write();
        batch.Connections = string.Join(',', plan.Connections.Select(share => share.Key));
        context.SaveChanges();
        return batch;
    }

    /// <summary>Personal values are a person's and stand in no row that others read.</summary>
    private static string ScopeOf(LogQuery query)
    {
        var (open, personal) = query.Apart();
        var words = personal.Terms.Select(term => LogKeys.Of(term.Key).Help).Distinct();
        return Lengths.Cut(string.Join(' ', [open.ToString(), .. personal.Terms.Count == 0 ? [] : (string[])[$"({string.Join(", ", words)}: left out)"]]).Trim(), Lengths.Url)!;
    }

    private static IReadOnlyDictionary<long, RetryTwins> TwinsOf(LogDb db, List<DeliveryRow> rows, CancellationToken ct)
    {
        if (rows.Count == 0)
        {
            return ReadOnlyDictionary<long, RetryTwins>.Empty;
        }

        var sql = new LogSql();
        var ids = sql.Value($"[{string.Join(',', rows.Select(row => row.Id))}]");
        return db.Read(sql.Add(RetrySql.Twins.Replace("$ids", ids, StringComparison.Ordinal)), row => (Id: row.GetInt64(0), Twins: row.IsDBNull(1) ? RetryTwins.None : (RetryTwins)row.GetInt32(1)), ct)
            .ToDictionary(row => row.Id, row => row.Twins);
    }

    private static void Write(WriteSession session, long id, IReadOnlyList<DeliveryRow> rows)
    {
        var json = new StringBuilder(rows.Count * 24).Append('[');
        foreach (var row in rows)
        {
            json.Append(json.Length == 1 ? "" : ",").Append(CultureInfo.InvariantCulture, $"[{row.Id},{row.ConnectionId},{(int)row.State},{row.AttemptCount}]");
        }

        SqliteCommand insert = DispatchStore.Set(session.Command(RetrySql.InsertItems, "$b", "$rows"), id, json.Append(']').ToString());
        insert.ExecuteNonQuery();
    }

    private sealed class TooManyException : Exception;
}
