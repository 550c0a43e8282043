namespace Richpanel.Core.Deliveries;

/// <summary>
/// How much of the claim window each lane has taken. A lane that holds half its share is passed over, so that a crowded one is
/// refilled by halves and not one by one. Lives for one turn.
/// </summary>
internal sealed class LaneShares(ClaimWish wish)
{
    private readonly Dictionary<long, int> _taken = new(wish.Held);
    private readonly HashSet<long> _full = [.. wish.Held.Where(lane => lane.Value >= wish.LookBelow).Select(lane => lane.Key)];

    /// <summary>Lanes that take no more in this turn.</summary>
    public IReadOnlySet<long> Full => _full;

    public bool TryTake(long lane)
    {
        if (_full.Contains(lane))
        {
            return false;
        }

        _taken[lane] = _taken.GetValueOrDefault(lane) + 1;
        if (_taken[lane] >= wish.LaneShare)
        {
            _full.Add(lane);
        }

        return true;
    }
}
