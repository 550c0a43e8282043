namespace Richpanel.Core.Wire;

internal enum SendPhase
{
    Dns,
    Connect,
    Tls,
    Wait,
    Read,
}

/// <summary>Takes the time of each phase of one send. A request on a pooled connection only waits and reads.</summary>
internal sealed class PhaseClock(TimeProvider time)
{
    public static readonly HttpRequestOptionsKey<PhaseClock> Key = new("phases");

    private readonly long _start = time.GetTimestamp();
    private readonly int?[] _spent = new int?[5];
    private long _since = time.GetTimestamp();

    public SendPhase Now { get; private set; } = SendPhase.Wait;

    public void Enter(SendPhase phase)
    {
        Leave();
        Now = phase;
    }

    public PhaseTimes Finish()
    {
        Leave();
        return new PhaseTimes(_spent[0], _spent[1], _spent[2], _spent[3], _spent[4], (int)time.GetElapsedTime(_start).TotalMilliseconds);
    }

    private void Leave()
    {
        var now = time.GetTimestamp();
        var spent = (int)time.GetElapsedTime(_since, now).TotalMilliseconds;
        // The moment before a connection is asked for is no phase of its own.
        if (Now != SendPhase.Wait || spent > 0 || _spent[(int)SendPhase.Wait] is not null)
        {
            _spent[(int)Now] = (_spent[(int)Now] ?? 0) + spent;
        }

        _since = now;
    }
}
