using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Retries;

/// <summary>What a delivery is judged by when it shall be sent again.</summary>
internal readonly record struct RetryCandidate(DeliveryState State, FailureStage Stage, DeliveryMarks Marks, DateTimeOffset? DueAt, string? Cause)
{
    public static RetryCandidate Of(DeliveryRow row) => new(row.State, row.Stage, row.Marks, row.DueAt, row.Cause);

    public static RetryCandidate Of(Delivery row) => new(row.State, row.Stage, row.Marks, row.DueAt, row.Cause);
}

/// <summary>What the other deliveries of the same event are about: flags, also in <see cref="RetrySql.Twins"/>.</summary>
[Flags]
internal enum RetryTwins
{
    None = 0,

    /// <summary>One was accepted.</summary>
    Accepted = 1,

    /// <summary>One waits or is being sent.</summary>
    OnTheirWay = 2,

    /// <summary>One may have reached the other side, whatever became of it.</summary>
    MayHaveGoneOut = 4,
}

/// <summary>What may be sent again or canceled, and how it is marked: one place for one delivery and for many.</summary>
internal static class RetryRules
{
    /// <summary>Rows of one message id that are looked at: a sender may give one id to everything.</summary>
    public const int MostTwins = 100;

    /// <summary>A person may send this one again, whatever else is known of its event.</summary>
    public static bool MayRetryOne(Delivery delivery) =>
        delivery.Stage != FailureStage.Reading   // reading it again would end the same way
        && !delivery.Marks.HasFlag(DeliveryMarks.ContentRemoved)
        && delivery.State is DeliveryState.Failed or DeliveryState.Canceled or DeliveryState.Accepted or DeliveryState.Waiting;

    /// <summary>Null: a bulk retry sends it again. Narrower than for one: nobody looks at each of them.</summary>
    public static RetryReason? WhyNoRetry(RetryCandidate row, DateTimeOffset now) => row.State switch
    {
        _ when row.Marks.HasFlag(DeliveryMarks.ContentRemoved) => RetryReasons.Purged,
        DeliveryState.Failed when row.Stage == FailureStage.Reading => RetryReasons.Reading,
        DeliveryState.Failed or DeliveryState.Canceled => null,
        DeliveryState.Waiting when row.Marks.HasFlag(DeliveryMarks.BulkRetry) => RetryReasons.InAnother,   // its try is still to come
        DeliveryState.Waiting => row.DueAt > now ? null : RetryReasons.OnItsWay,
        DeliveryState.Sending => RetryReasons.OnItsWay,
        DeliveryState.Accepted => RetryReasons.Accepted,
        _ => Ended(row),
    };

    /// <summary>Null: a replay makes a new delivery of it.</summary>
    /// <param name="neverAccepted">Only events that nothing was accepted of.</param>
    public static RetryReason? WhyNoReplay(RetryCandidate row, bool neverAccepted) => row.State switch
    {
        _ when row.Marks.HasFlag(DeliveryMarks.ContentRemoved) => RetryReasons.Purged,
        DeliveryState.Failed when row.Stage == FailureStage.Reading => RetryReasons.Reading,
        DeliveryState.Failed or DeliveryState.Canceled => null,
        DeliveryState.Waiting or DeliveryState.Sending => RetryReasons.OnItsWay,
        DeliveryState.Accepted => neverAccepted ? RetryReasons.Accepted : null,
        DeliveryState.Skipped when row.Cause is DeliveryDrafting.SourceDisabled or DeliveryDrafting.ConnectionDisabled => null,
        _ => Ended(row),
    };

    /// <summary>Null: a bulk cancel takes it. What waits for its try in a bulk retry is no exception: whoever cancels means all that waits.</summary>
    public static RetryReason? WhyNoCancel(DeliveryState state) => state switch
    {
        DeliveryState.Waiting => null,
        DeliveryState.Sending => RetryReasons.Sending,
        _ => RetryReasons.Ended,
    };

    /// <summary>What waits is never sent, unless somebody sends it again later.</summary>
    public static void Cancel(Delivery delivery, DateTimeOffset now)
    {
        delivery.State = DeliveryState.Canceled;
        delivery.Marks &= ~DeliveryMarks.BulkRetry;
        (delivery.DueAt, delivery.ClaimedUntil, delivery.EndedAt) = (null, null, now);
    }

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
    /// Null: other deliveries of the event are no reason against it. A plain replay is asked for to repeat what was accepted, but not what is
    /// on its way anyway, such as the copies of a replay before.
    /// </summary>
    public static RetryReason? WhyNotBeside(RetryTwins twins, RetryKind kind, bool neverAccepted) => kind == RetryKind.Replay && !neverAccepted
        ? (twins & RetryTwins.OnTheirWay) != 0 ? RetryReasons.SendingElsewhere : null
        : (twins & (RetryTwins.OnTheirWay | RetryTwins.Accepted)) != 0 ? RetryReasons.SentElsewhere : null;

    /// <summary>
    /// The same messageId may be on its way in another row as well: a repeat that came in after the first had failed. Whichever
    /// of them goes out second may repeat, so both say so (promise 3).
    /// </summary>
    public static void MarkRepeats(ConsoleDbContext context, Delivery delivery)
    {
        if (TwinsOf(context, delivery) == RetryTwins.None)
        {
            return;
        }

        delivery.Marks |= DeliveryMarks.MayHaveGoneOut;
        foreach (var other in Others(context, delivery).Where(other => other.State == DeliveryState.Waiting || other.State == DeliveryState.Sending).ToList())
        {
            other.Marks |= DeliveryMarks.MayHaveGoneOut;   // of those that have ended, the mark would tell nobody anything
        }
    }

    public static RetryTwins TwinsOf(ConsoleDbContext context, Delivery delivery) => Others(context, delivery)
        .Select(other => new { other.State, other.Marks }).AsEnumerable()
        .Aggregate(RetryTwins.None, (twins, other) => twins
            | (other.State == DeliveryState.Accepted ? RetryTwins.Accepted : other.State is DeliveryState.Waiting or DeliveryState.Sending ? RetryTwins.OnTheirWay : RetryTwins.None)
            | (other.Marks.HasFlag(DeliveryMarks.MayHaveGoneOut) ? RetryTwins.MayHaveGoneOut : RetryTwins.None));

    /// <summary>The newest with its message id. Bounded before anything else is asked, as in <see cref="RetrySql.Twins"/>: this runs inside the writer.</summary>
    private static IQueryable<Delivery> Others(ConsoleDbContext context, Delivery delivery) => context.Deliveries
        .Where(other => other.ConnectionId == delivery.ConnectionId && other.MessageHash == delivery.MessageHash)
        .OrderByDescending(other => other.Id).Take(MostTwins)
        .Where(other => other.MessageId == delivery.MessageId && other.Id != delivery.Id);

    private static RetryReason Ended(RetryCandidate row) => row.State switch
    {
        DeliveryState.Settled => RetryReasons.Settled,
        DeliveryState.Purged => RetryReasons.Purged,
        _ => RetryReasons.NotMeant,
    };
}
