using System.Diagnostics.CodeAnalysis;

namespace Richpanel.Core.Deliveries;

/// <summary>
/// Claimed deliveries that have not started, by lane (promise 6): a lane gives its deliveries one after another in id order and
/// nothing while one of them is on its way. A lane that begins with what has waited out a stop comes behind the others. Only
/// memory, no clock; used by one loop, so not safe for several threads.
/// </summary>
internal sealed class LaneQueue
{
    private readonly Dictionary<long, LaneState> _lanes = [];
    private readonly Queue<LaneState> _ready = new();
    private readonly Queue<LaneState> _behind = new();

    /// <summary>Deliveries that have not started.</summary>
    public int Count { get; private set; }

    /// <summary>Deliveries that could start now: those of lanes with nothing on its way.</summary>
    public int ReadyCount { get; private set; }

    /// <param name="behind">It has waited out a stop: what was received since goes first.</param>
    public void Add(PreparedDelivery delivery, bool behind = false)
    {
        if (!_lanes.TryGetValue(delivery.Row.Lane, out var lane))
        {
            lane = new LaneState(delivery.Row.Lane, behind);
            _lanes.Add(lane.Key, lane);
        }

        // A retry that came due may have a smaller id than what is queued: it goes first.
        var at = lane.Waiting.Count;
        while (at > 0 && lane.Waiting[at - 1].Row.Id > delivery.Row.Id)
        {
            at--;
        }

        lane.Waiting.Insert(at, delivery);
        Count++;
        if (!lane.Busy)
        {
            ReadyCount++;
            if (lane.Waiting.Count == 1)
            {
                Enqueue(lane);
            }
        }
    }

    /// <summary>The next delivery that may start; its lane is busy until <see cref="Free"/>.</summary>
    public bool TryTake([NotNullWhen(true)] out PreparedDelivery? delivery)
    {
        var batch = TakeBatch(1, int.MaxValue);
        delivery = batch.Count == 0 ? null : batch[0];
        return delivery is not null;
    }

    /// <summary>
    /// Up to <paramref name="most"/> deliveries of together at most <paramref name="mostCharacters"/> of content (always at least
    /// one), those of one lane side by side in order. Their lanes are busy until <see cref="Free"/>.
    /// </summary>
    public IReadOnlyList<PreparedDelivery> TakeBatch(int most, int mostCharacters)
    {
        List<PreparedDelivery> batch = [];
        var characters = 0;
        while (batch.Count < most && (_ready.TryPeek(out var lane) || _behind.TryPeek(out lane)))
        {
            var taken = 0;
            while (taken < lane.Waiting.Count && batch.Count < most && Fits(lane.Waiting[taken]))
            {
                characters += lane.Waiting[taken].Kept.Content.Length;
                batch.Add(lane.Waiting[taken++]);
            }

            if (taken == 0)
            {
                break;
            }

            (lane.Behind ? _behind : _ready).Dequeue();
            ReadyCount -= lane.Waiting.Count;
            lane.Waiting.RemoveRange(0, taken);
            lane.Busy = true;
        }

        Count -= batch.Count;
        return batch;

        bool Fits(PreparedDelivery next) => batch.Count == 0 || characters + next.Kept.Content.Length <= mostCharacters;
    }

    /// <summary>What was on its way in this lane has ended. Harmless when said twice.</summary>
    public void Free(long laneKey)
    {
        if (!_lanes.TryGetValue(laneKey, out var lane) || !lane.Busy)
        {
            return;
        }

        lane.Busy = false;
        if (lane.Waiting.Count == 0)
        {
            _lanes.Remove(laneKey);
            return;
        }

        ReadyCount += lane.Waiting.Count;
        Enqueue(lane);
    }

    private void Enqueue(LaneState lane) => (lane.Behind ? _behind : _ready).Enqueue(lane);

    /// <summary>Takes out everything that has not started.</summary>
    public IReadOnlyList<PreparedDelivery> Drain()
    {
        List<PreparedDelivery> all = [.. _lanes.Values.SelectMany(lane => lane.Waiting)];
        foreach (var lane in _lanes.Values.ToList())
        {
            lane.Waiting.Clear();
            if (!lane.Busy)
            {
                _lanes.Remove(lane.Key);
            }
        }

        _ready.Clear();
        _behind.Clear();
        Count = 0;
        ReadyCount = 0;
        return all;
    }

    private sealed class LaneState(long key, bool behind)
    {
        public long Key { get; } = key;

        /// <summary>Stays until the lane is empty: what follows in it is of the same customer.</summary>
        public bool Behind { get; } = behind;

        public List<PreparedDelivery> Waiting { get; } = [];

        public bool Busy { get; set; }
    }
}
