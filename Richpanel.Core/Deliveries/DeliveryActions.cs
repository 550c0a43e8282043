using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Ledger;
using Richpanel.Core.Retries;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>What became of a person's wish about one delivery.</summary>
/// <param name="Done">False: the state no longer allows it (409 over the API).</param>
/// <param name="State">The state now; null when there is no such delivery.</param>
public sealed record ActionOutcome(bool Done, DeliveryState? State)
{
    /// <summary>Not done because the connection's settings are not those that whoever asked had seen.</summary>
    public bool SettingsChanged { get; init; }
}

/// <summary>
/// Retry, cancel and try-now of one delivery: one method, one commit, in which the state is checked. Repeating a click is harmless.
/// </summary>
public sealed class DeliveryActions(
    StoreWriter writer,
    IDbContextFactory<ConsoleDbContext> contexts,
    DeliverySignal signal,
    DeliveryPulse pulse,
    ChangeWriting log,
    ChangeFeed changes,
    TimeProvider time)
{
    /// <summary>
    /// Makes a Failed, Canceled or Accepted delivery Waiting and due now, with a fresh schedule; a Waiting one due now.
    /// <paramref name="asThen"/> resends the kept mapped call (refused when there is none), else the call is mapped again with
    /// today's options. One that was accepted may repeat, and says so.
    /// </summary>
    /// <param name="attemptsSeen">
    /// Attempts the person saw when deciding: with more by now the wish is refused, so that a second click never sends twice.
    /// </param>
    /// <param name="versionSeen">
    /// Version of the connection's settings that what would be sent was shown with: with another one the wish is refused.
    /// </param>
    public Task<ActionOutcome> RetryAsync(Actor by, long id, bool asThen, CancellationToken ct, int? attemptsSeen = null, int? versionSeen = null) => ChangeAsync(
        by,
        id,
        new Change(ChangeCatalog.DeliveryRetried) { Fields = [new FieldChange("as", null, asThen ? "then" : "now")] },
        (context, delivery) =>
        {
            if (!RetryRules.MayRetryOne(delivery)
                || (attemptsSeen is { } seen && seen != delivery.AttemptCount)
                || (asThen && !context.MappedCalls.Any(call => call.DeliveryId == id)))
            {
                return false;
            }

            RetryRules.MakeDue(delivery, asThen, time.GetUtcNow());
            RetryRules.MarkRepeats(context, delivery);
            return true;
        },
        ct,
        versionSeen);

    /// <summary>A Waiting delivery is never sent; one that is canceled already stays so.</summary>
    public Task<ActionOutcome> CancelAsync(Actor by, long id, CancellationToken ct) => ChangeAsync(
        by,
        id,
        new Change(ChangeCatalog.DeliveryCanceled),
        (_, delivery) =>
        {
            if (delivery.State == DeliveryState.Waiting)
            {
                RetryRules.Cancel(delivery, time.GetUtcNow());
            }

            return delivery.State == DeliveryState.Canceled;
        },
        ct);

    /// <summary>A Waiting delivery is due now; this try spends none of its schedule.</summary>
    public Task<ActionOutcome> TryNowAsync(Actor by, long id, CancellationToken ct) => ChangeAsync(
        by,
        id,
        new Change(ChangeCatalog.DeliveryHurried),
        (_, delivery) =>
        {
            if (delivery.State != DeliveryState.Waiting)
            {
                return false;
            }

            RetryRules.MakeDueNow(delivery, time.GetUtcNow());
            return true;
        },
        ct);

    /// <summary>
    /// Ends when the delivery has left Waiting and Sending, or has one more attempt than <paramref name="attemptsBefore"/>, or
    /// <paramref name="atMost"/> has passed; gives the row as it then is, null when there is none.
    /// </summary>
    public async Task<Delivery?> WaitForOutcomeAsync(long id, int attemptsBefore, TimeSpan atMost, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        while (true)
        {
            var next = pulse.Next;
            var delivery = await FindAsync(id, ct);
            if (delivery is null || timeout.IsCancellationRequested || HasOutcome(delivery, attemptsBefore))
            {
                return delivery;
            }

            try
            {
                await next.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!ct.IsCancellationRequested)
            {
                // Time is up: one last look.
            }
        }
    }

    private static bool HasOutcome(Delivery delivery, int attemptsBefore) =>
        delivery.State is not (DeliveryState.Waiting or DeliveryState.Sending) || delivery.AttemptCount > attemptsBefore;

    private async Task<Delivery?> FindAsync(long id, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.Deliveries.SingleOrDefaultAsync(delivery => delivery.Id == id, ct);
    }

    private async Task<ActionOutcome> ChangeAsync(
        Actor by, long id, Change wish, Func<ConsoleDbContext, Delivery, bool> change, CancellationToken ct, int? versionSeen = null)
    {
        by.Demand(Permission.ActOnOne);
        ct.ThrowIfCancellationRequested();
        var outcome = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            if (context.Deliveries.SingleOrDefault(delivery => delivery.Id == id) is not { } delivery)
            {
                return new ActionOutcome(false, null);
            }

            var connection = context.Connections.AsNoTracking().Single(connection => connection.Id == delivery.ConnectionId);
            by.Demand(Permission.ActOnOne, connection);
            if (connection.DeletedAt is not null && wish.Action != ChangeCatalog.DeliveryCanceled)
            {
                return new ActionOutcome(false, delivery.State);   // there is nowhere to send it
            }

            if (versionSeen is { } seen && seen != connection.Version)
            {
                return new ActionOutcome(false, delivery.State) { SettingsChanged = true };
            }

            var before = LedgerPlace.Of(delivery);
            var dueBefore = delivery.DueAt;
            var done = change(context, delivery);
            if (done)
            {
                if (wish.Action != ChangeCatalog.DeliveryCanceled || before.State != DeliveryState.Canceled)   // canceling twice is one cancel
                {
                    log.Append(context, by, wish with
                    {
                        ObjectId = PublicId.Delivery(id),
                        ObjectName = delivery.EventName,
                        Fields = [.. FieldChange.Between(("state", before.State, delivery.State), ("dueAt", dueBefore, delivery.DueAt)), .. wish.Fields],
                    });
                }

                context.SaveChanges();
                session.Ledger.Moved(before, LedgerPlace.Of(delivery));
            }

            return new ActionOutcome(done, delivery.State);
        });
        if (outcome.Done)
        {
            signal.Raise();
            pulse.Beat();
            changes.Raise();
        }

        return outcome;
    }
}
