namespace Richpanel.Core.Wire;

internal enum SendPhase
{
    /// <summary>No connection yet, or one that is ready and not written to: nothing has gone out.</summary>
    Start,
    Dns,
    Connect,
    Tls,

    /// <summary>From the first byte that goes out until the answer begins: from here on the call may have arrived.</summary>
    Wait,
    Read,
}

/// <summary>
/// Takes the time of each phase of one send. A request on a pooled connection only waits and reads. A connection may come about
/// after the send that asked for it has ended; what it reports then is no longer heard.
/// </summary>
internal sealed class PhaseClock(TimeProvider time)
{
    public static readonly HttpRequestOptionsKey<PhaseClock> Key = new("phases");

    private readonly Lock _gate = new();
    private readonly long _start = time.GetTimestamp();
    private readonly TimeSpan?[] _spent = new TimeSpan?[Enum.GetValues<SendPhase>().Length];
    private SendPhase _now = SendPhase.Start;
    private long _since = time.GetTimestamp();
    private TimeSpan? _total;

    public SendPhase Now
    {
        get
        {
            lock (_gate)
            {
                return _now;
            }
        }
    }

    public void Enter(SendPhase phase)
    {
        lock (_gate)
        {
            // A connection that was begun for this send and overtaken by a pooled one must not turn the clock back.
            if (_total is null && (phase > _now || _now < SendPhase.Wait))
            {
                Leave();
                _now = phase;
            }
        }
    }

    public PhaseTimes Finish()
    {
        lock (_gate)
        {
            if (_total is null)
            {
                Leave();
                _total = time.GetElapsedTime(_start);
            }

            return new PhaseTimes(
                Of(SendPhase.Dns), Of(SendPhase.Connect), Of(SendPhase.Tls), Of(SendPhase.Wait), Of(SendPhase.Read), (int)_total.Value.TotalMilliseconds);
        }
    }

    private void Leave()
    {
        var now = time.GetTimestamp();
        _spent[(int)_now] = (_spent[(int)_now] ?? TimeSpan.Zero) + time.GetElapsedTime(_since, now);
        _since = now;
    }

    private int? Of(SendPhase phase) => _spent[(int)phase] is { } spent ? (int)spent.TotalMilliseconds : null;
}
