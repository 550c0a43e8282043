using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>
/// Asks the delivery log. Every question is bounded: it looks at so many rows, says how far it got, and the next one goes on from
/// there; so none grows with the log. What comes back is masked by the asker's sight.
/// </summary>
public sealed class LogReader
{
    public const int MostRows = 500;

    /// <summary>Counted no further: beyond it people need no number.</summary>
    public const int MostCounted = 10_000;

    public const int MostCountedValues = 50;

    /// <summary>How long bodies are searched for one page.</summary>
    public static readonly TimeSpan LongestSearch = TimeSpan.FromSeconds(2);

    /// <summary>Names in it that no connection or source has: shown beside the faults of reading. The place is within <c>query.ToString()</c>.</summary>
    public IReadOnlyList<LogFault> Check(LogAsk ask) => throw new NotImplementedException();

    /// <summary>
    /// A page of at most <paramref name="limit"/> rows (1 … <see cref="MostRows"/>). With free words in the query the bodies are searched,
    /// newest first, for up to <see cref="LongestSearch"/>; <see cref="LogPage.SearchedTo"/> then says how far it got.
    /// </summary>
    public Task<LogPage> PageAsync(LogAsk ask, LogPlace place, int limit, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>These rows as they are now, newest first, whatever the query: a live list asks for those it shows. Unknown ids are left out.</summary>
    public Task<IReadOnlyList<LogRow>> RowsAsync(LogAsk ask, IReadOnlyList<long> ids, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>How many rows fit: exact where rollups know it or up to <see cref="MostCounted"/>. With free words null: bodies are not counted.</summary>
    public Task<LogCount?> CountAsync(LogAsk ask, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>How many rows newer than this one fit, for the pill; at most <paramref name="most"/>. Free words are left out of it.</summary>
    /// <param name="newestId">The newest row shown; 0 = none.</param>
    public Task<(int Found, bool AndMore)> NewerAsync(LogAsk ask, long newestId, int most, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>
    /// Rows over time in at most <paramref name="mostBars"/> bars of a round length, over the query's span; without one, over all that the
    /// log has, at most 30 days. Free words are left out of it.
    /// </summary>
    public Task<LogHistogram> HistogramAsync(LogAsk ask, int mostBars, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>
    /// The commonest values of a key among the rows that fit, the key's own terms left out (so that a dialog shows what one could choose
    /// instead). Free words are left out of it. Not for text, id, since and until.
    /// </summary>
    public Task<LogValueCounts> ValuesAsync(LogAsk ask, LogKey key, CancellationToken ct) => throw new NotImplementedException();

    /// <summary>The next newer and the next older row of the query, for previous and next in the detail.</summary>
    public Task<LogNeighbours> NeighboursAsync(LogAsk ask, long id, CancellationToken ct) => throw new NotImplementedException();
}
