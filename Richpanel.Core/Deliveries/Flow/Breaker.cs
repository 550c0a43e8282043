using Richpanel.Core.Wire;

namespace Richpanel.Core.Deliveries.Flow;

/// <summary>What an answer says about the other side as a whole.</summary>
internal enum BreakerAnswer
{
    /// <summary>Nothing: it has enough for now and says how long (429), which is a postponement, or it speaks of key or address, which is for the holds.</summary>
    None,

    /// <summary>It is there and decides, whether it accepts the event or refuses it.</summary>
    Answered,

    /// <summary>It is not there, or not well.</summary>
    Unanswered,
}

/// <summary>
/// Opens when Richpanel does not answer: 10 in a row, or 70 % of at least 10 within 5 minutes. While it is open deliveries wait and spend
/// no try; a single one probes after 30 s, then after twice as long, up to 10 minutes. What is counted lives in memory: a restart
/// starts the count again, but an open breaker stands in the connection's row. Used by one loop, so not safe for several threads.
/// </summary>
internal sealed class Breaker
{
    public const int InARow = 10;

    /// <summary>Fewer answers than this say nothing about a share.</summary>
    public const int Least = 10;

    public const int SharePercent = 70;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan FirstProbe = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan LongestProbe = TimeSpan.FromMinutes(10);

    private const int TooManyRequests = 429;

    private static readonly TimeSpan s_slot = TimeSpan.FromSeconds(10);

    private readonly Queue<Slot> _slots = new();
    private int _row;

    public static BreakerAnswer Read(SendResult result) => result.Verdict.Class switch
    {
        AnswerClass.Accepted or AnswerClass.Failed => BreakerAnswer.Answered,
        AnswerClass.TryLater when result is { StatusCode: TooManyRequests, RetryAfter.Ticks: > 0 } => BreakerAnswer.None,
        AnswerClass.TryLater => BreakerAnswer.Unanswered,   // also a 503 that says when to come back: it is an outage, announced
        _ => BreakerAnswer.None,
    };

    /// <summary>The wait before a probe, after so many that got no answer; never less than was asked for.</summary>
    public static TimeSpan ProbeAfter(int unanswered, TimeSpan? asked = null)
    {
        var wait = FirstProbe * Math.Pow(2, Math.Min(unanswered, 10));
        wait = wait < LongestProbe ? wait : LongestProbe;
        return asked > wait ? asked.Value : wait;
    }

    /// <summary>True when this answer opens it.</summary>
    public bool Observe(BreakerAnswer answer, DateTimeOffset now)
    {
        if (answer == BreakerAnswer.None)
        {
            return false;
        }

        var failed = answer == BreakerAnswer.Unanswered;
        _row = failed ? _row + 1 : 0;
        Add(failed, now);
        return failed && (_row >= InARow || IsTooMany());
    }

    public void Forget()
    {
        _slots.Clear();
        _row = 0;
    }

    private void Add(bool failed, DateTimeOffset now)
    {
        while (_slots.TryPeek(out var oldest) && (now - oldest.Start >= Window || now < oldest.Start))
        {
            _slots.Dequeue();
        }

        var slot = _slots.LastOrDefault();
        if (slot is null || now - slot.Start >= s_slot)
        {
            _slots.Enqueue(slot = new Slot(now));
        }

        slot.All++;
        slot.Failed += failed ? 1 : 0;
    }

    private bool IsTooMany()
    {
        var all = _slots.Sum(slot => slot.All);
        return all >= Least && _slots.Sum(slot => slot.Failed) * 100L >= all * (long)SharePercent;
    }

    private sealed class Slot(DateTimeOffset start)
    {
        public DateTimeOffset Start { get; } = start;

        public int All { get; set; }

        public int Failed { get; set; }
    }
}
