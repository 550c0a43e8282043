namespace Richpanel.Core.Deliveries;

/// <summary>The claims a loop holds, also by lane. Used by one loop alone.</summary>
internal sealed class OwnClaims
{
    private readonly Dictionary<long, (long Lane, DateTimeOffset DueAt)> _claims = [];
    private readonly Dictionary<long, int> _byLane = [];

    public int Count => _claims.Count;

    /// <summary>A copy, for another thread.</summary>
    public IReadOnlyDictionary<long, int> ByLane() => new Dictionary<long, int>(_byLane);

    /// <summary>A copy, for another thread.</summary>
    public IReadOnlySet<long> Ids() => _claims.Keys.ToHashSet();

    public int OfLane(long lane) => _byLane.GetValueOrDefault(lane);

    public int CountDueBefore(DateTimeOffset time) => _claims.Values.Count(claim => claim.DueAt < time);

    public void Add(IEnumerable<ClaimedDelivery> claimed)
    {
        foreach (var row in claimed)
        {
            if (_claims.TryAdd(row.Id, (row.Lane, row.DueAt)))
            {
                _byLane[row.Lane] = OfLane(row.Lane) + 1;
            }
        }
    }

    public void Remove(IEnumerable<ClaimedDelivery> ended)
    {
        foreach (var row in ended)
        {
            if (!_claims.Remove(row.Id))
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
