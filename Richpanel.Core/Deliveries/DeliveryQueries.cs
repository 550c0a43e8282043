using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Connections;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>Reads deliveries: untracked projections, newest first, keyset paging by id.</summary>
public sealed class DeliveryQueries(
    IDbContextFactory<ConsoleDbContext> contexts, ConnectionDirectory directory, RequestBodies bodies, TimeProvider time)
{
    public const int MostRows = 200;

    /// <summary>A page of at most <paramref name="limit"/> rows after <paramref name="cursor"/> (the one of the page before).</summary>
    public async Task<DeliveryPage> PageAsync(DeliveryFilter filter, string? cursor, int limit, CancellationToken ct)
    {
        var take = Math.Clamp(limit, 1, MostRows);
        var held = directory.HeldConnections(time.GetUtcNow());
        await using var context = await contexts.CreateDbContextAsync(ct);
        var rows = Narrow(StartingPoint(context, filter), filter, held);
        if (PublicId.Parse(cursor, "dlv") is { } before)
        {
            rows = rows.Where(d => d.Id < before);
        }

        var found = await rows.OrderByDescending(d => d.Id).Take(take + 1).Select(s_row).ToListAsync(ct);
        var items = found.Take(take).Select(row => WithHold(row, held)).ToList();
        return new DeliveryPage(items, found.Count > take ? PublicId.Delivery(items[^1].Id) : null);
    }

    public async Task<DeliveryDetail?> FindAsync(long id, CancellationToken ct)
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
        return new DeliveryDetail(
            WithHold(s_rowOf(delivery), directory.HeldConnections(time.GetUtcNow())),
            delivery,
            [.. attempts.Select(a => new AttemptDetail(
                a,
                a.ExchangeId is { } exchange ? exchanges.GetValueOrDefault(exchange) : null,
                a.MappedCallId is { } call ? sent.GetValueOrDefault(call) : null))],
            request);
    }

    /// <summary>
    /// The rows to search in. SQLite has no statistics that would tell it that one customer is rarer than one state, so the
    /// index is named where a filter is an exact key; hashes are checked against the text afterwards.
    /// </summary>
    private IQueryable<Delivery> StartingPoint(ConsoleDbContext context, DeliveryFilter filter)
    {
        if (filter.MessageId is { } message)
        {
            var hash = SearchHash.Of(message);
            var connections = filter.ConnectionId is { } one ? [one] : directory.Connections.Select(c => c.Id).ToList();
            return context.Deliveries.Where(d => connections.Contains(d.ConnectionId) && d.MessageHash == hash && d.MessageId == message);
        }

        if (filter.Order is { } order)
        {
            return context.Deliveries
                .FromSql($"""SELECT * FROM "Deliveries" INDEXED BY "IX_Deliveries_Order" WHERE "OrderHash" = {SearchHash.Of(order)}""")
                .Where(d => d.OrderId == order);
        }

        if (filter.Email is { } email)
        {
            var trimmed = email.Trim();
            return context.Deliveries
                .FromSql($"""SELECT * FROM "Deliveries" INDEXED BY "IX_Deliveries_Email" WHERE "EmailHash" = {SearchHash.OfEmail(email)}""")
                .Where(d => EF.Functions.Collate(d.Email!.Trim(), "NOCASE") == trimmed);
        }

        if (filter.User is { } user)
        {
            var hash = SearchHash.Of(user);
            return context.Deliveries
                .FromSql($"""SELECT * FROM "Deliveries" INDEXED BY "IX_Deliveries_User" WHERE "UserHash" = {hash}""")
                .Where(d => d.UserId == user || d.AnonymousId == user);
        }

        return context.Deliveries;
    }

    private static IQueryable<Delivery> Narrow(IQueryable<Delivery> rows, DeliveryFilter filter, IReadOnlyList<long> held)
    {
        rows = filter.State switch
        {
            null => rows,
            DeliveryState.Waiting => rows.Where(d => d.State == DeliveryState.Waiting || d.State == DeliveryState.Sending),
            { } state => rows.Where(d => d.State == state),
        };
        rows = filter.Held switch
        {
            true => rows.Where(d => d.State == DeliveryState.Waiting && held.Contains(d.ConnectionId)),
            false => rows.Where(d => d.State != DeliveryState.Waiting || !held.Contains(d.ConnectionId)),
            null => rows,
        };
        rows = filter.Type is { } type ? rows.Where(d => d.Type == type) : rows;
        rows = filter.Event is { } name ? rows.Where(d => EF.Functions.Collate(d.EventName!, "NOCASE") == name) : rows;
        rows = filter.ConnectionId is { } connection ? rows.Where(d => d.ConnectionId == connection) : rows;
        rows = filter.Among is { } among ? rows.Where(d => among.Contains(d.ConnectionId)) : rows;
        rows = filter.Origin is { } origin ? rows.Where(d => d.Origin == origin) : rows;
        rows = filter.Since is { } since ? rows.Where(d => d.ReceivedAt >= since) : rows;
        rows = filter.Until is { } until ? rows.Where(d => d.ReceivedAt < until) : rows;
        return filter.Code is { } code ? WithCode(rows, code) : rows;
    }

    private static IQueryable<Delivery> WithCode(IQueryable<Delivery> rows, string code)
    {
        if (int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
        {
            return rows.Where(d => d.StatusCode == status);
        }

        if (code.Length == 3 && char.IsAsciiDigit(code[0]) && code.EndsWith("xx", StringComparison.OrdinalIgnoreCase))
        {
            var family = (code[0] - '0') * 100;
            return rows.Where(d => d.StatusCode >= family && d.StatusCode < family + 100);
        }

        return rows.Where(d => d.Cause == code);
    }

    private static readonly System.Linq.Expressions.Expression<Func<Delivery, DeliveryRow>> s_row = d => new DeliveryRow(
        d.Id, d.ConnectionId, d.Origin, d.State, false, d.Stage, d.Marks, d.Type, d.EventName, d.MessageId, d.UserId, d.AnonymousId,
        d.Email, d.OrderId, d.ReceivedAt, d.DueAt, d.AttemptCount, d.Cause, d.StatusCode, d.LastAttemptAt, d.DuplicateOf);

    private static readonly Func<Delivery, DeliveryRow> s_rowOf = s_row.Compile();

    private static DeliveryRow WithHold(DeliveryRow row, IReadOnlyList<long> held) =>
        row.State == DeliveryState.Waiting && held.Contains(row.ConnectionId) ? row with { Held = true } : row;
}
