using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Retention;

/// <summary>What became of a pin.</summary>
/// <param name="Found">False: there is no such delivery.</param>
/// <param name="Fault">What to do; null when it was done.</param>
public sealed record PinOutcome(bool Found, string? Fault);

/// <summary>Keeps single deliveries, whatever their age, for a reason.</summary>
public sealed class PinStore(StoreWriter writer, ChangeWriting log, ChangeFeed changes, TimeProvider time)
{
    public const string ReasonNeeded = "Say why it must stay, in at least 5 characters. The reason is shown with it and kept in the change log.";

    /// <summary>Pins it, or gives a pinned one this reason.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public Task<PinOutcome> PinAsync(Actor by, long deliveryId, string? reason) => reason?.Trim() is { Length: >= Lengths.LeastReason } why
        ? ChangeAsync(by, deliveryId, (context, delivery) =>
        {
            var said = Lengths.Cut(log.Scrubbed(why), Lengths.Reason)!;
            if (context.Pins.Find(deliveryId) is { } pin)
            {
                (pin.Reason, pin.By, pin.At) = (said, Lengths.Cut(by.Name, Lengths.Name)!, time.GetUtcNow());
            }
            else
            {
                context.Pins.Add(new Pin { DeliveryId = deliveryId, Reason = said, By = Lengths.Cut(by.Name, Lengths.Name)!, At = time.GetUtcNow() });
            }

            log.Append(context, by, new Change(ChangeCatalog.DeliveryPinned, PublicId.Delivery(deliveryId), delivery.EventName) { Reason = why });
        })
        : RefuseAsync(by);

    /// <summary>From the next round on its age counts again. One that is not pinned stays so.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public Task<PinOutcome> UnpinAsync(Actor by, long deliveryId) => ChangeAsync(by, deliveryId, (context, delivery) =>
    {
        if (context.Pins.Find(deliveryId) is { } pin)
        {
            context.Pins.Remove(pin);
            log.Append(context, by, new Change(ChangeCatalog.DeliveryUnpinned, PublicId.Delivery(deliveryId), delivery.EventName));
        }
    });

    private static Task<PinOutcome> RefuseAsync(Actor by)
    {
        by.Demand(Permission.Pin);
        return Task.FromResult(new PinOutcome(true, ReasonNeeded));
    }

    private async Task<PinOutcome> ChangeAsync(Actor by, long deliveryId, Action<ConsoleDbContext, Delivery> change)
    {
        by.Demand(Permission.Pin);
        var outcome = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            if (context.Deliveries.AsNoTracking().SingleOrDefault(delivery => delivery.Id == deliveryId) is not { } delivery)
            {
                return new PinOutcome(false, "There is no such delivery any more.");
            }

            by.Demand(Permission.Pin, context.Connections.AsNoTracking().Single(connection => connection.Id == delivery.ConnectionId));
            change(context, delivery);
            context.SaveChanges();
            return new PinOutcome(true, null);
        });
        changes.Raise();
        return outcome;
    }
}
