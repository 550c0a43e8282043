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
    public static DeliveryStrands Of(ConsoleDbContext context, DeliveryFilter filter, IReadOnlyList<long> connections, IReadOnlyList<long> held)
    {
        var among = filter.ConnectionId is { } one ? connections.Where(id => id == one).ToList() : connections;
        return ByKey(context, filter, among) ?? ByState(context, filter, among, held);
    }

    private static DeliveryStrands? ByKey(ConsoleDbContext context, DeliveryFilter filter, IReadOnlyList<long> connections)
    {
        if (filter.MessageId is { } message)
        {
            var hash = SearchHash.Of(message);
            return new DeliveryStrands(
                [.. connections.Select(id => context.Deliveries.FromSql(
                    $"""SELECT * FROM "Deliveries" INDEXED BY "IX_Deliveries_Message" WHERE "ConnectionId" = {id} AND "MessageHash" = {hash}"""))],
                false);
        }

        if (filter.Order is { } order)
        {
            var hash = SearchHash.Of(Lengths.Cut(order, Lengths.Key)!);
            return new DeliveryStrands(
                [context.Deliveries.FromSql($"""SELECT * FROM "Deliveries" INDEXED BY "IX_Deliveries_Order" WHERE "OrderHash" = {hash}""")], false);
        }

        if (filter.Email is { } email)
        {
            var hash = SearchHash.OfEmail(email);
            return new DeliveryStrands(
                [context.Deliveries.FromSql($"""SELECT * FROM "Deliveries" INDEXED BY "IX_Deliveries_Email" WHERE "EmailHash" = {hash}""")], false);
        }

        return filter.User is { } user ? ByUser(context, SearchHash.Of(Lengths.Cut(user, Lengths.Key)!)) : null;
    }

    /// <summary>The userId, or the anonymousId where there is no userId; and the anonymousId beside a userId.</summary>
    private static DeliveryStrands ByUser(ConsoleDbContext context, long hash) => new(
        [
            context.Deliveries.FromSql($"""SELECT * FROM "Deliveries" INDEXED BY "IX_Deliveries_User" WHERE "UserHash" = {hash}"""),
            context.Deliveries.FromSql(
                $"""SELECT * FROM "Deliveries" INDEXED BY "IX_Deliveries_Anonymous" WHERE "AnonymousHash" = {hash} AND "UserHash" <> {hash}"""),
        ],
        false);

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
