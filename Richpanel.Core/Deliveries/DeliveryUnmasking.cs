using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Privacy;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>What became of the wish to see one delivery's personal data.</summary>
public abstract record UnmaskOutcome
{
    private UnmaskOutcome()
    {
    }

    /// <summary>It is written down; this is the delivery in clear.</summary>
    /// <param name="Sight">For reading the same delivery again while the same page shows it. Nothing else gets it.</param>
    public sealed record Shown(DeliveryDetail Detail, Sight Sight) : UnmaskOutcome;

    public sealed record NoReason : UnmaskOutcome;

    /// <summary>There is no such delivery.</summary>
    public sealed record Missing : UnmaskOutcome;
}

/// <summary>Shows one delivery in clear to who may ask for it, after the reason stands in the change log, never before.</summary>
public sealed class DeliveryUnmasking(StoreWriter writer, DeliveryQueries queries, ChangeWriting log)
{
    public const string ReasonNeeded = "Say why you need to see it, in at least 5 characters. The reason is kept in the change log.";

    public async Task<UnmaskOutcome> UnmaskAsync(Actor by, long id, string? reason, CancellationToken ct)
    {
        by.Demand(Permission.Unmask);
        if (reason?.Trim() is not { Length: >= Lengths.LeastReason } why)
        {
            return new UnmaskOutcome.NoReason();
        }

        var written = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            if (context.Deliveries.SingleOrDefault(delivery => delivery.Id == id) is not { } delivery)
            {
                return false;
            }

            by.Demand(Permission.Unmask, context.Connections.AsNoTracking().Single(connection => connection.Id == delivery.ConnectionId));
            log.Append(context, by, new Change(ChangeCatalog.DeliveryUnmasked, PublicId.Delivery(id), delivery.EventName) { Reason = why });
            context.SaveChanges();
            return true;
        });
        var sight = Sight.OfOne(id);
        return written && await queries.FindAsync(sight, id, ct) is { } detail ? new UnmaskOutcome.Shown(detail, sight) : new UnmaskOutcome.Missing();
    }
}
