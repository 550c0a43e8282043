using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries.Flow;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Deliveries;

/// <summary>The breaker, the few that go first after a stop, and catching up with what has waited.</summary>
internal sealed partial class ConnectionLoop
{
    private readonly Breaker _breaker = new();
    private readonly RecoveryPace _pace = new();

    /// <summary>The one delivery on its way to see how it is answered; null when none is.</summary>
    private IReadOnlyList<PreparedDelivery>? _probe;
    private FlowMove? _move;
    private FlowMove? _moveBeingWritten;

    /// <summary>Nothing is claimed or sent until the row says what is known already.</summary>
    private bool IsMoving => _move is not (null or FlowMove.CaughtUp) || _moveBeingWritten is not (null or FlowMove.CaughtUp);

    /// <summary>One that goes first speaks for all: an address fault or a 403 stops the connection at the first.</summary>
    private HoldReading JudgeProbe(SendResult result, HoldReading reading, DateTimeOffset now)
    {
        if (reading.Decision is HoldDecision.Suspect or HoldDecision.RefusedByFilter)
        {
            return new HoldReading(HoldDecision.Hold, 0);
        }

        return Breaker.Read(result) == BreakerAnswer.Unanswered && reading.Decision == HoldDecision.None
            ? new HoldReading(HoldDecision.Probe, 0, now + Breaker.ProbeAfter(NextProbes))
            : reading;
    }

    /// <summary>Of this connection, counting the one that has just ended without an answer. 0 while the breaker was still closed.</summary>
    private int NextProbes => tools.Directory.Find(connectionId) is { BreakerSince: not null } open ? open.BreakerProbes + 1 : 0;

    private void ObserveBreaker(SendResult result, bool isProbe, DateTimeOffset now)
    {
        if (tools.Directory.Find(connectionId) is not { } connection)
        {
            return;
        }

        var answer = Breaker.Read(result);
        var opens = _breaker.Observe(answer, now);
        if (isProbe)
        {
            _move = AfterProbe(connection, answer, result, now) ?? _move;
        }
        else if (opens && connection.BreakerSince is null && _moveBeingWritten is not FlowMove.Open)
        {
            _move = Open(result, 0, now);
        }
    }

    /// <summary>A 401 is an answer too, and leads to a hold; a wish to wait is none and leaves everything as it is.</summary>
    private FlowMove? AfterProbe(Connection connection, BreakerAnswer answer, SendResult result, DateTimeOffset now) => answer switch
    {
        BreakerAnswer.Unanswered => Open(result, NextProbes, now),
        _ when connection.BreakerSince is not null && (answer == BreakerAnswer.Answered || result.Verdict.Class == AnswerClass.Hold) => Close(),
        BreakerAnswer.Answered => FlowMove.ProbePassed.Instance,
        _ => null,
    };

    private FlowMove.Open Open(SendResult result, int probes, DateTimeOffset now)
    {
        _breaker.Forget();
        return new FlowMove.Open(result.Verdict.Cause!, now + Breaker.ProbeAfter(probes), probes);
    }

    private FlowMove.Close Close()
    {
        _breaker.Forget();
        _pace.Forget();
        return new FlowMove.Close(tools.Options.RecoveryRate);
    }

    private RecoveryWish RecoveryNow(Connection connection, DateTimeOffset before, int most, DateTimeOffset now) =>
        new(before, Worthwhile(Math.Min(RoomForWaited(before, most), _pace.Allowed(connection.RecoveryRate, now)), most, connection.RecoveryRate), _pace.IsLiveDue(now));

    /// <summary>Half the window is left to what comes in meanwhile.</summary>
    private int RoomForWaited(DateTimeOffset before, int most) => Math.Max(0, ((most + 1) / 2) - _own.CountDueBefore(before));

    /// <summary>Without a rate, not one by one: a look at the table costs a commit.</summary>
    private int Worthwhile(int room, int most, int? rate) => rate is not null || room * 8 >= most || _lanes.Count == 0 ? room : 0;

    private void OnClaimed(DispatchTurn turn, TurnResult result)
    {
        if (turn.Claim is not { AtMost: > 0, Recovery: { } recovery })
        {
            return;
        }

        if (recovery.LooksForLive)
        {
            _pace.LookedForLive(turn.Now);
        }

        _pace.Claimed(tools.Directory.Find(connectionId)?.RecoveryRate, result.Claimed.Count(row => row.DueAt < recovery.Before));
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
        if (connection is not { RecoveryBefore: { } before } || connection.IsProbing(now))
        {
            return _nextDue;
        }

        var room = RoomForWaited(before, Concurrency(connection) * tools.Options.BatchSize) > 0;
        return _pace.NextLook(connection.RecoveryRate, room, now);
    }
}
