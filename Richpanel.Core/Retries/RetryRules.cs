using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Retries;

/// <summary>What a delivery is judged by when it shall be sent again.</summary>
internal readonly record struct RetryCandidate(DeliveryState State, FailureStage Stage, DateTimeOffset? DueAt, string? Cause, long? RetryBatchId)
{
    public static RetryCandidate Of(DeliveryRow row) => new(row.State, row.Stage, row.DueAt, row.Cause, row.RetryBatchId);

    public static RetryCandidate Of(Delivery row) => new(row.State, row.Stage, row.DueAt, row.Cause, row.RetryBatchId);
}

/// <summary>What may be sent again, and how it is marked: one place for one delivery and for many.</summary>
internal static class RetryRules
{
    /// <summary>Rows of one message id that are looked at: a sender may give one id to everything.</summary>
    public const int MostTwins = 100;

    /// <summary>A person may send this one again, whatever else is known of its event.</summary>
    public static bool MayRetryOne(Delivery delivery) =>
        delivery.Stage != FailureStage.Reading   // reading it again would end the same way
        && delivery.State is DeliveryState.Failed or DeliveryState.Canceled or DeliveryState.Accepted or DeliveryState.Waiting;

    /// <summary>Null: a bulk retry sends it again. Narrower than for one: nobody looks at each of them.</summary>
    public static RetryReason? WhyNoRetry(RetryCandidate row, DateTimeOffset now) => row.State switch
    {
        DeliveryState.Failed when row.Stage == FailureStage.Reading => RetryReasons.Reading,
        DeliveryState.Failed or DeliveryState.Canceled => null,
        DeliveryState.Waiting when row.RetryBatchId is not null => RetryReasons.InAnother,
        DeliveryState.Waiting => row.DueAt > now ? null : RetryReasons.OnItsWay,
        DeliveryState.Sending => RetryReasons.OnItsWay,
        DeliveryState.Accepted => RetryReasons.Accepted,
        _ => Ended(row),
    };

    /// <summary>Null: a replay makes a new delivery of it.</summary>
    /// <param name="neverAccepted">Only events that nothing was accepted of.</param>
    public static RetryReason? WhyNoReplay(RetryCandidate row, bool neverAccepted) => row.State switch
    {
        DeliveryState.Failed when row.Stage == FailureStage.Reading => RetryReasons.Reading,
        DeliveryState.Failed or DeliveryState.Canceled => null,
        DeliveryState.Waiting or DeliveryState.Sending => RetryReasons.OnItsWay,
        DeliveryState.Accepted => neverAccepted ? RetryReasons.Accepted : null,
        DeliveryState.Skipped when row.Cause is DeliveryDrafting.SourceDisabled or DeliveryDrafting.ConnectionDisabled => null,
        _ => Ended(row),
    };

    /// <summary>Waiting and due now, with a fresh schedule. One that was accepted may repeat, and says so.</summary>
    public static void MakeDue(Delivery delivery, bool asThen, DateTimeOffset now)
    {
        if (delivery.State == DeliveryState.Accepted)
        {
            delivery.Marks |= DeliveryMarks.MayHaveGoneOut;
        }

        if (delivery.State != DeliveryState.Waiting)
        {
            delivery.State = DeliveryState.Waiting;
            delivery.Stage = FailureStage.None;
            delivery.ScheduleStep = 0;
            delivery.EndedAt = null;
            delivery.RetryBatchId = null;   // an earlier bulk retry keeps the outcome it had
        }

        delivery.Marks = asThen ? delivery.Marks | DeliveryMarks.SendAsThen : delivery.Marks & ~DeliveryMarks.SendAsThen;
        MakeDueNow(delivery, now);
    }

    public static void MakeDueNow(Delivery delivery, DateTimeOffset now)
    {
        delivery.Marks = (delivery.Marks | DeliveryMarks.ManualRetry) & ~DeliveryMarks.BulkRetry;
        delivery.DueAt = delivery.DueAt < now ? delivery.DueAt : now;
    }

    /// <summary>
    /// The same messageId may be on its way in another row as well: a repeat that came in after the first had failed. Whichever
    /// of them goes out second may repeat, so both say so (promise 3).
    /// </summary>
    public static void MarkRepeats(ConsoleDbContext context, Delivery delivery)
    {
        var same = Twins(context, delivery).Where(other => other.State == DeliveryState.Accepted || other.State == DeliveryState.Waiting
            || other.State == DeliveryState.Sending || (other.Marks & DeliveryMarks.MayHaveGoneOut) != 0);
        if (!same.Any())
        {
            return;
        }

        // Only those that can still go out: of the others there may be very many, where a sender gives one id to everything.
        delivery.Marks |= DeliveryMarks.MayHaveGoneOut;
        foreach (var other in same.Where(other => other.State == DeliveryState.Waiting || other.State == DeliveryState.Sending).ToList())
        {
            other.Marks |= DeliveryMarks.MayHaveGoneOut;
        }
    }

    /// <summary>Another delivery of the event was accepted or is on its way.</summary>
    public static bool IsSentElsewhere(ConsoleDbContext context, Delivery delivery) =>
        Twins(context, delivery).OrderByDescending(other => other.Id).Take(MostTwins)
            .Any(other => other.State == DeliveryState.Accepted || other.State == DeliveryState.Waiting || other.State == DeliveryState.Sending);

    private static IQueryable<Delivery> Twins(ConsoleDbContext context, Delivery delivery) => context.Deliveries
        .Where(other => other.ConnectionId == delivery.ConnectionId && other.MessageHash == delivery.MessageHash
            && other.MessageId == delivery.MessageId && other.Id != delivery.Id);

    private static RetryReason Ended(RetryCandidate row) => row.State switch
    {
        DeliveryState.Settled => RetryReasons.Settled,
        DeliveryState.Purged => RetryReasons.Purged,
        _ => RetryReasons.NotMeant,
    };
}
