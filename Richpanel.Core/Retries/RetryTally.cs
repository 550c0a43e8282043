using Richpanel.Core.Deliveries;

namespace Richpanel.Core.Retries;

/// <summary>Decides about each row of a plan and counts, row by row.</summary>
internal sealed class RetryTally(RetryAsk wish, IReadOnlySet<long> deletedConnections, DateTimeOffset now)
{
    private const int MostSamples = 3;

    private readonly Dictionary<string, long> _leftOut = new(StringComparer.Ordinal);
    private readonly Dictionary<long, long> _connections = [];
    private readonly Dictionary<string, long> _causes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _events = new(StringComparer.Ordinal);
    private readonly Dictionary<long, long> _groups = [];   // 0 = without one
    private readonly HashSet<(long Connection, string MessageId)> _messages = [];
    private readonly List<long> _samples = [];
    private long _total;
    private long _neverSent;
    private long _mayHaveGoneOut;
    private DateTimeOffset? _oldest;
    private DateTimeOffset? _newest;

    public long Total => _total;

    /// <summary>What the row itself says; whether its event went out in another one is asked of the database, for those that pass.</summary>
    public bool Passes(DeliveryRow row)
    {
        var candidate = RetryCandidate.Of(row);
        var reason = deletedConnections.Contains(row.ConnectionId) ? RetryReasons.ConnectionDeleted
            : wish.Kind switch
            {
                RetryKind.Retry => RetryRules.WhyNoRetry(candidate, now),
                RetryKind.Replay => RetryRules.WhyNoReplay(candidate, wish.NeverAccepted),
                _ => RetryRules.WhyNoCancel(row.State),
            };
        return reason is null || LeaveOut(reason);
    }

    /// <summary>Counts those that are sent, or canceled, and gives them back, in their order.</summary>
    /// <param name="twins">By id, what other deliveries of the event are about; ids without any may be missing.</param>
    public IReadOnlyList<DeliveryRow> Take(IReadOnlyList<DeliveryRow> rows, IReadOnlyDictionary<long, RetryTwins> twins)
    {
        var taken = new List<DeliveryRow>(rows.Count);
        foreach (var row in rows)
        {
            var others = twins.GetValueOrDefault(row.Id);
            if (wish.Kind == RetryKind.Cancel)
            {
                Count(row, RetryTwins.None);   // of one event every row that waits is meant
                taken.Add(row);
            }
            else if (RetryRules.WhyNotBeside(others, wish.Kind, wish.NeverAccepted) is { } reason)
            {
                LeaveOut(reason);
            }
            else if (!_messages.Add((row.ConnectionId, row.MessageId)))
            {
                LeaveOut(RetryReasons.SameEvent);
            }
            else
            {
                Count(row, others);
                taken.Add(row);
            }
        }

        return taken;
    }

    public RetryPlan ToPlan()
    {
        return new RetryPlan(_total, Shares(_leftOut), Shares(Named(_connections, PublicId.Connection)), Shares(_causes), Top(_events), _oldest, _newest, _neverSent, _mayHaveGoneOut, [.. _samples]) { Groups = Top(Named(_groups, group => group == 0 ? "" : PublicId.Group(group))) };
    }

    private void Count(DeliveryRow row, RetryTwins twins)
    {
        _total++;
        Add(_connections, row.ConnectionId);
        Add(_causes, row.Cause ?? "");
        Add(_events, row.EventName ?? "");
        Add(_groups, row.GroupId ?? 0);
        _oldest = _oldest < row.ReceivedAt ? _oldest : row.ReceivedAt;
        _newest = _newest > row.ReceivedAt ? _newest : row.ReceivedAt;
        _neverSent += row.AttemptCount == 0 ? 1 : 0;
        _mayHaveGoneOut += row.State == DeliveryState.Accepted || row.Marks.HasFlag(DeliveryMarks.MayHaveGoneOut) || twins != RetryTwins.None ? 1 : 0;

        // The first ones and the last of all: of an outage that began in the middle, both sides are seen.
        if (_samples.Count < MostSamples)
        {
            _samples.Add(row.Id);
        }
        else
        {
            _samples[^1] = row.Id;
        }
    }

    private bool LeaveOut(RetryReason reason)
    {
        Add(_leftOut, reason.Code);
        return false;
    }

    /// <summary>The first ones, and all others as one.</summary>
    private static IReadOnlyList<RetryShare> Top(Dictionary<string, long> counts) => Shares(counts) is { Count: > RetryPlan.MostEvents } all
        ? [.. all.Take(RetryPlan.MostEvents - 1), new RetryShare(RetryPlan.OtherEvents, all.Skip(RetryPlan.MostEvents - 1).Sum(one => one.Count))]
        : Shares(counts);

    private static IReadOnlyList<RetryShare> Shares(Dictionary<string, long> counts) =>
        [.. counts.OrderByDescending(one => one.Value).ThenBy(one => one.Key, StringComparer.Ordinal).Select(one => new RetryShare(one.Key, one.Value))];

    /// <summary>Counted by number, a row at a time, and named once.</summary>
    private static Dictionary<string, long> Named(Dictionary<long, long> counts, Func<long, string> name) => counts.ToDictionary(one => name(one.Key), one => one.Value, StringComparer.Ordinal);

    private static void Add<T>(Dictionary<T, long> counts, T key)
        where T : notnull => counts[key] = counts.GetValueOrDefault(key) + 1;
}
