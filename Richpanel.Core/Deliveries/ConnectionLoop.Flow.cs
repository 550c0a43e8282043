using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries.Flow;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Deliveries;

/// <summary>The breaker, the few that go first after a stop, and catching up with what has waited.</summary>
internal sealed partial class ConnectionLoop
{
    private readonly Breaker _breaker = new();
    private readonly RecoveryPace _pace = new();
    private readonly HashSet<long> _passedOver = [];

    /// <summary>The one delivery on its way to see how it is answered; null when none is.</summary>
    private IReadOnlyList<PreparedDelivery>? _probe;
    private FlowMove? _move;
    private FlowMove? _moveBeingWritten;

    /// <summary>Nothing is claimed or sent until the row says what is known already.</summary>
    private bool IsMoving => _move is not (null or FlowMove.CaughtUp) || _moveBeingWritten is not (null or FlowMove.CaughtUp);

    /// <summary>What the answer means for breaker and canary; one to settings that have changed since means nothing.</summary>
    private HoldReading ObserveFlow(SentDelivery sent, SendResult result, HoldReading reading, bool isProbe, DateTimeOffset now)
    {
        if (tools.Directory.Find(connectionId) is not { } connection || connection.Version != sent.ConnectionVersion)
        {
            return reading;
        }

        var answer = Breaker.Read(result);
        var opens = _breaker.Observe(answer, now);
        if (!isProbe)
        {
            if (opens && connection.BreakerSince is null && _moveBeingWritten is not FlowMove.Open)
            {
                _move = Open(connection, result, now);
            }

            return reading;
        }

        if (connection.BreakerSince is null && IsBadForCanary(result))
        {
            return new HoldReading(HoldDecision.Hold, 0);
        }

        _move = AfterProbe(connection, answer, result, now) ?? _move;
        if (answer != BreakerAnswer.Unanswered && !IsAskedToWait(connection, answer, result))
        {
            return reading;
        }

        _passedOver.Add(sent.Delivery.Row.Lane);
        return new HoldReading(HoldDecision.Probe, 0);
    }

    /// <summary>What goes first speaks for all: a refusal, or an address fault at the first. A single 403 may be about one event alone.</summary>
    private static bool IsBadForCanary(SendResult result) =>
        result.Verdict is { Class: AnswerClass.Failed } or { Class: AnswerClass.Hold, Hold: HoldRule.AtOnce or HoldRule.AddressStreak };

    /// <summary>Probes that got no answer leave their turn to another customer's: one event must not decide alone.</summary>
    private IReadOnlyDictionary<long, int> PassingOver(IReadOnlyDictionary<long, int> held) =>
        _passedOver.Count == 0 ? held : held.Concat(_passedOver.Where(lane => !held.ContainsKey(lane)).Select(lane => KeyValuePair.Create(lane, int.MaxValue))).ToDictionary();

    /// <summary>A probe of an open breaker that was answered 429 with a time: nothing is known yet, and it spends no try either.</summary>
    private static bool IsAskedToWait(Connection connection, BreakerAnswer answer, SendResult result) =>
        connection.BreakerSince is not null && answer == BreakerAnswer.None && result.Verdict.Class == AnswerClass.TryLater;

    /// <summary>A 401 is an answer too, and leads to a hold; a wish to wait is none: the breaker stays as it is until another probe.</summary>
    private FlowMove? AfterProbe(Connection connection, BreakerAnswer answer, SendResult result, DateTimeOffset now) => answer switch
    {
        BreakerAnswer.Unanswered => Open(connection, result, now),
        _ when IsAskedToWait(connection, answer, result) => new FlowMove.Open(connection.BreakerCause!, now + Breaker.ProbeAfter(connection.BreakerProbes, result.RetryAfter), connection.BreakerProbes),
        _ when connection.BreakerSince is not null && (answer == BreakerAnswer.Answered || result.Verdict.Class == AnswerClass.Hold) => Close(),
        BreakerAnswer.Answered => FlowMove.ProbePassed.Instance,
        _ => null,
    };

    private FlowMove.Open Open(Connection connection, SendResult result, DateTimeOffset now)
    {
        _breaker.Forget();
        var probes = connection.BreakerSince is null ? 0 : connection.BreakerProbes + 1;
        return new FlowMove.Open(result.Verdict.Cause!, now + Breaker.ProbeAfter(probes, result.RetryAfter), probes);
    }

    private FlowMove.Close Close()
    {
        _breaker.Forget();
        _pace.Forget();
        _passedOver.Clear();
        return new FlowMove.Close(tools.Options.RecoveryRate);
    }

    private RecoveryWish RecoveryNow(Connection connection, DateTimeOffset before, bool probing, int most, DateTimeOffset now) => new(
        before,
        Worthwhile(Math.Min(RoomForWaited(before, most), _pace.Allowed(connection.RecoveryRate, now)), most, connection.RecoveryRate),
        !probing && _pace.IsLiveDue(now));

    /// <summary>Half the window is left to what comes in meanwhile.</summary>
    private int RoomForWaited(DateTimeOffset before, int most) => Math.Max(0, ((most + 1) / 2) - _own.CountDueBefore(before));

    /// <summary>Without a rate, not one by one: a look at the table costs a commit.</summary>
    private int Worthwhile(int room, int most, int? rate) => rate is not null || room * 8 >= most || _lanes.Count == 0 ? room : 0;

    private void OnClaimed(DispatchTurn turn, TurnResult result)
    {
        if (turn.Claim.IsProbe && result.Claimed.Count == 0 && _passedOver.Count > 0)
        {
            _passedOver.Clear();   // there is no other customer: it is their turn again
            _look = true;
        }

        if (turn.Claim is not { AtMost: > 0, Recovery: { } recovery })
        {
            return;
        }

        if (recovery.LooksForLive)
        {
            _pace.LookedForLive(turn.Now);
        }

        var waited = result.Claimed.Count(row => row.DueAt < recovery.Before);
        _pace.Claimed(tools.Directory.Find(connectionId)?.RecoveryRate, waited);
        if (waited < recovery.AtMost)
        {
            _pace.FoundLess(turn.Now);
        }

        if (result.CaughtUp && _own.CountDueBefore(recovery.Before) == 0)
        {
            _pace.Forget();
            _move ??= new FlowMove.CaughtUp(recovery.Before);
            _look = true;
        }
    }

    /// <summary>When there may be something to claim.</summary>
    private DateTimeOffset? NextClaim(Connection? connection, DateTimeOffset now)
    {
        if (connection is not { RecoveryBefore: { } before, BreakerSince: null })
        {
            return _nextDue;
        }

        var room = RoomForWaited(before, Concurrency(connection) * tools.Options.BatchSize) > 0;
        return _pace.NextLook(connection.RecoveryRate, room, now);
    }
}
