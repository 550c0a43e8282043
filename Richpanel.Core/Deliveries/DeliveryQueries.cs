using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Connections;
using Richpanel.Core.Json;
using Richpanel.Core.Preview;
using Richpanel.Core.Privacy;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>
/// Reads one delivery with all that was done for it, masked by the asker's sight; and how connections fared lately. For lists see
/// <see cref="Log.LogReader"/>.
/// </summary>
public sealed class DeliveryQueries(IDbContextFactory<ConsoleDbContext> contexts, ConnectionDirectory directory, RequestBodies bodies, TimeProvider time)
{
    /// <summary>Tries that tell how a connection fares.</summary>
    public const int TellingTries = 20;

    /// <summary>Of all connections together.</summary>
    private const int MostTries = 500;

    /// <summary>Rows of one connection and one state that its newest tries are looked for in.</summary>
    private const int MostRows = 100;

    /// <summary>What waits for a retry, as the index of lanes has it: behind a queue of thousands that were never tried, too.</summary>
    private const string Retrying =
        """SELECT "Id" AS "Value" FROM (SELECT "Id" FROM "Deliveries" WHERE "ConnectionId" = {0} AND "AttemptCount" > 0 AND "State" IN (1,2) AND "Origin" <> {1} LIMIT {2})""";

    private const int MostCopies = 20;

    /// <summary>
    /// How the newest tries of each of these connections ended, newest first, <see cref="TellingTries"/> or more where there were so
    /// many; the lab's own are no sign of health. One look at the end of the table of attempts serves all that are busy. Another, who
    /// was pushed out of it, is looked for among its own newest rows; so what it costs grows with neither log nor traffic.
    /// </summary>
    public async Task<ILookup<long, TryOutcome>> NewestTriesAsync(IReadOnlyCollection<long> connections, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        var common = await Tries(context, context.Attempts.OrderByDescending(a => a.Id).Take(MostTries)).ToListAsync(ct);
        var newest = common.Where(one => one.Origin != Origin.Lab).ToLookup(one => one.ConnectionId);
        var all = new List<OneTry>();
        foreach (var connection in connections)
        {
            all.AddRange(newest[connection].Count() >= TellingTries || common.Count < MostTries
                ? newest[connection]
                : newest[connection].UnionBy(await OwnTriesAsync(context, connection, ct), one => one.Id));
        }

        return all.OrderByDescending(one => one.Id).ToLookup(one => one.ConnectionId, one => new TryOutcome(one.Outcome == OutcomeRules.Accepted, one.Cause, one.StartedAt));
    }

    /// <summary>Each delivery's last try is its newest one: the newest tries are those of the deliveries that were tried last.</summary>
    private static async Task<List<OneTry>> OwnTriesAsync(ConsoleDbContext context, long connection, CancellationToken ct)
    {
        var tried = await context.Database.SqlQueryRaw<long>(Retrying, connection, (int)Origin.Lab, MostRows).ToListAsync(ct);
        foreach (var state in new[] { DeliveryState.Accepted, DeliveryState.Failed, DeliveryState.Canceled })
        {
            tried.AddRange(await context.Deliveries.Where(d => d.ConnectionId == connection && d.State == state).OrderByDescending(d => d.Id).Take(MostRows)
                .Where(d => d.Origin != Origin.Lab && d.AttemptCount > 0).Select(d => d.Id).ToListAsync(ct));
        }

        var last = await context.Deliveries.Where(d => tried.Contains(d.Id)).OrderByDescending(d => d.LastAttemptAt).Take(TellingTries).Select(d => d.Id).ToListAsync(ct);
        return await Tries(context, context.Attempts.Where(a => last.Contains(a.DeliveryId))).ToListAsync(ct);
    }

    private static IQueryable<OneTry> Tries(ConsoleDbContext context, IQueryable<Attempt> attempts) => attempts
        .Join(context.Deliveries, a => a.DeliveryId, d => d.Id, (a, d) => new OneTry(a.Id, d.ConnectionId, d.Origin, a.Outcome, a.Cause, a.StartedAt));

    private sealed record OneTry(long Id, long ConnectionId, Origin Origin, string Outcome, string? Cause, DateTimeOffset StartedAt);

    /// <summary>
    /// What moves when anything of a delivery's detail moves: one row, to be read before the detail itself, and again to learn whether
    /// it must be read anew. Null: there is no such delivery.
    /// </summary>
    public async Task<DeliveryStamp?> StampAsync(long id, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        var row = await context.Deliveries.Where(d => d.Id == id)
            .Select(d => new { d.ConnectionId, d.State, d.Stage, d.Marks, d.AttemptCount, d.ScheduleStep, d.DueAt, d.Cause, d.EndedAt, NewestCopy = context.Deliveries.Where(copy => copy.CopyOf == d.Id).Max(copy => (long?)copy.Id) }).SingleOrDefaultAsync(ct);
        if (row is null)
        {
            return null;
        }

        var connection = directory.Find(row.ConnectionId);
        return new DeliveryStamp(
            row.State, row.Stage, row.Marks, row.AttemptCount, row.ScheduleStep, row.DueAt, row.Cause, row.EndedAt, row.NewestCopy,
            connection?.Version, connection?.IsStopped(time.GetUtcNow()) == true, connection?.HoldCause, connection?.HoldUntil ?? connection?.PausedUntil);
    }

    public async Task<DeliveryDetail?> FindAsync(Sight sight, long id, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        var delivery = await context.Deliveries.SingleOrDefaultAsync(d => d.Id == id, ct);
        if (delivery is null)
        {
            return null;
        }

        var attempts = await context.Attempts.Where(a => a.DeliveryId == id).OrderBy(a => a.Number).ToListAsync(ct);
        var exchangeIds = attempts.Select(a => a.ExchangeId).OfType<long>().Distinct().ToList();
        var exchanges = await context.Exchanges.Where(e => exchangeIds.Contains(e.Id)).ToDictionaryAsync(e => e.Id, ct);
        var sent = await context.MappedCalls.Where(m => m.DeliveryId == id).ToDictionaryAsync(m => m.Id, ct);

        // Others may need the request, or an answer to a whole batch, for a while yet: of this one it is gone.
        var isGone = delivery.Marks.HasFlag(DeliveryMarks.ContentRemoved);
        var request = isGone ? null : await bodies.FindAsync(delivery.RequestId, ct);
        foreach (var exchange in exchanges.Values.Where(_ => isGone))
        {
            (exchange.ResponseHeaders, exchange.ResponseBody) = (null, null);
        }

        var call = request?.Call(delivery.BodyOffset, delivery.BodyLength);
        var preview = PreviewOf(delivery, request);
        var detail = new DeliveryDetail(
            DeliveryHolds.On(RowOf(delivery), directory, directory.HeldConnections(time.GetUtcNow())),
            delivery,
            [.. attempts.Select(a => new AttemptDetail(
                a,
                a.ExchangeId is { } exchange ? exchanges.GetValueOrDefault(exchange) : null,
                a.MappedCallId is { } mapped ? sent.GetValueOrDefault(mapped) : null))],
            call,
            preview)
        {
            IsSentAsNow = IsSentAsNow(attempts, sent, preview),
            Said = SaidAtLast(attempts, exchanges),
            Wishes = await WishesAsync(context, id, ct),
            Batches = await BatchesAsync(context, delivery, attempts, ct),
            Copies = await CopiesAsync(context, id, ct),
            Calls = new SentCalls(sent.Values, preview?.Call?.Content, isMasked: false),
        };
        return sight.Shows(id) ? detail : DeliveryMask.Of(detail);
    }

    /// <summary>Of many replays the oldest; the edited one is always among them.</summary>
    private static async Task<IReadOnlyList<DeliveryCopy>> CopiesAsync(ConsoleDbContext context, long id, CancellationToken ct)
    {
        var copies = await context.Deliveries.Where(d => d.CopyOf == id).OrderByDescending(d => d.Origin == Origin.Edit).ThenBy(d => d.Id)
            .Select(d => new DeliveryCopy(d.Id, d.Origin)).Take(MostCopies).ToListAsync(ct);
        return [.. copies.OrderBy(copy => copy.Id)];
    }

    private PreviewResult? PreviewOf(Delivery delivery, KeptRequest? request)
    {
        if (request is null || directory.Find(delivery.ConnectionId) is not { } connection)
        {
            return null;
        }

        var reading = CallReader.ContextOf(request.Route, request.ReceivedAt, request.Envelope) with { Arrival = $"{request.Id}:{delivery.BodyOffset}" };
        return CallPreview.Of(request.Call(delivery.BodyOffset, delivery.BodyLength), connection, reading, time.GetUtcNow());
    }

    private static string? SaidAtLast(IReadOnlyList<Attempt> attempts, Dictionary<long, Exchange> exchanges) =>
        attempts is [.., { ExchangeId: { } last, Outcome: not OutcomeRules.Accepted }] && exchanges.GetValueOrDefault(last) is { StatusCode: not (>= 200 and < 300) } exchange
            ? Log.LogReasons.Said(exchange.ResponseBody, isClear: true)
            : null;

    private static async Task<IReadOnlyList<RetryMention>> BatchesAsync(ConsoleDbContext context, Delivery delivery, IReadOnlyList<Attempt> attempts, CancellationToken ct)
    {
        List<long> ids = [.. attempts.Select(attempt => attempt.RetryBatchId).Append(delivery.RetryBatchId).OfType<long>().Distinct()];
        return ids.Count == 0 ? [] : await context.RetryBatches.Where(batch => ids.Contains(batch.Id)).OrderBy(batch => batch.Id)
            .Select(batch => new RetryMention(batch.Id, batch.Kind, batch.ByName)).ToListAsync(ct);
    }

    private static async Task<IReadOnlyList<DeliveryWish>> WishesAsync(ConsoleDbContext context, long id, CancellationToken ct)
    {
        var name = PublicId.Delivery(id);
        var lines = await context.ChangeLog.AsNoTracking().Where(line => line.ObjectId == name && DeliveryWish.Actions.Contains(line.Action))
            .OrderByDescending(line => line.Id).Take(DeliveryWish.Most).ToListAsync(ct);
        return [.. lines.Select(DeliveryWish.Of).Reverse()];
    }

    /// <summary>Compared in clear: two different customers look alike once they are masked.</summary>
    private static bool IsSentAsNow(IReadOnlyList<Attempt> attempts, Dictionary<long, MappedCall> sent, PreviewResult? preview)
    {
        var last = attempts.LastOrDefault(attempt => attempt.MappedCallId is { } id && sent.ContainsKey(id))?.MappedCallId;
        return last is { } kept && preview?.Call is { } call
            && JsonTree.DeepEquals(call.Content, JsonTreeReader.Read(System.Text.Encoding.UTF8.GetBytes(sent[kept].Content)).Tree);
    }

    private static DeliveryRow RowOf(Delivery d) => new(
        d.Id, d.ConnectionId, d.Origin, d.State, false, d.Stage, d.Marks, d.Type, d.EventName, d.MessageId, d.UserId, d.AnonymousId,
        d.Email, d.OrderId, d.ReceivedAt, d.DueAt, d.AttemptCount, d.Cause, d.StatusCode, d.LastAttemptAt, d.DuplicateOf)
    {
        RetryBatchId = d.RetryBatchId,
        GroupId = d.GroupId,
    };
}
