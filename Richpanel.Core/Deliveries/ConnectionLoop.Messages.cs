using Richpanel.Core.Deliveries.Flow;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>What the loop makes of what it is told, how long it sleeps, and how it stops.</summary>
internal sealed partial class ConnectionLoop
{
    private void HandleAll()
    {
        while (_mailbox.Reader.TryRead(out var message))
        {
            Handle(message);
        }
    }

    private void Handle(LoopMessage message)
    {
        switch (message)
        {
            case LoopMessage.SendEnded ended:
                OnSent(ended);
                break;
            case LoopMessage.PreparationEnded ended:
                OnPrepared(ended);
                break;
            case LoopMessage.TurnEnded ended:
                OnTurn(ended);
                break;
            default:
                _look = true;
                break;
        }
    }

    /// <summary>Slots and lanes are free as soon as the send has ended; recording it comes after.</summary>
    private void OnSent(LoopMessage.SendEnded ended)
    {
        _inFlight--;
        var isProbe = ReferenceEquals(ended.Deliveries, _probe);
        _probe = isProbe ? null : _probe;
        foreach (var delivery in ended.Deliveries)
        {
            _lanes.Free(delivery.Row.Lane);
        }

        var now = tools.Time.GetUtcNow();
        switch (ended.End)
        {
            case SendEnd.Sent sent:
                Judge(sent.Deliveries, isProbe, now);
                break;
            case SendEnd.NotSent refused:
                _stop = new ConnectionStop(refused.HoldCause, null, refused.ConnectionVersion);
                GiveBack(ended.Deliveries.Select(delivery => delivery.Row).ToList());
                break;
            case SendEnd.Broke:
                _finished.AddRange(ended.Deliveries.Select(delivery => OutcomeRules.Broke(delivery.Row, Rules, tools.Chance(), now)));
                break;
            default:
                _finished.AddRange(ended.Deliveries.Select(delivery => OutcomeRules.BrokenOff(delivery.Row)));
                break;
        }
    }

    private void Judge(IReadOnlyList<SentDelivery> deliveries, bool isProbe, DateTimeOffset now)
    {
        SentExchange? judged = null;
        var reading = HoldReading.None;
        List<ClaimedDelivery> unsent = [];
        var rules = Rules;
        foreach (var sent in deliveries)
        {
            if (sent.Exchanges.Count == 0)
            {
                unsent.Add(sent.Delivery.Row);
                continue;
            }

            // A shared answer is one observation, however many deliveries it carried.
            if (!ReferenceEquals(judged, sent.Exchanges[^1]))
            {
                judged = sent.Exchanges[^1];
                var row = sent.Delivery.Row;
                (_streaks, reading) = _streaks.Observe(row.Id, judged.Result.Verdict, row.Marks.HasFlag(DeliveryMarks.ManualRetry));
                reading = ObserveFlow(sent, judged.Result, reading, isProbe, now);
                StopIfNeeded(OutcomeRules.StopAfter(judged.Result, reading.Decision, now), now);
            }

            var outcome = OutcomeRules.Decide(sent, reading, rules, tools.Chance(), now);
            if (outcome.State == DeliveryState.Failed)
            {
                _streaks = _streaks.Forget(sent.Delivery.Row.Id);
                tools.Logger.DeliveryFailed(sent.Delivery.Row.Id, outcome.Cause);
            }

            _finished.Add(outcome);
        }

        if (unsent.Count > 0)
        {
            GiveBack(unsent);
            GiveBack();   // of the same lanes there may be later ones
        }
    }

    private void StopIfNeeded(ConnectionStop? stop, DateTimeOffset now)
    {
        var standing = tools.Directory.Find(connectionId) is { } connection && connection.IsHeld(now)
            ? new ConnectionStop(connection.HoldCause, connection.HoldUntil)
            : null;
        if (stop is not null && stop.Outweighs(_stop) && stop.Outweighs(_stopBeingWritten) && stop.Outweighs(standing))
        {
            _stop = stop;
        }
    }

    private void OnPrepared(LoopMessage.PreparationEnded ended)
    {
        _preparationRuns = false;
        if (ended.Prepared is null)
        {
            _releases.AddRange(ended.Rows);
            if (!_stopping)
            {
                tools.Logger.RoundFailed(connectionId, ended.Failure!);
                Rest();
            }

            return;
        }

        foreach (var preparation in ended.Prepared)
        {
            switch (preparation)
            {
                case Preparation.Ended { Outcome: var outcome }:
                    _finished.Add(outcome);
                    break;
                case Preparation.Ready { Delivery: var delivery } when _stopping || ended.ConnectionVersion != _version || _givenBack != _givenBackAtPreparation:
                    _releases.Add(delivery.Row);
                    break;
                case Preparation.Ready { Delivery: var delivery }:
                    _lanes.Add(delivery, delivery.Row.DueAt < tools.Directory.Find(connectionId)?.RecoveryBefore);
                    break;
                default:
                    throw new InvalidOperationException($"Unknown preparation {preparation.GetType().Name}.");
            }
        }
    }

    private void OnTurn(LoopMessage.TurnEnded ended)
    {
        _turnRuns = false;
        _stopBeingWritten = null;
        _moveBeingWritten = null;
        var turn = ended.Turn;
        if (ended.Failure is not null)
        {
            tools.Logger.RoundFailed(connectionId, ended.Failure);
            Rest();
        }

        if (ended.Result is not { } result)
        {
            // Nothing was committed: it is all still to be written, oldest first.
            _finished.InsertRange(0, StillToRecord(turn, ended.Failure));
            _releases.InsertRange(0, turn.Releases);
            _stop ??= turn.Stop;
            _move ??= turn.Move;
            _look = true;
            _nextSweep = turn.Sweep is null ? _nextSweep : default;
            return;
        }

        _unrecorded.ExceptWith(turn.Outcomes.Select(outcome => outcome.Row.Id));
        _unrecorded.ExceptWith(turn.Releases.Select(row => row.Id));
        _own.Remove(turn.Outcomes.Select(outcome => outcome.Row));
        _own.Remove(turn.Releases);
        _own.Add(result.Claimed);
        _look |= result.Crowded.Any(lane => _own.OfLane(lane) < turn.Claim.LookBelow);
        _nextDue = result.NextDue;
        _recovered |= turn.Sweep is not null;
        if (turn.Outcomes.Count + turn.Releases.Count > 0)
        {
            _pace.Freed();
        }

        OnClaimed(turn, result);
        Tell(turn, result);
        Take(turn, result.Claimed);
    }

    /// <summary>An outcome that the database refuses must not stop the others: it becomes one that says only that.</summary>
    private IReadOnlyList<DeliveryOutcome> StillToRecord(DispatchTurn turn, Exception? failure)
    {
        if (failure is StoreUnavailableException)
        {
            return turn.Outcomes;
        }

        var alone = _recordOneByOne;
        _recordOneByOne = true;
        return alone ? [.. turn.Outcomes.Select(outcome => OutcomeRules.NotRecorded(outcome.Row, turn.Now))] : turn.Outcomes;
    }

    private void Take(DispatchTurn turn, IReadOnlyList<ClaimedDelivery> claimed)
    {
        if (claimed.Count == 0)
        {
            return;
        }

        _look |= claimed.Count == turn.Claim.AtMost;
        if (_stopping || _givenBack != _givenBackAtTurn || tools.Directory.Find(connectionId) is not { } connection)
        {
            _releases.AddRange(claimed);
            return;
        }

        _preparationRuns = true;
        _givenBackAtPreparation = _givenBack;
        _ = PrepareAsync(connection, claimed);
    }

    private void Tell(DispatchTurn turn, TurnResult result)
    {
        if (result.Orphans > 0)
        {
            tools.Logger.ClaimsRecovered(connectionId, result.Orphans);
        }

        switch (turn.Stop)
        {
            case { HoldCause: { } cause, Until: var until }:
                _streaks = HoldStreaks.None;
                _breaker.Forget();
                tools.Logger.ConnectionHeld(connectionId, cause, until);
                break;
            case { Until: var until }:
                tools.Logger.ConnectionPostponed(connectionId, until);
                break;
            default:
                break;
        }

        switch (turn.Move)
        {
            case FlowMove.Open open:
                tools.Logger.BreakerOpened(connectionId, open.Cause, open.Probes, open.Until);
                break;
            case FlowMove.Close:
                tools.Logger.BreakerClosed(connectionId);
                break;
            default:
                break;
        }

        if (turn.Outcomes.Count + result.Claimed.Count > 0)
        {
            var accepted = turn.Outcomes.Count(outcome => outcome.State == DeliveryState.Accepted);
            var waiting = turn.Outcomes.Count(outcome => outcome.State == DeliveryState.Waiting);
            tools.Logger.TurnRecorded(
                connectionId, accepted, waiting, turn.Outcomes.Count - accepted - waiting, result.Claimed.Count);
        }

        if (turn.Outcomes.Count + turn.Releases.Count + result.Claimed.Count + result.Orphans > 0 || turn.Stop is not null || turn.Move is not null)
        {
            tools.Recorded();
        }
    }

    /// <param name="stepped">The time the last step went by; what has come due since then ends the wait at once.</param>
    private async Task WaitAsync(DateTimeOffset stepped)
    {
        var wait = Earliest(stepped) - tools.Time.GetUtcNow();
        if (_mailbox.Reader.TryPeek(out _) || wait <= TimeSpan.Zero)
        {
            return;
        }

        using var timeout = new CancellationTokenSource(wait, tools.Time);
        try
        {
            await _mailbox.Reader.WaitToReadAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            // Nobody called in time: the poll, or a clock time that has come.
        }
    }

    /// <summary>The next clock time at which there is something to do without being told.</summary>
    private DateTimeOffset Earliest(DateTimeOffset now)
    {
        var connection = tools.Directory.Find(connectionId);
        DateTimeOffset?[] times =
        [
            _turnRuns || _preparationRuns ? null : NextClaim(connection, now),
            _lingerUntil,
            _turnRuns ? null : _nextSweep,
            now < _restUntil ? _restUntil : null,
            connection?.HoldUntil,
            connection?.PausedUntil,
            connection?.PostponedUntil,
            connection?.BreakerUntil,
        ];
        var earliest = now + s_poll;
        foreach (var time in times)
        {
            if (time > now && time < earliest)
            {
                earliest = time.Value;
            }
        }

        return earliest;
    }

    /// <summary>
    /// A clean stop: what has not started goes back unmarked, what is in flight gets a bounded time, what is broken off is marked,
    /// and everything is written before the loop ends. If that cannot be written, the claims stay and the next start marks them.
    /// </summary>
    private async Task FinishAsync()
    {
        _stopping = true;
        _restUntil = default;
        GiveBack();
        using var deadline = new CancellationTokenSource(s_finish, tools.Time);
        using var lastLine = new CancellationTokenSource(s_finish + s_rest, tools.Time);
        await using var breakOff = deadline.Token.Register(BreakOff);
        try
        {
            StartTurn(null, open: false, tools.Time.GetUtcNow());
            while (_inFlight > 0 || _turnRuns || _preparationRuns)
            {
                await _mailbox.Reader.WaitToReadAsync(lastLine.Token);
                HandleAll();
                StartTurn(null, open: false, tools.Time.GetUtcNow());
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            tools.Logger.RoundFailed(connectionId, failure);
        }
    }

    private void BreakOff()
    {
        tools.Logger.StopBrokeOff(connectionId, _inFlight);
        _breakOff.Cancel();
    }
}
