using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;

namespace Richpanel.Core.Ledger;

/// <summary>Adds up the lines of one span. Pure.</summary>
internal sealed class OverviewTally(OverviewRange range)
{
    private const int MostLines = 8;

    private readonly long[,] _bars = new long[range.Bars, 4];
    private readonly Dictionary<DeliveryState, long> _states = [];
    private readonly Dictionary<string, (long[] Spark, long Count, DateTimeOffset Last)> _causes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long All, long Accepted, long Failed)> _events = new(NoCase.Instance);
    private readonly Dictionary<int, long> _statuses = [];
    private long _firstTry;
    private long _onRetry;
    private long _held;

    /// <param name="start">Of the line's slot or hour.</param>
    /// <param name="held">Its connection is on hold.</param>
    public void Add(DateTimeOffset start, Origin origin, DeliveryState state, bool onRetry, int status, string name, string code, long count, bool held)
    {
        AddToFunnel(state, onRetry, count, held);
        if (origin == Origin.Lab)
        {
            return;
        }

        var bar = range.BarOf(start);
        var part = PartOf(state, onRetry);
        if (part < 0)
        {
            return;   // neither sent nor to be sent
        }

        _bars[bar, part] += count;
        var (all, accepted, failed) = _events.GetValueOrDefault(name);
        _events[name] = (all + count, accepted + (state == DeliveryState.Accepted ? count : 0), failed + (state == DeliveryState.Failed ? count : 0));
        if (status != 0 || state == DeliveryState.Failed)
        {
            _statuses[status] = _statuses.GetValueOrDefault(status) + count;
        }

        if (code.Length > 0 && (state is DeliveryState.Failed or DeliveryState.Waiting))
        {
            AddCause(code, bar, start + range.Unit, count);
        }
    }

    public IReadOnlyList<OverviewBar> Bars =>
        [.. Enumerable.Range(0, range.Bars).Select(i => new OverviewBar(range.StartOf(i), range.EndOf(i), _bars[i, 0], _bars[i, 1], _bars[i, 2], _bars[i, 3]))];

    public OverviewTotals Totals(TimeSpan? p95)
    {
        long Sum(int part) => Enumerable.Range(0, range.Bars).Sum(i => _bars[i, part]);
        return new OverviewTotals(Sum(0), Sum(1), Sum(2), Sum(3), p95);
    }

    public OverviewFunnel Funnel(long letIn, long? rejected)
    {
        long In(DeliveryState state) => _states.GetValueOrDefault(state);
        return new OverviewFunnel(
            letIn, rejected, In(DeliveryState.Skipped), _firstTry, _onRetry, In(DeliveryState.Waiting) - _held, _held, In(DeliveryState.Failed),
            In(DeliveryState.Canceled), In(DeliveryState.Settled), In(DeliveryState.Purged));
    }

    public IReadOnlyList<CauseLine> Causes => [.. _causes
        .Select(one => new CauseLine(one.Key, one.Value.Count, one.Value.Spark, one.Value.Last))
        .OrderByDescending(one => one.Count).ThenBy(one => one.Code, StringComparer.Ordinal).Take(MostLines)];

    public IReadOnlyList<EventLine> Events => [.. _events
        .Select(one => new EventLine(one.Key, one.Value.All, one.Value.Accepted, one.Value.Failed))
        .OrderByDescending(one => one.Failed).ThenByDescending(one => one.All).ThenBy(one => one.Name, StringComparer.Ordinal).Take(MostLines)];

    /// <summary>Of every status, also of those that <see cref="Statuses"/> leaves out.</summary>
    public long Answered => _statuses.Values.Sum();

    public IReadOnlyList<StatusLine> Statuses => [.. _statuses
        .Select(one => new StatusLine(one.Key, one.Value)).OrderByDescending(one => one.All).ThenBy(one => one.Status).Take(MostLines)];

    private void AddToFunnel(DeliveryState state, bool onRetry, long count, bool held)
    {
        _states[state] = _states.GetValueOrDefault(state) + count;
        if (state == DeliveryState.Accepted)
        {
            (_firstTry, _onRetry) = onRetry ? (_firstTry, _onRetry + count) : (_firstTry + count, _onRetry);
        }

        _held += state == DeliveryState.Waiting && held ? count : 0;
    }

    private void AddCause(string code, int bar, DateTimeOffset end, long count)
    {
        var (spark, all, last) = _causes.GetValueOrDefault(code);
        spark ??= new long[range.Bars];
        spark[bar] += count;
        _causes[code] = (spark, all + count, end > last ? end : last);
    }

    /// <summary>Only ASCII letters are alike, as in the log's NOCASE: a line and the rows its link finds are the same.</summary>
    private sealed class NoCase : IEqualityComparer<string>
    {
        public static readonly NoCase Instance = new();

        public bool Equals(string? x, string? y) => x is null || y is null ? ReferenceEquals(x, y) : Lower(x) == Lower(y);

        public int GetHashCode(string obj) => Lower(obj).GetHashCode(StringComparison.Ordinal);

        private static string Lower(string text) => string.Create(text.Length, text, static (to, from) =>
        {
            for (var i = 0; i < from.Length; i++)
            {
                to[i] = char.IsAsciiLetterUpper(from[i]) ? char.ToLowerInvariant(from[i]) : from[i];
            }
        });
    }

    private static int PartOf(DeliveryState state, bool onRetry) => state switch
    {
        DeliveryState.Accepted => onRetry ? 1 : 0,
        DeliveryState.Waiting => 2,
        DeliveryState.Failed => 3,
        _ => -1,
    };
}
