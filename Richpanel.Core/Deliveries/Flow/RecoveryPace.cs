namespace Richpanel.Core.Deliveries.Flow;

/// <summary>
/// When a loop looks for what has waited and how much of it may go out, so that the rate holds and the database is not asked
/// without end. A bucket of a quarter of a second; lives in memory, so a restart begins with a full one. Used by one loop.
/// </summary>
internal sealed class RecoveryPace
{
    /// <summary>How often rows that were received meanwhile are looked for: what a live one waits at most before its claim.</summary>
    public static readonly TimeSpan LiveLook = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan s_leastWait = TimeSpan.FromMilliseconds(20);

    private double? _tokens;
    private DateTimeOffset _filled;
    private DateTimeOffset _nextLive;
    private DateTimeOffset _restUntil;

    public bool IsLiveDue(DateTimeOffset now) => now >= _nextLive || _nextLive - now > LiveLook;

    public void LookedForLive(DateTimeOffset now) => _nextLive = now + LiveLook;

    /// <summary>A look found less than it might have taken: another finds no more until something has ended, or come due.</summary>
    public void FoundLess(DateTimeOffset now) => _restUntil = now + LiveLook;

    /// <summary>Something has ended: its lane may give the next.</summary>
    public void Freed() => _restUntil = default;

    /// <summary>How many may be claimed now.</summary>
    public int Allowed(int? rate, DateTimeOffset now)
    {
        if (now < _restUntil && _restUntil - now <= LiveLook)
        {
            return 0;
        }

        if (rate is not { } perSecond)
        {
            return int.MaxValue;
        }

        var most = Math.Max(1, perSecond / 4d);
        var passed = Math.Max(0, (now - _filled).TotalSeconds);
        _tokens = Math.Min(most, (_tokens ?? most) + (passed * perSecond));
        _filled = now;
        return (int)_tokens.Value;
    }

    public void Claimed(int? rate, int count)
    {
        if (rate is not null)
        {
            _tokens = (_tokens ?? 0) - count;
        }
    }

    /// <summary>The next time at which there is something to look for.</summary>
    /// <param name="hasRoom">Whether more of what waited could be taken.</param>
    public DateTimeOffset NextLook(int? rate, bool hasRoom, DateTimeOffset now)
    {
        var live = IsLiveDue(now) ? now : _nextLive;
        if (!hasRoom || rate is not { } perSecond)
        {
            return live;
        }

        var wait = TimeSpan.FromSeconds(Math.Max(0, 1 - (_tokens ?? 1)) / perSecond);
        var token = now + (wait > s_leastWait ? wait : s_leastWait);
        return token < live ? token : live;
    }

    public void Forget()
    {
        _tokens = null;
        _nextLive = default;
        _restUntil = default;
    }
}
