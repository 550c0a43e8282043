using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Console.Deliveries.Log;

/// <summary>A row on the screen. <see cref="Gone"/>: it changed and no longer fits the query, but does not jump away.</summary>
public sealed record ShownRow(LogRow Line, bool Gone = false)
{
    public long Id => Line.Row.Id;
}

/// <summary>
/// What one open list has read of the log, and reads again while it is live. Rows keep their place: what changed changes in place, what
/// is new is only counted. A newer question makes an older answer void. Reading is done off the circuit's turn, so that a long search
/// leaves the page usable.
/// </summary>
public sealed class LogScreen(LogReader log, TimeProvider time)
{
    public const int PageSize = 50;
    public const int MostNewer = 99;

    private static readonly TimeSpan s_slow = TimeSpan.FromSeconds(5);

    private LogAsk? _ask;
    private int _question;
    private DateTimeOffset _figuresAt;
    private DateTimeOffset _readAt;
    private bool _figuresAreOld;

    public LogPlace Place { get; private set; }

    /// <summary>Null while the first rows of a question are read; while another page of it is, those of the page before.</summary>
    public IReadOnlyList<ShownRow>? Rows { get; private set; }

    /// <summary>Other rows are on their way.</summary>
    public bool IsReading { get; private set; }

    public LogPlace? Older { get; private set; }

    public LogPlace? Newer { get; private set; }

    public DateTimeOffset? SearchedTo { get; private set; }

    public LogCount? Count { get; private set; }

    public LogHistogram? Histogram { get; private set; }

    /// <summary>Rows above the first one that came since; only while the newest ones are shown.</summary>
    public (int Found, bool AndMore) Arrived { get; private set; }

    /// <summary>How long the page took to read.</summary>
    public TimeSpan? Took { get; private set; }

    public bool HasFailed { get; private set; }

    /// <summary>When the rows were read last, while reading them again fails; null: they are as they are now.</summary>
    public DateTimeOffset? StaleSince { get; private set; }

    public DateTimeOffset? PausedSince { get; private set; }

    public bool IsNewest => LogAddress.Word(Place) is null;

    /// <summary>The log itself holds nothing: nobody has sent anything yet.</summary>
    public bool IsUnused => Rows is { Count: 0 } && Count is { Of: 0 };

    public IReadOnlyList<LogFault> Unknown { get; private set; } = [];

    /// <summary>Asks anew. <paramref name="shown"/> is called after each step, as there is more to show.</summary>
    public async Task ShowAsync(LogAsk ask, LogPlace place, Action shown, CancellationToken ct)
    {
        var question = ++_question;
        var same = _ask is { } before && before.Query.Equals(ask.Query);
        (_ask, Place) = (ask with { Now = time.GetUtcNow() }, place);
        (IsReading, HasFailed, Arrived, SearchedTo, Unknown, StaleSince) = (true, false, default, null, [], null);
        if (!same)
        {
            (Rows, Count, Histogram) = (null, null, null);   // another page follows on the one before; another question does not
        }

        shown();
        try
        {
            var start = time.GetTimestamp();
            var page = await Task.Run(() => log.PageAsync(_ask, place, PageSize, ct), ct);
            var unknown = log.Check(_ask);
            if (question != _question)
            {
                return;   // the person has moved on; a newer question has its own answer
            }

            (Took, _readAt) = (time.GetElapsedTime(start), time.GetUtcNow());
            (Rows, Older, Newer, SearchedTo) = ([.. page.Rows.Select(line => new ShownRow(line))], page.Older, page.Newer, page.SearchedTo);
            (IsReading, Unknown) = (false, unknown);
        }
        catch (Exception) when (question != _question)
        {
            return;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            (IsReading, HasFailed, Rows) = (false, true, null);
            throw;
        }

        shown();
        await ReadFiguresAsync(shown, ct);
    }

    /// <summary>After a change: rows in place, and how many are new. The figures follow at most every few seconds.</summary>
    public async Task RefreshAsync(Action shown, CancellationToken ct)
    {
        if (PausedSince is not null || IsReading || HasFailed || Rows is not { } rows || _ask is not { } ask)
        {
            return;
        }

        var question = _question;
        try
        {
            if (!await ReadAgainAsync(question, ask, rows, ct))
            {
                return;
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException && question == _question)
        {
            StaleSince = _readAt;
            throw;
        }

        (_readAt, StaleSince) = (time.GetUtcNow(), null);
        shown();
        _figuresAreOld = true;
        await CatchUpAsync(shown, ct);
    }

    /// <summary>False: by now something else is asked for, or nothing shall move.</summary>
    private async Task<bool> ReadAgainAsync(int question, LogAsk ask, IReadOnlyList<ShownRow> rows, CancellationToken ct)
    {
        if (rows.Count == 0 && IsNewest && SearchedTo is null)
        {
            var page = await Task.Run(() => log.PageAsync(ask with { Now = null }, Place, PageSize, ct), ct);
            if (question == _question && page.Rows.Count > 0)
            {
                (Rows, Older, Newer, SearchedTo) = ([.. page.Rows.Select(line => new ShownRow(line))], page.Older, page.Newer, page.SearchedTo);
            }

            return question == _question;
        }
        else
        {
            var now = (await Task.Run(() => log.RowsAsync(ask, [.. rows.Select(row => row.Id)], ct), ct)).ToDictionary(line => line.Row.Id);
            var arrived = IsNewest ? await Task.Run(() => log.NewerAsync(ask with { Now = null }, rows.Count == 0 ? 0 : rows.Max(row => row.Id), MostNewer, ct), ct) : default;
            if (question != _question || PausedSince is not null)
            {
                return false;
            }

            Rows = [.. rows.Select(row => now.TryGetValue(row.Id, out var line) ? new ShownRow(line, !LogFacets.MayFit(ask.Query, line.Row)) : row with { Gone = true })];
            Arrived = arrived;
            return true;
        }
    }

    /// <summary>Reads the figures again if something changed since and enough time has gone by. Called now and then.</summary>
    public Task CatchUpAsync(Action shown, CancellationToken ct) =>
        _figuresAreOld && PausedSince is null && time.GetUtcNow() - _figuresAt >= s_slow ? ReadFiguresAsync(shown, ct) : Task.CompletedTask;

    public void Pause() => PausedSince = time.GetUtcNow();

    public void Resume() => PausedSince = null;

    private async Task ReadFiguresAsync(Action shown, CancellationToken ct)
    {
        var (question, ask) = (_question, _ask! with { Now = null });
        (_figuresAt, _figuresAreOld) = (time.GetUtcNow(), false);
        var count = await Task.Run(() => log.CountAsync(ask, ct), ct);
        var histogram = await Task.Run(() => log.HistogramAsync(ask, 60, ct), ct);
        if (question == _question)
        {
            (Count, Histogram) = (count, histogram);
            shown();
        }
    }
}
