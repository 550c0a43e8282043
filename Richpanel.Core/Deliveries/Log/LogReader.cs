using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries.Query;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>
/// Asks the delivery log. Every question is bounded: it looks at so many rows, says how far it got, and the next one goes on from
/// there; so none grows with the log. What comes back is masked by the asker's sight.
/// </summary>
public sealed class LogReader(
    IDbContextFactory<ConsoleDbContext> contexts, ConnectionDirectory directory, SearchKey search, SearchUpkeep upkeep, TimeProvider time)
{
    public const int MostRows = 500;

    /// <summary>Counted no further: beyond it people need no number.</summary>
    public const int MostCounted = 10_000;

    public const int MostCountedValues = 50;

    /// <summary>Rows read together where all are read.</summary>
    private const int Piece = 2_000;

    /// <summary>Rows that one question sums over at most.</summary>
    internal const int MostLookedAt = 20_000;

    /// <summary>How long bodies are searched for one page.</summary>
    public static readonly TimeSpan LongestSearch = TimeSpan.FromSeconds(2);

    /// <summary>Told of each statement before it runs; tests look at its plan.</summary>
    internal Action<SqliteCommand>? Watch { get; set; }

    /// <summary>Names in it that no connection or source has: shown beside the faults of reading. The place is within <c>query.ToString()</c>.</summary>
    public IReadOnlyList<LogFault> Check(LogAsk ask)
    {
        var faults = new List<LogFault>();
        foreach (var (term, value) in new LogCondition(ask, directory, time.GetUtcNow()).Unknown())
        {
            var start = ask.Query.ToString().IndexOf(term.ToString(), StringComparison.Ordinal);
            var noun = LogKeys.Of(term.Key).Word;
            faults.Add(new LogFault(Math.Max(0, start), term.ToString().Length, $"There is no {noun} '{value.Text}'.", $"Choose one of the list, or write the beginning of its name with a *."));
        }

        return faults;
    }

    /// <summary>
    /// A page of at most <paramref name="limit"/> rows (1 … <see cref="MostRows"/>). With free words in the query the bodies are searched,
    /// newest first, for up to <see cref="LongestSearch"/>; <see cref="LogPage.SearchedTo"/> then says how far it got.
    /// </summary>
    public async Task<LogPage> PageAsync(LogAsk ask, LogPlace place, int limit, CancellationToken ct)
    {
        await using var db = await LogDb.OpenAsync(contexts, Watch, ct);
        var query = Condition(db, ask, time.GetUtcNow());
        var from = place.Time is { } at ? LogScan.FirstId(db, at) : place.Id ?? long.MaxValue;
        return PageOf(db, ask, query, from, place.IsUp, Math.Clamp(limit, 1, MostRows), ct);
    }

    /// <summary>These rows as they are now, newest first, whatever the query: a live list asks for those it shows. Unknown ids are left out.</summary>
    public async Task<IReadOnlyList<LogRow>> RowsAsync(LogAsk ask, IReadOnlyList<long> ids, CancellationToken ct)
    {
        await using var db = await LogDb.OpenAsync(contexts, Watch, ct);
        return Lines(db, ask, LogScan.Named(db, Condition(db, ask, time.GetUtcNow()), [.. ids.Take(MostRows)], ct), ct);
    }

    /// <summary>How many rows fit: exact where rollups know it or up to <see cref="MostCounted"/>. With free words null: bodies are not counted.</summary>
    public async Task<LogCount?> CountAsync(LogAsk ask, CancellationToken ct)
    {
        await using var db = await LogDb.OpenAsync(contexts, Watch, ct);
        var query = Condition(db, ask, time.GetUtcNow());
        return query.Words.Count > 0 ? null : new LogTotals(db, query, search, upkeep.OldBelow).Count(ct);
    }

    /// <summary>
    /// How many rows newer than this one fit, for the pill; at most <paramref name="most"/>. With free words their bodies are searched, for up
    /// to <see cref="LongestSearch"/>.
    /// </summary>
    /// <param name="newestId">The newest row shown; 0 = none.</param>
    public async Task<(int Found, bool AndMore)> NewerAsync(LogAsk ask, long newestId, int most, CancellationToken ct)
    {
        await using var db = await LogDb.OpenAsync(contexts, Watch, ct);
        var scanned = Scan(db, Condition(db, ask, time.GetUtcNow()), newestId, up: true, Math.Clamp(most, 1, MostRows) + 1, ct);
        return (Math.Min(scanned.Rows.Count, most), scanned.Rows.Count > most || scanned.LookedTo is not null);
    }

    /// <summary>
    /// Rows over time in at most <paramref name="mostBars"/> bars of a round length, over the query's span; without one, over all that the
    /// log has, at most 30 days. Bars begin on round times, so that the first may begin before the span, and bars read from hourly counts
    /// hold whole hours. Free words are left out of it.
    /// </summary>
    public async Task<LogHistogram> HistogramAsync(LogAsk ask, int mostBars, CancellationToken ct)
    {
        await using var db = await LogDb.OpenAsync(contexts, Watch, ct);
        var now = ask.Now ?? time.GetUtcNow();
        return new LogBars(db, Condition(db, ask, now), search, upkeep.OldBelow).Read(now, ask.Zone, Math.Clamp(mostBars, 2, 1_000), ct);
    }

    /// <summary>
    /// The commonest values of a key among the rows that fit, the key's own terms left out (so that a dialog shows what one could choose
    /// instead). Free words are left out of it. Not for text, id, since and until.
    /// </summary>
    public async Task<LogValueCounts> ValuesAsync(LogAsk ask, LogKey key, CancellationToken ct)
    {
        if (!ask.Sight.IsClear && LogKeys.Of(key).IsPersonal)
        {
            return new LogValueCounts([], null, true);
        }

        await using var db = await LogDb.OpenAsync(contexts, Watch, ct);
        var now = time.GetUtcNow();
        var query = Condition(db, ask, now).Without(key, now);
        return new LogTotals(db, query, search, upkeep.OldBelow).Values(key, directory, ct);
    }

    /// <summary>The next newer and the next older row of the query, for previous and next in the detail.</summary>
    public async Task<LogNeighbours> NeighboursAsync(LogAsk ask, long id, CancellationToken ct)
    {
        await using var db = await LogDb.OpenAsync(contexts, Watch, ct);
        var query = Condition(db, ask, time.GetUtcNow());
        var (newer, newerTo) = Beside(db, query, id, true, ct);
        var (older, olderTo) = Beside(db, query, id, false, ct);
        return new LogNeighbours(newer, older) { NewerLookedTo = newerTo, OlderLookedTo = olderTo };
    }

    /// <summary>Looks only for a newer one: nothing comes in below. The rest of <paramref name="known"/> stands.</summary>
    public async Task<LogNeighbours> NewerNeighbourAsync(LogAsk ask, long id, LogNeighbours known, CancellationToken ct)
    {
        await using var db = await LogDb.OpenAsync(contexts, Watch, ct);
        var (newer, newerTo) = Beside(db, Condition(db, ask, time.GetUtcNow()), id, true, ct);
        return known with { Newer = newer, NewerLookedTo = newerTo };
    }

    private (long? Id, DateTimeOffset? LookedTo) Beside(LogDb db, LogCondition query, long id, bool up, CancellationToken ct)
    {
        var found = Scan(db, query, id, up, 1, ct);
        return (found.Rows.FirstOrDefault()?.Row.Id, found.LookedTo is { } looked ? LogScan.TimeOf(db, looked) : null);
    }

    /// <summary>
    /// All rows that fit, connection by connection and oldest first, in pieces and of one moment: what is counted is what is there. Masked for nobody, so for use within
    /// Core only. With free words every body is searched, however long that takes.
    /// </summary>
    /// <param name="ids">These instead of the query's; those the asker may not see are left out.</param>
    internal async Task ReadAllAsync(LogAsk ask, IReadOnlyList<long>? ids, Func<LogDb, IReadOnlyList<DeliveryRow>, Task> take, CancellationToken ct)
    {
        await using var db = await LogDb.OpenAsync(contexts, Watch, ct);
        var query = Condition(db, ask, time.GetUtcNow());
        if (ids is not null)
        {
            foreach (var chunk in ids.Distinct().Order().Chunk(Piece))
            {
                await take(db, [.. LogScan.Named(db, query, chunk, ct).Select(found => found.Row).OrderBy(row => row.Id)]);
            }

            return;
        }

        foreach (var connection in query.Connections)
        {
            // One after another: merging them would read each row as often as there are connections.
            var one = Condition(db, ask with { Among = [connection] }, ask.Now ?? time.GetUtcNow());
            var scan = new LogScan(db, one, search, upkeep.OldBelow);
            var bodies = new LogBodies(db, one);
            for (long? from = 0; from is { } above;)
            {
                ct.ThrowIfCancellationRequested();
                var piece = scan.Read(above, up: true, Piece, ct);
                var rows = one.Words.Count == 0 ? piece.Rows : [.. bodies.Among(piece.Rows, ct)];
                await take(db, [.. rows.Select(found => found.Row)]);
                from = piece.IsFull ? piece.Rows[^1].Row.Id : piece.LookedTo;
            }
        }
    }

    /// <summary>Whoever asks for a failure group means what was merged into it, too.</summary>
    private LogCondition Condition(LogDb db, LogAsk ask, DateTimeOffset now) => new(ask with { Query = LogGroups.Whole(db, ask.Query) }, directory, now);

    private Scanned Scan(LogDb db, LogCondition query, long from, bool up, int take, CancellationToken ct)
    {
        var scan = new LogScan(db, query, search, upkeep.OldBelow);
        if (query.Words.Count == 0)
        {
            return scan.Read(from, up, take, ct);
        }

        var started = time.GetTimestamp();
        var bodies = new LogBodies(db, query);
        var rows = new List<FoundRow>();
        while (true)
        {
            var piece = scan.Read(from, up, LogBodies.Piece, ct);
            foreach (var row in bodies.Among(piece.Rows, ct))
            {
                rows.Add(row);
                if (rows.Count == take)
                {
                    return new Scanned(rows, true, null);
                }
            }

            var last = piece.IsFull ? piece.Rows[^1].Row.Id : piece.LookedTo;
            if (last is not { } lookedTo || time.GetElapsedTime(started) >= LongestSearch)
            {
                return new Scanned(rows, false, last);
            }

            from = lookedTo;
        }
    }

    private LogPage PageOf(LogDb db, LogAsk ask, LogCondition query, long from, bool up, int take, CancellationToken ct)
    {
        // One row more tells whether the last one is the last of all; among bodies it could cost seconds to find.
        var scanned = Scan(db, query, from, up, query.Words.Count == 0 ? take + 1 : take, ct);
        var rows = scanned.Rows.Count > take ? scanned.Rows[..take] : scanned.Rows;
        long? beyond = scanned.IsFull ? rows[^1].Row.Id : scanned.LookedTo;
        if (up)
        {
            rows.Reverse();
        }

        var lines = Lines(db, ask, rows, ct);
        var searchedTo = scanned.LookedTo is { } looked ? LogScan.TimeOf(db, looked) : null;
        return up
            ? new LogPage(lines, from <= 0 ? null : LogPlace.Below(rows.Count > 0 ? rows[^1].Row.Id : from + 1), beyond is { } above ? LogPlace.Above(above) : null, searchedTo)
            : new LogPage(lines, beyond is { } below ? LogPlace.Below(below) : null, from == long.MaxValue ? null : LogPlace.Above(rows.Count > 0 ? rows[0].Row.Id : from - 1), searchedTo);
    }

    private List<LogRow> Lines(LogDb db, LogAsk ask, IReadOnlyList<FoundRow> rows, CancellationToken ct)
    {
        var held = directory.HeldConnections(time.GetUtcNow());
        var tries = LogReasons.LastTries(db, rows.Select(found => found.Row), ct);
        return [.. rows.Select(found =>
        {
            var isClear = ask.Sight.Shows(found.Row.Id);
            var last = tries.TryGetValue(found.Row.Id, out var one) ? one : ((int Milliseconds, byte[]? Answer)?)null;
            var row = DeliveryHolds.On(found.Row, directory, held);
            return new LogRow(isClear ? row : DeliveryMask.Of(row), LogReasons.Of(row, last?.Answer, isClear), last?.Milliseconds);
        })];
    }
}
