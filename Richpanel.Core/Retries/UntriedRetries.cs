namespace Richpanel.Core.Retries;

/// <summary>
/// What bulk retries made due and nobody has tried yet, of all of them together: a connection has one queue, whoever fills it. Lives in
/// memory; a restart forgets at most one window. Used by the pacer alone.
/// </summary>
internal sealed class UntriedRetries
{
    private static readonly TimeSpan s_counted = TimeSpan.FromSeconds(1);

    private readonly Dictionary<long, (long Connection, long Batch)> _rows = [];
    private readonly Queue<(DateTimeOffset At, long Connection)> _tried = [];

    public IReadOnlyCollection<long> Ids => [.. _rows.Keys];

    public bool IsAnyOf(long batch) => _rows.Values.Any(row => row.Batch == batch);

    public int Of(long connection) => _rows.Values.Count(row => row.Connection == connection);

    public void Add(long batch, IReadOnlyList<(long Delivery, long Connection)> sent)
    {
        foreach (var (delivery, connection) in sent)
        {
            _rows[delivery] = (connection, batch);
        }
    }

    public void Tried(IEnumerable<long> deliveries, DateTimeOffset now)
    {
        foreach (var delivery in deliveries)
        {
            if (_rows.Remove(delivery, out var row))
            {
                _tried.Enqueue((now, row.Connection));
            }
        }
    }

    /// <summary>
    /// How many may wait there for their try: what it takes in half a second as it goes now, so that a live delivery finds no long queue
    /// before it, however slow the other side is. A fast one gets twice as much with each second.
    /// </summary>
    /// <param name="least">Where it has shown nothing yet.</param>
    public int Window(long connection, int least, DateTimeOffset now)
    {
        while (_tried.TryPeek(out var first) && now - first.At > s_counted)
        {
            _tried.Dequeue();
        }

        return Math.Max(least, _tried.Count(row => row.Connection == connection) / 2);
    }
}
