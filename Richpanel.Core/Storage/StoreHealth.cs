namespace Richpanel.Core.Storage;

/// <summary>Whether the disk still has room, looked at once a second at most, so that the door closes before anything fails.</summary>
/// <param name="freeBytes">Bytes free on the disk of the database.</param>
public sealed class StoreHealth(Func<long> freeBytes, TimeProvider time)
{
    /// <summary>What must stay free: for the WAL, a checkpoint and the rows that what is already kept still needs.</summary>
    public const long FreeBytesNeeded = 256L * 1024 * 1024;

    private long _lookedAt = long.MinValue;
    private volatile bool _isFull;

    /// <exception cref="StoreUnavailableException">Too little space is left.</exception>
    public void DemandSpace()
    {
        if (IsNearlyFull)
        {
            throw new StoreUnavailableException(StoreFault.Full, "The disk of the database is nearly full.");
        }
    }

    public bool IsNearlyFull
    {
        get
        {
            var now = time.GetUtcNow().UtcTicks;
            var looked = Interlocked.Read(ref _lookedAt);
            if (now - looked > TimeSpan.TicksPerSecond || looked == long.MinValue)
            {
                if (Interlocked.CompareExchange(ref _lookedAt, now, looked) == looked)
                {
                    _isFull = freeBytes() < FreeBytesNeeded;
                }
            }

            return _isFull;
        }
    }
}
