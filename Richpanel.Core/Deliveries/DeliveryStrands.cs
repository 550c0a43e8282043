using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>
/// A list of deliveries as strands: each is read newest first along one index, and what the strands give is merged. So a page costs
/// the same however long the log is. SQLite has no statistics that would tell it that one customer is rarer than one state, so the
/// index is named.
/// </summary>
/// <param name="Rows">Each a part of the log that the others do not have.</param>
/// <param name="AreNarrow">True when the strands hold nothing but what was asked for.</param>
internal sealed record DeliveryStrands(IReadOnlyList<IQueryable<Delivery>> Rows, bool AreNarrow)
{
    /// <summary>With more strands than this the log itself is read.</summary>
    private const int Most = 64;

    private static readonly DeliveryState[] s_states = Enum.GetValues<DeliveryState>();

    /// <param name="connections">Those the caller may see, all when it may see all.</param>
    /// <param name="held">Connections on hold.</param>
    /// <param name="oldBelow">Rows with a smaller id have no hash of today's key yet, so among them every row is looked at.</param>
    public static DeliveryStrands Of(
        ConsoleDbContext context, DeliveryFilter filter, IReadOnlyList<long> connections, IReadOnlyList<long> held, SearchKey key, long oldBelow)
    {
        var among = filter.ConnectionId is { } one ? connections.Where(id => id == one).ToList() : connections;
        return ByMessage(context, filter, among) ?? ByKey(context, filter, key, oldBelow) ?? ByState(context, filter, among, held);
    }

    private static DeliveryStrands? ByMessage(ConsoleDbContext context, DeliveryFilter filter, IReadOnlyList<long> connections)
    {
        if (filter.MessageId is { } message)
        {
            var hash = SearchHash.Of(message);
            return new DeliveryStrands(
                [.. connections.Select(id => context.Deliveries.FromSql(
                    $"""SELECT * FROM "Deliveries" INDEXED BY "IX_Deliveries_Message" WHERE "ConnectionId" = {id} AND "MessageHash" = {hash}"""))],
                false);
        }

        return null;
    }

    private static DeliveryStrands? ByKey(ConsoleDbContext context, DeliveryFilter filter, SearchKey key, long oldBelow)
    {
        IReadOnlyList<IQueryable<Delivery>>? rows = filter switch
        {
            { Order: { } order } => ByOrder(context, key.Of(Lengths.Cut(order, Lengths.Key))),
            { Email: { } email } => ByEmail(context, key.OfEmail(email)),
            { User: { } user } => ByUser(context, key.Of(Lengths.Cut(user, Lengths.Key))),
            _ => null,
        };
        return rows is null ? null
            : oldBelow == 0 ? new DeliveryStrands(rows, false)
            : new DeliveryStrands([.. rows.Select(strand => strand.Where(d => d.Id >= oldBelow)), context.Deliveries.Where(d => d.Id < oldBelow)], false);
    }

    private static IReadOnlyList<IQueryable<Delivery>> ByOrder(ConsoleDbContext context, long hash) =>
        [context.Deliveries.FromSql($"""SELECT * FROM "Deliveries" INDEXED BY "IX_Deliveries_Order" WHERE "OrderHash" = {hash}""")];

    private static IReadOnlyList<IQueryable<Delivery>> ByEmail(ConsoleDbContext context, long? hash) =>
        [context.Deliveries.FromSql($"""SELECT * FROM "Deliveries" INDEXED BY "IX_Deliveries_Email" WHERE "EmailHash" = {hash}""")];

    /// <summary>The userId, or the anonymousId where there is no userId; and the anonymousId beside a userId.</summary>
    private static IReadOnlyList<IQueryable<Delivery>> ByUser(ConsoleDbContext context, long hash) =>
    [
        context.Deliveries.FromSql($"""SELECT * FROM "Deliveries" INDEXED BY "IX_Deliveries_User" WHERE "UserHash" = {hash}"""),
        context.Deliveries.FromSql(
            $"""SELECT * FROM "Deliveries" INDEXED BY "IX_Deliveries_Anonymous" WHERE "AnonymousHash" = {hash} AND "UserHash" <> {hash}"""),
    ];

    private static DeliveryStrands ByState(ConsoleDbContext context, DeliveryFilter filter, IReadOnlyList<long> connections, IReadOnlyList<long> held)
    {
        var isAll = filter is { State: null, Held: null, ConnectionId: null, Among: null };
        var states = filter switch
        {
            { Held: true } => [DeliveryState.Waiting],
            { State: DeliveryState.Waiting } => [DeliveryState.Waiting, DeliveryState.Sending],
            { State: { } state } => [state],
            _ => s_states,
        };
        if (isAll || connections.Count * states.Length > Most)
        {
            return new DeliveryStrands([context.Deliveries], isAll && !HasMore(filter));
        }

        var strands =
            from id in connections
            from state in states
            where state != DeliveryState.Waiting || filter.Held is null || filter.Held == held.Contains(id)
            select context.Deliveries.FromSql(
                $"""SELECT * FROM "Deliveries" INDEXED BY "IX_Deliveries_ConnectionState" WHERE "ConnectionId" = {id} AND "State" = {(int)state}""");
        return new DeliveryStrands([.. strands], !HasMore(filter));
    }

    /// <summary>Something that no index of states and connections answers.</summary>
    private static bool HasMore(DeliveryFilter filter) =>
        filter is not { Type: null, Event: null, Origin: null, Code: null, Since: null, Until: null };
}
