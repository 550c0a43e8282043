namespace Richpanel.Core.Storage;

/// <summary>Whether the disk still has room, looked at once a second at most, so that the door closes before anything fails.</summary>
/// <param name="read">Reads the disk of the database.</param>
public sealed class StoreHealth(Func<StoreSpace> read, TimeProvider time)
{
    private long _lookedAt = long.MinValue;
    private volatile StoreSpace? _space;

    /// <summary>As of the last second; null when the disk does not answer.</summary>
    public StoreSpace? Space
    {
        get
        {
            var now = time.GetUtcNow().UtcTicks;
            var looked = Interlocked.Read(ref _lookedAt);
            if ((looked == long.MinValue || now - looked > TimeSpan.TicksPerSecond || now < looked) && Interlocked.CompareExchange(ref _lookedAt, now, looked) == looked)
            {
                _space = TryRead();
            }

            return _space;
        }
    }

    /// <summary>A disk that does not say is not taken for full: the commit itself will tell.</summary>
    public bool IsNearlyFull => Space is { IsFull: true };

    /// <exception cref="StoreUnavailableException">Too little space is left.</exception>
    public void DemandSpace()
    {
        if (IsNearlyFull)
        {
            throw new StoreUnavailableException(StoreFault.Full, "The disk of the database is nearly full.");
        }
    }

    private StoreSpace? TryRead()
    {
        try
        {
            return read();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
