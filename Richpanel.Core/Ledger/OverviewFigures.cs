namespace Richpanel.Core.Ledger;

/// <summary>Everything the overview says of a span, by time of receipt, as of one commit.</summary>
/// <param name="Now">Health of the span, without the lab's own; <paramref name="Before"/>: of the equal span before it.</param>
/// <param name="Bars">For the chart, oldest first, without the lab's own.</param>
/// <param name="Funnel">Everything received in it, the lab's own included.</param>
/// <param name="Causes">Most frequent first.</param>
/// <param name="Events">Most failures first, then most calls.</param>
/// <param name="Statuses">Most frequent first.</param>
public sealed record OverviewFigures(
    OverviewRange Range,
    OverviewTotals Now,
    OverviewTotals Before,
    IReadOnlyList<OverviewBar> Bars,
    OverviewFunnel Funnel,
    IReadOnlyList<CauseLine> Causes,
    IReadOnlyList<EventLine> Events,
    IReadOnlyList<StatusLine> Statuses,
    OldestWaiting? Oldest)
{
    /// <summary>All that <see cref="Statuses"/> are shares of; it names only the most frequent.</summary>
    public long Answered { get; init; }

    /// <summary>Requests refused at the door, by cause, most frequent first: together <see cref="OverviewFunnel.Rejected"/>. Empty where that is null.</summary>
    public IReadOnlyList<RefusalLine> Refusals { get; init; } = [];
}

public sealed record RefusalLine(string Cause, long Count);

/// <param name="Waiting">With Sending and Held.</param>
/// <param name="P95">From receipt to acceptance; null when nothing was accepted. Right to within a fifth.</param>
public sealed record OverviewTotals(long FirstTry, long OnRetry, long Waiting, long Failed, TimeSpan? P95)
{
    public long All => FirstTry + OnRetry + Waiting + Failed;
}

public sealed record OverviewBar(DateTimeOffset Start, DateTimeOffset End, long FirstTry, long OnRetry, long Waiting, long Failed)
{
    public long All => FirstTry + OnRetry + Waiting + Failed;
}

/// <summary>From the request to where its calls are now.</summary>
/// <param name="Rejected">Refused at the door; null for whoever may not see every connection, as a refused request belongs to none for certain.</param>
public sealed record OverviewFunnel(
    long LetIn, long? Rejected, long Skipped, long FirstTry, long OnRetry, long Waiting, long Held, long Failed, long Canceled, long Settled, long Purged)
{
    public long Created => Skipped + Accepted + Waiting + Held + Failed + Canceled + Settled + Purged;

    public long Accepted => FirstTry + OnRetry;
}

/// <summary>Why deliveries failed, or wait for another try.</summary>
/// <param name="Spark">By bar of the chart.</param>
/// <param name="LastSeen">End of the newest unit in which one was received.</param>
public sealed record CauseLine(string Code, long Count, IReadOnlyList<long> Spark, DateTimeOffset LastSeen);

/// <param name="Name">Empty when the calls have none.</param>
/// <param name="All">Without the skipped.</param>
public sealed record EventLine(string Name, long All, long Accepted, long Failed);

/// <param name="Status">Of the last answer; 0 when there was none.</param>
/// <param name="All">Tried deliveries.</param>
public sealed record StatusLine(int Status, long All);

public sealed record OldestWaiting(long DeliveryId, DateTimeOffset ReceivedAt);
