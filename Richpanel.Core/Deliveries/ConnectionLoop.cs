using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Richpanel.Core.Connections;

namespace Richpanel.Core.Deliveries;

/// <summary>What the loops of all connections share.</summary>
internal sealed record LoopTools(
    ConnectionDirectory Directory,
    DispatchStore Store,
    CallPreparer Preparer,
    DeliverySender Sender,
    DeliveryOptions Options,
    Action Recorded,
    Func<double> Chance,
    TimeProvider Time,
    ILogger<DeliveryDispatcher> Logger);

/// <summary>
/// Delivers for one connection. An actor: one task owns all state and reads messages; commits, reading and sends run beside it
/// and report back, so that sends go on while outcomes are being committed. At most concurrency × batch size deliveries are
/// claimed ahead, and at most concurrency × what one request carries are sent without a recorded outcome: those a kill repeats.
/// </summary>
internal sealed partial class ConnectionLoop(long connectionId, LoopTools tools) : IDisposable
{
    /// <summary>The table is looked at this often even when nobody calls.</summary>
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(5);

    /// <summary>How long the loop rests after a round that failed.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    /// <summary>How often claims of nobody are looked for.</summary>
    private static readonly TimeSpan s_sweep = TimeSpan.FromSeconds(30);

    /// <summary>What sends in flight get to finish when the product stops; container runtimes kill after 10 s.</summary>
    private static readonly TimeSpan s_finish = TimeSpan.FromSeconds(8);

    private readonly Channel<LoopMessage> _mailbox = Channel.CreateUnbounded<LoopMessage>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _breakOff = new();
    private readonly LaneQueue _lanes = new();
    private readonly OwnClaims _own = new();

    /// <summary>Sent, or being sent, and not yet recorded: exactly what arrives a second time after a kill.</summary>
    private readonly HashSet<long> _unrecorded = [];
    private readonly List<DeliveryOutcome> _finished = [];
    private readonly List<ClaimedDelivery> _releases = [];

    /// <summary>The database refused a turn, though it works: alone, each outcome shows whether it is the one.</summary>
    private bool _recordOneByOne;

    private HoldStreaks _streaks = HoldStreaks.None;
    private ConnectionStop? _stop;
    private ConnectionStop? _stopBeingWritten;
    private bool _turnRuns;
    private bool _preparationRuns;
    private bool _look = true;
    private bool _stopping;
    private int _inFlight;
    private int _version;
    private DateTimeOffset? _nextDue;
    private DateTimeOffset _nextPoll;
    private DateTimeOffset? _lingerUntil;
    private DateTimeOffset _nextSweep;
    private bool _recovered;

    /// <summary>
    /// How often unsent deliveries were given back. What was claimed or was being read meanwhile may be later ones of the same
    /// lanes, so it goes back as well and is claimed again in order.
    /// </summary>
    private int _givenBack;
    private int _givenBackAtTurn;
    private int _givenBackAtPreparation;
    private DateTimeOffset _restUntil;

    public void Wake() => _mailbox.Writer.TryWrite(LoopMessage.Wake.Instance);

    /// <summary>Runs until <paramref name="stopping"/>, then finishes what is in flight. Never throws.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var registration = stopping.Register(Wake);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var now = tools.Time.GetUtcNow();
                Step(now);
                await WaitAsync(now);
                HandleAll();
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                tools.Logger.RoundFailed(connectionId, failure);
                Rest();
            }
        }

        await FinishAsync();
    }

    /// <summary>Only after <see cref="RunAsync"/> has ended.</summary>
    public void Dispose() => _breakOff.Dispose();

    private void Step(DateTimeOffset now)
    {
        var connection = tools.Directory.Find(connectionId);
        var open = connection is not null && MaySend(connection, now);
        if (connection is not null && connection.Version != _version)
        {
            // What was mapped with other settings goes back untouched and is mapped again.
            GiveBack();
            _version = connection.Version;
        }

        if (!open)
        {
            GiveBack();
        }
        else
        {
            StartSends(connection!, now);
        }

        StartTurn(connection, open, now);
    }

    private bool MaySend(Connection connection, DateTimeOffset now) =>
        !_stopping && _stop is null && _stopBeingWritten is null && !IsMoving && !connection.IsStopped(now) && !(connection.PostponedUntil > now) && !connection.IsBroken(now);

    private void StartSends(Connection connection, DateTimeOffset now)
    {
        var probing = connection.IsProbing(now);
        while (_inFlight < (probing ? 1 : Concurrency(connection))
            && _unrecorded.Count < MostUnrecorded(connection)
            && NextUnit(connection, probing, now) is { Count: > 0 } unit)
        {
            _inFlight++;
            _probe = probing ? unit : null;
            _unrecorded.UnionWith(unit.Select(delivery => delivery.Row.Id));
            _ = SendAsync(connection, unit);
        }
    }

    private IReadOnlyList<PreparedDelivery> NextUnit(Connection connection, bool probing, DateTimeOffset now)
    {
        if (connection.Transport != Transport.Batch || probing)
        {
            return _lanes.TryTake(out var delivery) ? [delivery] : [];
        }

        if (_lanes.ReadyCount == 0)
        {
            return [];
        }

        _lingerUntil ??= now + tools.Options.Linger;
        if (_lanes.ReadyCount < tools.Options.BatchSize && now < _lingerUntil)
        {
            return [];
        }

        _lingerUntil = null;
        return _lanes.TakeBatch(tools.Options.BatchSize, DeliveryOptions.MostBatchCharacters);
    }

    /// <summary>Never throws: whatever happens is told to the loop.</summary>
    private async Task SendAsync(Connection connection, IReadOnlyList<PreparedDelivery> unit)
    {
        SendEnd end;
        try
        {
            // Signing and writing run off the loop from the first instruction.
            end = await Task.Run(() => tools.Sender.SendAsync(connection, unit, _breakOff.Token));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            tools.Logger.SendBroke(connectionId, failure.GetType().Name);
            end = new SendEnd.Broke();
        }

        _mailbox.Writer.TryWrite(new LoopMessage.SendEnded(unit, end));
    }

    private void StartTurn(Connection? connection, bool open, DateTimeOffset now)
    {
        if (_turnRuns || now < _restUntil)
        {
            return;
        }

        var sweep = now >= _nextSweep;
        var claim = open ? WishNow(connection!, now) : WishFor(0, now);
        if (_finished.Count == 0 && _releases.Count == 0 && _stop is null && _move is null && !sweep && claim.AtMost == 0)
        {
            return;
        }

        if (_recordOneByOne && _finished.Count > 0)
        {
            StartTurn(new DispatchTurn(connectionId, now, [_finished[0]], [], null, WishFor(0, now), null, SecretAcceptance.In([_finished[0]], tools.Directory.Find(connectionId), now)));
            _finished.RemoveAt(0);
            return;
        }

        _recordOneByOne = false;
        var turn = new DispatchTurn(
            connectionId, now, [.. _finished], [.. _releases], _stop, claim, sweep ? NextSweep(now) : null,
            SecretAcceptance.In(_finished, tools.Directory.Find(connectionId), now), _move);
        _finished.Clear();
        _releases.Clear();
        (_stopBeingWritten, _stop) = (_stop, null);
        (_moveBeingWritten, _move) = (_move, null);
        if (claim.AtMost > 0)
        {
            _look = false;
            _nextPoll = now + s_poll;
        }

        StartTurn(turn);
    }

    private void StartTurn(DispatchTurn turn)
    {
        _turnRuns = true;
        _givenBackAtTurn = _givenBack;
        _ = TakeTurnAsync(turn);
    }

    /// <summary>What to claim now; nothing when nothing can be due or too little room is free to be worth a look.</summary>
    private ClaimWish WishNow(Connection connection, DateTimeOffset now)
    {
        var probing = connection.IsProbing(now);
        var most = probing ? 1 : Concurrency(connection) * tools.Options.BatchSize;
        var room = most - (_own.Count - _finished.Count - _releases.Count);
        if (_preparationRuns || room <= 0)
        {
            return WishFor(0, now);
        }

        if (connection.BreakerSince is null && connection.RecoveryBefore is { } before)
        {
            return WishFor(room, now) with { Recovery = RecoveryNow(connection, before, probing, most, now) } is { Recovery: { } recovery } wish
                && (recovery.AtMost > 0 || recovery.LooksForLive) ? wish : WishFor(0, now);
        }

        return (_look || now >= _nextDue || now >= _nextPoll) && (room * 4 >= most || _lanes.Count == 0)
            ? WishFor(room, now) with { IsProbe = probing }
            : WishFor(0, now);
    }

    /// <summary>A lane's share is what one slot of the window holds, so that a full window always has work for every slot.</summary>
    private ClaimWish WishFor(int atMost, DateTimeOffset now) =>
        new(atMost, tools.Options.BatchSize, now + tools.Options.ClaimFor, PassingOver(_own.ByLane()));

    /// <summary>The first sweep after a start takes every claim: whoever made it is gone. Later ones take what is over.</summary>
    private ClaimSweep NextSweep(DateTimeOffset now)
    {
        _nextSweep = now + s_sweep;
        return new ClaimSweep(_recovered ? now : DateTimeOffset.MaxValue, _own.Ids());
    }

    private async Task TakeTurnAsync(DispatchTurn turn)
    {
        TurnResult? result = null;
        Exception? failed = null;
        try
        {
            result = await tools.Store.TakeTurnAsync(turn);
            if (turn.Stop is not null || turn.Move is not null || result.SecretAccepted)
            {
                await tools.Directory.ReloadAsync();
            }
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            failed = failure;
        }

        _mailbox.Writer.TryWrite(new LoopMessage.TurnEnded(turn, result, failed));
    }

    private async Task PrepareAsync(Connection connection, IReadOnlyList<ClaimedDelivery> rows)
    {
        IReadOnlyList<Preparation>? prepared = null;
        Exception? failed = null;
        try
        {
            prepared = await Task.Run(() => tools.Preparer.PrepareAsync(connection, rows, _breakOff.Token));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            failed = failure;
        }

        _mailbox.Writer.TryWrite(new LoopMessage.PreparationEnded(rows, prepared, connection.Version, failed));
    }

    /// <summary>Everything that has not started goes back, without a mark: it was never sent.</summary>
    private void GiveBack()
    {
        GiveBack(_lanes.Drain().Select(delivery => delivery.Row).ToList());
        _lingerUntil = null;
    }

    private void GiveBack(List<ClaimedDelivery> rows)
    {
        _releases.AddRange(rows);
        _givenBack += rows.Count > 0 ? 1 : 0;
    }

    private void Rest() => _restUntil = tools.Time.GetUtcNow() + s_rest;

    /// <summary>Concurrency × what one request carries, whatever the transport.</summary>
    private int MostUnrecorded(Connection connection) =>
        Concurrency(connection) * (connection.Transport == Transport.Batch ? tools.Options.BatchSize : 1);

    /// <summary>With the connection's own retry schedule as it is now.</summary>
    private DeliveryOptions Rules => tools.Options.For(tools.Directory.Find(connectionId));

    private int Concurrency(Connection connection) => connection.Concurrency ?? tools.Options.Concurrency;
}
