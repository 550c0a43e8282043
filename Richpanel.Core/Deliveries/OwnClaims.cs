namespace Richpanel.Core.Deliveries;

/// <summary>The claims a loop holds, also by lane. Used by one loop alone.</summary>
internal sealed class OwnClaims
{
    private readonly Dictionary<long, long> _laneOf = [];
    private readonly Dictionary<long, int> _byLane = [];

    public int Count => _laneOf.Count;

    /// <summary>A copy, for another thread.</summary>
    public IReadOnlyDictionary<long, int> ByLane() => new Dictionary<long, int>(_byLane);

    /// <summary>A copy, for another thread.</summary>
    public IReadOnlySet<long> Ids() => _laneOf.Keys.ToHashSet();

    public int OfLane(long lane) => _byLane.GetValueOrDefault(lane);

    public void Add(IEnumerable<ClaimedDelivery> claimed)
    {
        foreach (var row in claimed)
        {
            if (_laneOf.TryAdd(row.Id, row.Lane))
            {
                _byLane[row.Lane] = OfLane(row.Lane) + 1;
            }
        }
    }

    public void Remove(IEnumerable<ClaimedDelivery> ended)
    {
        foreach (var row in ended)
        {
            if (!_laneOf.Remove(row.Id))
            {
                continue;
            }

            if (--_byLane[row.Lane] == 0)
            {
                _byLane.Remove(row.Lane);
            }
        }
    }
}
