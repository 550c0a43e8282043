using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Ledger;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Retries;

/// <summary>What one piece did.</summary>
/// <param name="Sent">Ids of the deliveries made due, each with its connection.</param>
/// <param name="Looked">Items that were taken, those left alone included; 0 = none was left of these connections.</param>
internal sealed record RetryPiece(IReadOnlyList<(long Delivery, long Connection)> Sent, int Looked)
{
    public static RetryPiece None { get; } = new([], 0);
}

/// <summary>What one piece of a cancel did.</summary>
/// <param name="Handled">Items canceled or left alone.</param>
/// <param name="Last">Id of the last item that was looked at, where the next piece goes on; 0 = there was none.</param>
internal readonly record struct CancelPiece(int Handled, long Last);

/// <summary>
/// The pacer's writes. An item leaves its plan in the same commit in which its delivery becomes Waiting, so that whatever stops the product
/// in between, none goes out twice and none is forgotten.
/// </summary>
internal sealed class RetryQueue(StoreWriter writer, ConnectionDirectory directory, ChangeWriting log, TimeProvider time)
{
    /// <summary>Items of one piece of work: about ten milliseconds, because a sender may wait behind it.</summary>
    public const int Piece = 10;

    /// <summary>Items that are canceled at once: nothing is looked up for each.</summary>
    public const int CancelAtOnce = 100;

    /// <summary>Items that are left alone at once, where that is one statement.</summary>
    public const int SkipPiece = 2_000;

    /// <summary>Makes the next deliveries of one connection due, at most <see cref="Piece"/>. Does nothing when the batch was stopped meanwhile.</summary>
    public Task<RetryPiece> QueueAsync(long batchId, long connectionId, int atMost) => writer.WriteAsync(session =>
    {
        using var context = session.Context();
        var batch = context.RetryBatches.Single(batch => batch.Id == batchId);
        if (!batch.IsActive)
        {
            return RetryPiece.None;
        }

        var items = Next(session, batchId, connectionId, Math.Min(atMost, Piece));
        List<(long, long)> sent = [];
        foreach (var item in items)
        {
            var reason = Send(session, context, batch, item, out var id);
            Mark(session, batch, item, reason, id == item.Delivery ? null : id);
            if (reason is null)
            {
                sent.Add((id!.Value, connectionId));
            }
        }

        if (!batch.CanaryPassed)
        {
            batch.Canary = JsonSerializer.Serialize<IEnumerable<long>>([.. CanaryOf(batch), .. sent.Select(one => one.Item1)]);
        }

        context.SaveChanges();
        return new RetryPiece(sent, items.Count);
    });

    /// <summary>
    /// Cancels the next of one connection after an item, at most <see cref="CancelAtOnce"/>: those that still wait. What is being sent at that
    /// moment stays planned: it is looked at again once its try has ended. Does nothing when the batch was stopped meanwhile.
    /// </summary>
    public Task<CancelPiece> CancelAsync(long batchId, long connectionId, long after) => writer.WriteAsync(session =>
    {
        using var context = session.Context();
        var batch = context.RetryBatches.Single(batch => batch.Id == batchId);
        if (!batch.IsActive)
        {
            return default(CancelPiece);
        }

        var items = Next(session, batchId, connectionId, CancelAtOnce, after);
        var ids = items.ConvertAll(item => item.Delivery);
        var there = context.Deliveries
            .Where(delivery => ids.Contains(delivery.Id) && (delivery.State == DeliveryState.Waiting || delivery.State == DeliveryState.Sending)).ToDictionary(delivery => delivery.Id);
        List<(LedgerPlace Before, Delivery Delivery)> canceled = [];
        var handled = 0;
        foreach (var item in items)
        {
            if (!there.TryGetValue(item.Delivery, out var delivery))
            {
                Mark(session, batch, item, RetryReasons.Changed, null);
                handled++;
            }
            else if (delivery.State == DeliveryState.Waiting)
            {
                canceled.Add((LedgerPlace.Of(delivery), delivery));
                RetryRules.Cancel(delivery, time.GetUtcNow());
                delivery.RetryBatchId = batch.Id;
                Mark(session, batch, item, null, null);
                handled++;
            }
        }

        context.SaveChanges();
        foreach (var (before, delivery) in canceled)
        {
            session.Ledger.Moved(before, LedgerPlace.Of(delivery));
        }

        return new CancelPiece(handled, items.Count == 0 ? 0 : items[^1].Delivery);
    });

    /// <summary>Leaves the next of a deleted connection alone, at most <see cref="SkipPiece"/>: all for the same reason, so none is looked at.</summary>
    public Task<RetryPiece> SkipDeletedAsync(long batchId, long connectionId) => writer.WriteAsync(session =>
    {
        using var context = session.Context();
        var batch = context.RetryBatches.Single(batch => batch.Id == batchId);
        if (!batch.IsActive)
        {
            return RetryPiece.None;
        }

        var reason = RetryReasons.ConnectionDeleted.Code;
        var skipped = DispatchStore.Set(session.Command(RetrySql.SkipNext, "$r", "$b", "$c", "$n"), reason, batchId, connectionId, SkipPiece).ExecuteNonQuery();
        if (skipped > 0)
        {
            batch.Skipped += skipped;
            DispatchStore.Set(session.Command(RetrySql.CountSkip, "$b", "$k", "$n"), batchId, reason, skipped).ExecuteNonQuery();
            context.SaveChanges();
        }

        return new RetryPiece([], skipped);
    });

    /// <summary>
    /// When the whole canary had a first try: goes on, or stops and asks. What waits for its next try counts as not accepted: that is what a
    /// canary is to show. Gives back whether the batch changed.
    /// </summary>
    public Task<bool> JudgeCanaryAsync(long batchId) => writer.WriteAsync(session =>
    {
        using var context = session.Context();
        var batch = context.RetryBatches.Single(batch => batch.Id == batchId);
        var ids = CanaryOf(batch);
        if (batch.State != RetryState.Canary || (ids.Count < batch.CanarySize && IsAnyPlanned(session, batchId)))
        {
            return false;
        }

        var rows = context.Deliveries.AsNoTracking().Where(delivery => ids.Contains(delivery.Id)).Select(delivery => new { delivery.State, delivery.Marks }).ToList();
        if (rows.Any(row => IsUntried(row.State, row.Marks)))
        {
            return false;
        }

        // Who is gone meanwhile was not seen accepted: what was erased proves nothing.
        var not = ids.Count - rows.Count(row => row.State == DeliveryState.Accepted);
        batch.CanaryNotAccepted = not;
        if (not * 100 > batch.StopPercent * ids.Count && IsAnyPlanned(session, batchId))
        {
            (batch.State, batch.StateSince) = (RetryState.Asking, time.GetUtcNow());
            log.Append(context, Actor.System, RetryLines.Of(ChangeCatalog.RetryAsked, batch, RetryState.Canary));
        }
        else
        {
            (batch.State, batch.StateSince, batch.CanaryPassed) = (RetryState.Running, time.GetUtcNow(), true);
        }

        context.SaveChanges();
        return true;
    });

    /// <summary>Ends the batch when nothing of it is left to send and nothing waits any more.</summary>
    public Task<bool> FinishAsync(long batchId) => writer.WriteAsync(session =>
    {
        using var context = session.Context();
        var batch = context.RetryBatches.Single(batch => batch.Id == batchId);
        if (batch.State != RetryState.Running || IsAnyPlanned(session, batchId)
            || context.RetryCounts.Any(count => count.BatchId == batchId && count.State == DeliveryState.Waiting && count.Count > 0))
        {
            return false;
        }

        (batch.State, batch.StateSince, batch.EndedAt) = (RetryState.Finished, time.GetUtcNow(), time.GetUtcNow());
        log.Append(context, Actor.System, RetryLines.Of(ChangeCatalog.RetryFinished, batch, RetryState.Running));
        context.SaveChanges();
        return true;
    });

    /// <summary>Made due by a bulk retry, and its try has not ended yet.</summary>
    public static bool IsUntried(DeliveryState state, DeliveryMarks marks) =>
        state is DeliveryState.Waiting or DeliveryState.Sending && marks.HasFlag(DeliveryMarks.BulkRetry);

    public static IReadOnlyList<long> CanaryOf(RetryBatch batch) => JsonSerializer.Deserialize<List<long>>(batch.Canary) ?? [];

    private RetryReason? Send(WriteSession session, ConsoleDbContext context, RetryBatch batch, Item item, out long? id)
    {
        id = null;
        var now = time.GetUtcNow();
        if (context.Deliveries.SingleOrDefault(delivery => delivery.Id == item.Delivery) is not { } delivery
            || delivery.State != item.SeenState || delivery.AttemptCount != item.SeenAttempts)
        {
            return RetryReasons.Changed;
        }

        if (directory.Find(delivery.ConnectionId) is not { DeletedAt: null })
        {
            return RetryReasons.ConnectionDeleted;
        }

        var candidate = RetryCandidate.Of(delivery);
        if ((batch.Kind == RetryKind.Retry ? RetryRules.WhyNoRetry(candidate, now) : RetryRules.WhyNoReplay(candidate, batch.NeverAccepted)) is { } reason)
        {
            return reason;
        }

        if (RetryRules.WhyNotBeside(RetryRules.TwinsOf(context, delivery), batch.Kind, batch.NeverAccepted) is { } beside)
        {
            return beside;
        }

        id = batch.Kind == RetryKind.Retry ? Retry(session, context, batch, delivery, now) : Replay(session, context, batch, delivery, now);
        return null;
    }

    private static long Retry(WriteSession session, ConsoleDbContext context, RetryBatch batch, Delivery delivery, DateTimeOffset now)
    {
        var before = LedgerPlace.Of(delivery);
        RetryRules.MakeDue(delivery, batch.AsThen, now);
        RetryRules.MarkRepeats(context, delivery);
        Join(delivery, batch);
        context.SaveChanges();
        session.Ledger.Moved(before, LedgerPlace.Of(delivery));
        return delivery.Id;
    }

    /// <summary>A new row of the same event: same bytes, same messageId, so that the other side gets the same eventId.</summary>
    private static long Replay(WriteSession session, ConsoleDbContext context, RetryBatch batch, Delivery first, DateTimeOffset now)
    {
        var copy = new Delivery
        {
            ConnectionId = first.ConnectionId,
            SourceId = first.SourceId,
            RequestId = first.RequestId,
            BodyOffset = first.BodyOffset,
            BodyLength = first.BodyLength,
            Origin = Origin.Replay,
            State = DeliveryState.Waiting,
            Marks = (first.Marks & DeliveryMarks.MayHaveGoneOut) | DeliveryMarks.ManualRetry,
            Type = first.Type,
            EventName = first.EventName,
            MessageId = first.MessageId,
            UserId = first.UserId,
            AnonymousId = first.AnonymousId,
            Email = first.Email,
            OrderId = first.OrderId,
            UserHash = first.UserHash,
            AnonymousHash = first.AnonymousHash,
            EmailHash = first.EmailHash,
            OrderHash = first.OrderHash,
            MessageHash = first.MessageHash,
            Lane = first.Lane,
            ReceivedAt = now,   // ids and times of receipt grow together
            OccurredAt = first.OccurredAt,
            DueAt = now,
            CopyOf = first.Origin == Origin.Replay && first.CopyOf is { } replayed ? replayed : first.Id,   // also of a replay: to the one that it replays
        };
        RetryRules.MarkRepeats(context, copy);
        Join(copy, batch);
        context.Deliveries.Add(copy);
        context.SaveChanges();
        if (batch.AsThen && context.MappedCalls.AsNoTracking().Where(call => call.DeliveryId == first.Id).OrderByDescending(call => call.Id).FirstOrDefault() is { } kept)
        {
            copy.Marks |= DeliveryMarks.SendAsThen;
            kept.Id = 0;
            kept.DeliveryId = copy.Id;
            context.MappedCalls.Add(kept);
            context.SaveChanges();
        }

        session.Ledger.Created(LedgerPlace.Of(copy));
        return copy.Id;
    }

    private static void Join(Delivery delivery, RetryBatch batch)
    {
        delivery.Marks |= DeliveryMarks.BulkRetry;
        delivery.RetryBatchId = batch.Id;
    }

    /// <summary>The item leaves its plan.</summary>
    /// <param name="reason">Why it was left alone; null when it was not.</param>
    /// <param name="copy">The new delivery of a replay.</param>
    private static void Mark(WriteSession session, RetryBatch batch, Item item, RetryReason? reason, long? copy)
    {
        DispatchStore.Set(
            session.Command(RetrySql.MarkItem, "$s", "$d", "$r", "$b", "$id"),
            (int)(reason is null ? RetryItemState.Queued : RetryItemState.Skipped), copy, reason?.Code, batch.Id, item.Delivery).ExecuteNonQuery();
        if (reason is null)
        {
            batch.Queued++;
        }
        else
        {
            batch.Skipped++;
            DispatchStore.Set(session.Command(RetrySql.CountSkip, "$b", "$k", "$n"), batch.Id, reason.Code, 1).ExecuteNonQuery();
        }
    }

    private static bool IsAnyPlanned(WriteSession session, long batchId) =>
        DispatchStore.Set(session.Command(RetrySql.IsAnyPlanned, "$b"), batchId).ExecuteScalar() is 1L;

    /// <param name="after">An item that was looked at before; 0 = from the first.</param>
    private static List<Item> Next(WriteSession session, long batchId, long connectionId, int atMost, long after = 0)
    {
        List<Item> items = [];
        using var reader = DispatchStore.Set(session.Command(RetrySql.NextItems, "$b", "$c", "$n", "$a"), batchId, connectionId, atMost, after).ExecuteReader();
        while (reader.Read())
        {
            items.Add(new Item(reader.GetInt64(0), (DeliveryState)reader.GetInt32(1), reader.GetInt32(2)));
        }

        return items;
    }

    private readonly record struct Item(long Delivery, DeliveryState SeenState, int SeenAttempts);
}
