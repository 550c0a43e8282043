using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Connections;
using Richpanel.Core.Json;
using Richpanel.Core.Preview;
using Richpanel.Core.Privacy;
using Richpanel.Core.Receiving;
using Richpanel.Core.Retries;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>
/// Reads one delivery with all that was done for it, masked by the asker's sight; and how connections fared lately. For lists see
/// <see cref="Log.LogReader"/>.
/// </summary>
public sealed class DeliveryQueries(IDbContextFactory<ConsoleDbContext> contexts, ConnectionDirectory directory, RequestBodies bodies, TimeProvider time)
{
    /// <summary>Of all connections together.</summary>
    private const int MostTries = 500;

    private const int MostCopies = 20;

    /// <summary>
    /// How the newest tries of each connection ended, newest first; the lab's own are no sign of health. One look at the end of the
    /// table of attempts, whatever the number of connections: one that has not tried lately is not in it.
    /// </summary>
    public async Task<ILookup<long, TryOutcome>> NewestTriesAsync(CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        var newest = await context.Attempts.OrderByDescending(a => a.Id).Take(MostTries)
            .Join(context.Deliveries, a => a.DeliveryId, d => d.Id, (a, d) => new { a.Id, d.ConnectionId, d.Origin, a.Outcome, a.Cause, a.StartedAt })
            .ToListAsync(ct);
        return newest.Where(one => one.Origin != Origin.Lab).OrderByDescending(one => one.Id)
            .ToLookup(one => one.ConnectionId, one => new TryOutcome(one.Outcome == OutcomeRules.Accepted, one.Cause, one.StartedAt));
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
        var request = await bodies.FindAsync(delivery.RequestId, ct);
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
            Copies = await context.Deliveries.Where(d => d.CopyOf == id).OrderBy(d => d.Id).Select(d => d.Id).Take(MostCopies).ToListAsync(ct),
            Calls = new SentCalls(sent.Values, preview?.Call?.Content, isMasked: false),
        };
        return sight.Shows(id) ? detail : DeliveryMask.Of(detail);
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
            .Select(batch => new RetryMention(batch.Id, batch.Kind == RetryKind.Replay, batch.ByName)).ToListAsync(ct);
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
    };
}
