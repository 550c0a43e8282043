using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Connections;
using Richpanel.Core.Json;
using Richpanel.Core.Preview;
using Richpanel.Core.Privacy;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>
/// Reads deliveries: untracked projections, newest first, keyset paging by id. Whoever asks says how much may be seen; what comes
/// back is masked accordingly. Filters compare with the stored values whole, so that a masked list finds a known customer and
/// tells nothing of an unknown one.
/// </summary>
public sealed class DeliveryQueries(
    IDbContextFactory<ConsoleDbContext> contexts, ConnectionDirectory directory, RequestBodies bodies, SearchKey search, SearchUpkeep upkeep, TimeProvider time)
{
    public const int MostRows = 200;

    /// <summary>Counted no further: beyond it people need no number.</summary>
    public const int MostCounted = 10_000;

    /// <summary>Rows a page may look at beyond those it gives: what a rare event name costs at most.</summary>
    private const int MostLookedAt = 20_000;

    /// <summary>However many strands there are, each is looked at this far.</summary>
    private const int LeastLookedAt = 1_000;

    /// <summary>Of all connections together.</summary>
    private const int MostTries = 500;

    /// <summary>Ids follow the time of receipt but for this much: requests that are committed together, small steps of the clock.</summary>
    private static readonly TimeSpan s_disorder = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A page of at most <paramref name="limit"/> rows after <paramref name="cursor"/> (the one of the page before). It may hold
    /// fewer, and still have a next one, when little of what was looked at fits: then <see cref="DeliveryPage.SearchedBackTo"/>
    /// says how far it looked.
    /// </summary>
    public async Task<DeliveryPage> PageAsync(Sight sight, DeliveryFilter filter, string? cursor, int limit, CancellationToken ct)
    {
        var take = Math.Clamp(limit, 1, MostRows);
        var held = directory.HeldConnections(time.GetUtcNow());
        await using var context = await contexts.CreateDbContextAsync(ct);
        var (first, before) = await SpanAsync(context, filter, ct);
        before = PublicId.Parse(cursor, "dlv") ?? before;
        var strands = DeliveryStrands.Of(context, filter, filter.Among ?? [.. directory.Connections.Select(c => c.Id)], held, search, upkeep.OldBelow);

        List<DeliveryRow> found = [];
        long lookedTo = 0;
        foreach (var strand in strands.Rows)
        {
            var rows = strand.Where(d => d.Id < before && d.Id >= first).OrderByDescending(d => d.Id);
            var budget = strands.AreNarrow ? take + 1 : Budget(strands);
            var fit = await rows.Take(budget).Narrow(filter, held).OrderByDescending(d => d.Id).Take(take + 1).Select(s_row).ToListAsync(ct);
            found.AddRange(fit);
            if (fit.Count <= take && !strands.AreNarrow)
            {
                lookedTo = Math.Max(lookedTo, await rows.Skip(budget - 1).Select(d => d.Id).FirstOrDefaultAsync(ct));
            }
        }

        // Below the place where one strand stopped looking, another's rows would come before those it has not seen.
        var items = found.Where(row => row.Id >= lookedTo).OrderByDescending(row => row.Id).Take(take + 1).Select(row => Seen(sight, WithHold(row, held))).ToList();
        return items.Count > take
            ? new DeliveryPage(items[..take], PublicId.Delivery(items[take - 1].Id), null)
            : lookedTo == 0 ? new DeliveryPage(items, null, null)
            : new DeliveryPage(items, PublicId.Delivery(lookedTo), await context.Deliveries.Where(d => d.Id == lookedTo).Select(d => d.ReceivedAt).SingleAsync(ct));
    }

    /// <summary>How many fit, in bounded time.</summary>
    public async Task<DeliveryCount> CountAsync(DeliveryFilter filter, CancellationToken ct)
    {
        var held = directory.HeldConnections(time.GetUtcNow());
        await using var context = await contexts.CreateDbContextAsync(ct);
        var (first, before) = await SpanAsync(context, filter, ct);
        var strands = DeliveryStrands.Of(context, filter, filter.Among ?? [.. directory.Connections.Select(c => c.Id)], held, search, upkeep.OldBelow);
        var found = 0;
        var andMore = false;
        foreach (var strand in strands.Rows)
        {
            var rows = strand.Where(d => d.Id < before && d.Id >= first).OrderByDescending(d => d.Id);
            var budget = strands.AreNarrow ? MostCounted + 1 : Budget(strands);
            found += await rows.Take(budget).Narrow(filter, held).CountAsync(ct);
            andMore |= !strands.AreNarrow && await rows.Skip(budget).AnyAsync(ct);
        }

        return new DeliveryCount(Math.Min(found, MostCounted), andMore || found > MostCounted);
    }

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
            WithHold(s_rowOf(delivery), directory.HeldConnections(time.GetUtcNow())),
            delivery,
            [.. attempts.Select(a => new AttemptDetail(
                a,
                a.ExchangeId is { } exchange ? exchanges.GetValueOrDefault(exchange) : null,
                a.MappedCallId is { } mapped ? sent.GetValueOrDefault(mapped) : null))],
            call,
            preview)
        {
            IsSentAsNow = IsSentAsNow(attempts, sent, preview),
        };
        return sight.Shows(id) ? detail : DeliveryMask.Of(detail);
    }

    private static DeliveryRow Seen(Sight sight, DeliveryRow row) => sight.Shows(row.Id) ? row : DeliveryMask.Of(row);

    private PreviewResult? PreviewOf(Delivery delivery, KeptRequest? request)
    {
        if (request is null || directory.Find(delivery.ConnectionId) is not { } connection)
        {
            return null;
        }

        var reading = CallReader.ContextOf(request.Route, request.ReceivedAt, request.Envelope) with { Arrival = $"{request.Id}:{delivery.BodyOffset}" };
        return CallPreview.Of(request.Call(delivery.BodyOffset, delivery.BodyLength), connection, reading, time.GetUtcNow());
    }

    /// <summary>Compared in clear: two different customers look alike once they are masked.</summary>
    private static bool IsSentAsNow(IReadOnlyList<Attempt> attempts, Dictionary<long, MappedCall> sent, PreviewResult? preview)
    {
        var last = attempts.LastOrDefault(attempt => attempt.MappedCallId is { } id && sent.ContainsKey(id))?.MappedCallId;
        return last is { } kept && preview?.Call is { } call
            && JsonTree.DeepEquals(call.Content, JsonTreeReader.Read(System.Text.Encoding.UTF8.GetBytes(sent[kept].Content)).Tree);
    }

    private static int Budget(DeliveryStrands strands) => Math.Max(LeastLookedAt, MostLookedAt / Math.Max(1, strands.Rows.Count));

    /// <summary>Ids of what was received in the filter's span: the first, and the first after it.</summary>
    private static async Task<(long First, long Before)> SpanAsync(ConsoleDbContext context, DeliveryFilter filter, CancellationToken ct) => (
        filter.Since is { } since && since - DateTimeOffset.MinValue > s_disorder ? await FirstIdAsync(context, since - s_disorder, ct) : 0,
        filter.Until is { } until && DateTimeOffset.MaxValue - until > s_disorder ? await FirstIdAsync(context, until + s_disorder, ct) : long.MaxValue);

    /// <summary>The first row received at this time or later, by halving: ids and times of receipt grow together.</summary>
    private static async Task<long> FirstIdAsync(ConsoleDbContext context, DateTimeOffset time, CancellationToken ct)
    {
        var low = 1L;
        var high = (await context.Deliveries.MaxAsync(d => (long?)d.Id, ct) ?? 0) + 1;
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var row = await context.Deliveries.Where(d => d.Id >= middle).OrderBy(d => d.Id).Select(d => new { d.Id, d.ReceivedAt }).FirstAsync(ct);
            (low, high) = row.ReceivedAt < time ? (row.Id + 1, high) : (low, middle);
        }

        return low;
    }

    private static readonly System.Linq.Expressions.Expression<Func<Delivery, DeliveryRow>> s_row = d => new DeliveryRow(
        d.Id, d.ConnectionId, d.Origin, d.State, false, d.Stage, d.Marks, d.Type, d.EventName, d.MessageId, d.UserId, d.AnonymousId,
        d.Email, d.OrderId, d.ReceivedAt, d.DueAt, d.AttemptCount, d.Cause, d.StatusCode, d.LastAttemptAt, d.DuplicateOf);

    private static readonly Func<Delivery, DeliveryRow> s_rowOf = s_row.Compile();

    private DeliveryRow WithHold(DeliveryRow row, IReadOnlyList<long> held) => DeliveryHolds.On(row, directory, held);
}
