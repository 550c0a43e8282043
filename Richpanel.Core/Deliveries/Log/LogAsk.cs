using Richpanel.Core.Access;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Privacy;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>A question to the log, with who asks: what they may see, and by whose clock "today" is meant.</summary>
/// <param name="Sight">What comes back is masked accordingly.</param>
public sealed record LogAsk(LogQuery Query, Sight Sight)
{
    /// <summary>Only these connections; null = all. For callers who may not see every connection.</summary>
    public IReadOnlyList<long>? Among { get; init; }

    /// <summary>Zone of days and of times without one.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>When relative times were asked for; null = at each question anew. A list that stands still keeps its own.</summary>
    public DateTimeOffset? Now { get; init; }

    /// <summary>Whoever asks in the console: their sight, no limit to connections.</summary>
    public static LogAsk By(Actor by, LogQuery query) => new(query, Sight.Of(by));
}

/// <summary>Where a page begins.</summary>
public readonly record struct LogPlace
{
    /// <summary>Null: by <see cref="Time"/>, or from the newest row.</summary>
    public long? Id { get; private init; }

    public DateTimeOffset? Time { get; private init; }

    /// <summary>Rows come upwards: those received after it.</summary>
    public bool IsUp { get; private init; }

    public static LogPlace Newest => default;

    /// <summary>The oldest rows there are: End on the keyboard.</summary>
    public static LogPlace Oldest => new() { Id = 0, IsUp = true };

    /// <summary>Rows right below this one, without it.</summary>
    public static LogPlace Below(long id) => new() { Id = id };

    /// <summary>Rows right above this one, without it.</summary>
    public static LogPlace Above(long id) => new() { Id = id, IsUp = true };

    /// <summary>The newest rows received before this time.</summary>
    public static LogPlace At(DateTimeOffset time) => new() { Time = time };
}

/// <summary>One line of the log.</summary>
/// <param name="Row">Masked by sight.</param>
/// <param name="Reason">Why it failed, was skipped or waits after a try, one line in plain words; null when there is nothing to say. Masked by sight.</param>
/// <param name="Milliseconds">How long the last try took in all; null without one.</param>
public sealed record LogRow(DeliveryRow Row, string? Reason, int? Milliseconds);

/// <summary>A page, newest first whichever way it was read.</summary>
/// <param name="Older">Where the next older page begins; null when there is none.</param>
/// <param name="Newer">Where the next newer page begins, which may turn out empty; null when this one began at the newest row. Rows that arrive later: see <see cref="LogReader.NewerAsync"/>.</param>
/// <param name="SearchedTo">
/// Not null when the page ends because enough was looked at, not because it is full: everything from where it began to this time was
/// looked at. Go on with <see cref="Older"/> (or <see cref="Newer"/>, when read upwards). A page may be empty and have this.
/// </param>
public sealed record LogPage(IReadOnlyList<LogRow> Rows, LogPlace? Older, LogPlace? Newer, DateTimeOffset? SearchedTo);

/// <summary>How many rows fit.</summary>
/// <param name="Found">Exact, unless <see cref="AndMore"/>: then at least this many.</param>
/// <param name="AndMore">Counting was cut: there are or may be more.</param>
/// <param name="Of">Rows in the whole log that the asker may see, purged ones left out.</param>
public sealed record LogCount(long Found, bool AndMore, long Of);

/// <summary>What became of the rows of one bar, by time of receipt. Waiting includes sending and held, canceled includes settled.</summary>
public sealed record LogBar(DateTimeOffset Start, long FirstTry, long OnRetry, long Waiting, long Failed, long Skipped, long Canceled)
{
    public long Total => FirstTry + OnRetry + Waiting + Failed + Skipped + Canceled;
}

/// <summary>Rows over time.</summary>
/// <param name="Since">Start of the first bar.</param>
/// <param name="Until">End of the last bar.</param>
/// <param name="Bucket">Length of each bar.</param>
/// <param name="Bars">Every bar from since to until, oldest first, also the empty ones.</param>
/// <param name="CountedBackTo">Not null when older rows were not looked at, so that the bars before it are too low: say "partial".</param>
public sealed record LogHistogram(DateTimeOffset Since, DateTimeOffset Until, TimeSpan Bucket, IReadOnlyList<LogBar> Bars, DateTimeOffset? CountedBackTo);

/// <summary>The commonest values of one key under a query.</summary>
/// <param name="Values">Commonest first, at most <see cref="LogReader.MostCountedValues"/>. Empty for a key whose values the asker may not see.</param>
/// <param name="CountedBackTo">Not null when older rows were not looked at: say "of the newest rows".</param>
/// <param name="IsHidden">The asker may not see values of this key: nothing was counted.</param>
public sealed record LogValueCounts(IReadOnlyList<LogCounted> Values, DateTimeOffset? CountedBackTo, bool IsHidden);

/// <summary>The rows beside one in the same query; null at the end, or when none was found in bounded time.</summary>
public sealed record LogNeighbours(long? Newer, long? Older)
{
    /// <summary>How far the search for the newer one came in its time; null: it found one, or came to the end.</summary>
    public DateTimeOffset? NewerLookedTo { get; init; }

    /// <summary>The same for the older one.</summary>
    public DateTimeOffset? OlderLookedTo { get; init; }
}
