using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Causes;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries.Flow;
using Richpanel.Core.Groups;
using Richpanel.Core.Ledger;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>
/// The dispatcher's writes: one method, one commit. Outcomes are recorded before anything is claimed, so that what a turn claims
/// never exceeds what it has room for. Every move of a row moves the ledger in the same transaction.
/// </summary>
internal sealed class DispatchStore(StoreWriter writer, ChangeWriting log)
{
    public Task<TurnResult> TakeTurnAsync(DispatchTurn turn) => writer.WriteAsync(session =>
    {
        Dictionary<SentExchange, long> exchanges = new(ReferenceEqualityComparer.Instance);
        foreach (var outcome in turn.Outcomes)
        {
            Record(session, outcome, exchanges);
        }

        foreach (var row in turn.Releases)
        {
            Move(session, Set(session.Command(DeliverySql.Release, "$id"), row.Id), row.Place(DeliveryState.Sending), row.Place(DeliveryState.Waiting));
        }

        StopConnection(session, turn);
        MoveFlow(session, turn);
        var isAccepted = turn.Acceptance is { } acceptance && Accept(session, turn.ConnectionId, acceptance);
        var orphans = turn.Sweep is null ? 0 : Sweep(session, turn, turn.Sweep);
        var shares = new LaneShares(turn.Claim);
        var claimed = turn.Claim.AtMost > 0 ? Claim(session, turn, shares) : [];
        return new TurnResult(claimed, shares.Full, NextDue(session, turn.ConnectionId, shares.Full), orphans, isAccepted, IsCaughtUp(session, turn));
    });

    private static bool IsCaughtUp(WriteSession session, DispatchTurn turn) =>
        turn.Claim.Recovery is { AtMost: > 0 } recovery
        && Set(session.Command(DeliverySql.IsLeftBefore, "$c", "$b"), turn.ConnectionId, recovery.Before.UtcTicks).ExecuteScalar() is 0L;

    /// <summary>What goes first goes first; then as much as is allowed of what has waited.</summary>
    private static List<ClaimedDelivery> Claim(WriteSession session, DispatchTurn turn, LaneShares shares)
    {
        if (turn.Claim.Recovery is not { } recovery)
        {
            return Claim(session, turn, shares, turn.Claim.AtMost, room => Due(session, turn, shares, turn.Claim.IsProbe ? DateTimeOffset.MaxValue : turn.Now, room));
        }

        List<ClaimedDelivery> claimed = [];
        if (recovery.LooksForLive)
        {
            claimed = Claim(session, turn, shares, turn.Claim.AtMost, room => Set(
                session.Command(DeliverySql.SelectLive, "$c", "$b", "$now", "$full", "$n"),
                turn.ConnectionId, recovery.Before.UtcTicks, turn.Now.UtcTicks, Json(shares.Full), room));
        }

        var waited = Math.Min(recovery.AtMost, turn.Claim.AtMost - claimed.Count);
        return waited > 0
            ? [.. claimed, .. Claim(session, turn, shares, waited, room => Due(session, turn, shares, recovery.Before.AddTicks(-1), room))]
            : claimed;
    }

    private static SqliteCommand Due(WriteSession session, DispatchTurn turn, LaneShares shares, DateTimeOffset until, int room) => Set(
        session.Command(DeliverySql.SelectDue, "$c", "$now", "$full", "$n"), turn.ConnectionId, until.UtcTicks, Json(shares.Full), room);

    /// <summary>
    /// In the order of their time, but from each lane no more than its share: one customer with a huge backlog must not fill the
    /// window. What was claimed is no longer found, so each look starts behind it; lanes that are full are passed over.
    /// </summary>
    private static List<ClaimedDelivery> Claim(WriteSession session, DispatchTurn turn, LaneShares shares, int atMost, Func<int, SqliteCommand> select)
    {
        var wish = turn.Claim;
        List<ClaimedDelivery> claimed = [];
        bool someLeft;
        do
        {
            var room = atMost - claimed.Count;
            var due = Read(select(room), turn.ConnectionId);
            var before = claimed.Count;
            foreach (var row in due.Where(row => shares.TryTake(row.Lane)))
            {
                var claim = Set(session.Command(DeliverySql.Claim, "$u", "$id"), wish.Until.UtcTicks, row.Id);
                Move(session, claim, row.Place(DeliveryState.Waiting), row.Place(DeliveryState.Sending));
                claimed.Add(row);
            }

            // Each look that left something has filled a lane more, so this ends.
            someLeft = due.Count == room && claimed.Count - before < due.Count;
        }
        while (someLeft);
        return claimed;
    }

    /// <summary>Claims whose holder is gone: they may have gone out, so they are marked and tried again.</summary>
    private static int Sweep(WriteSession session, DispatchTurn turn, ClaimSweep sweep)
    {
        var expired = Read(
            Set(session.Command(DeliverySql.SelectExpired, "$c", "$now"), turn.ConnectionId, sweep.EndedBefore.UtcTicks),
            turn.ConnectionId);
        var count = 0;
        foreach (var row in expired.Where(row => !sweep.Own.Contains(row.Id)))
        {
            var cause = CauseCatalog.StoppedWhileSending.Code;
            var orphan = Set(session.Command(DeliverySql.Orphan, "$k", "$id"), cause, row.Id);
            count += Move(session, orphan, row.Place(DeliveryState.Sending), row.Place(DeliveryState.Waiting) with { Cause = cause });
        }

        return count;
    }

    private static DateTimeOffset? NextDue(WriteSession session, long connectionId, IReadOnlySet<long> full) =>
        Set(session.Command(DeliverySql.NextDue, "$c", "$full"), connectionId, Json(full)).ExecuteScalar() is long ticks ? Time(ticks) : null;

    private static string Json(IReadOnlySet<long> numbers) => $"[{string.Join(',', numbers)}]";

    private bool Accept(WriteSession session, long connectionId, SecretAcceptance acceptance)
    {
        if (Set(session.Command(DeliverySql.AcceptSecret, "$at", "$id", "$f"), acceptance.At.UtcTicks, connectionId, acceptance.Fingerprint).ExecuteNonQuery() != 1)
        {
            return false;
        }

        log.Append(session, Actor.System, new Change(ChangeCatalog.SecretAccepted, PublicId.Connection(connectionId), Look(session, connectionId).Name));
        return true;
    }

    /// <summary>A hold is a line of the change log; a short wait that Richpanel asked for is none, because under load there are many.</summary>
    private void StopConnection(WriteSession session, DispatchTurn turn)
    {
        if (turn.Stop is not { HoldCause: not null })
        {
            WriteStop(session, turn);
            return;
        }

        var before = Look(session, turn.ConnectionId);
        WriteStop(session, turn);
        HoldLines.Opened(log, session, before, Look(session, turn.ConnectionId));
    }

    private void MoveFlow(WriteSession session, DispatchTurn turn)
    {
        if (turn.Move is null)
        {
            return;
        }

        var before = Look(session, turn.ConnectionId);
        if (FlowCommand(session, turn).ExecuteNonQuery() > 0)
        {
            HoldLines.Moved(log, session, before, Look(session, turn.ConnectionId), turn.Now);
        }
    }

    private static SqliteCommand FlowCommand(WriteSession session, DispatchTurn turn) => turn.Move switch
    {
        FlowMove.Open open => Set(
            session.Command(DeliverySql.OpenBreaker, "$k", "$now", "$u", "$n", "$id"), open.Cause, turn.Now.UtcTicks, open.Until.UtcTicks, open.Probes, turn.ConnectionId),
        FlowMove.Close close => Set(
            session.Command(DeliverySql.CloseBreaker, "$id", "$now", "$r"), turn.ConnectionId, turn.Now.UtcTicks, close.Rate),
        FlowMove.ProbePassed => Set(session.Command(DeliverySql.PassProbe, "$id"), turn.ConnectionId),
        FlowMove.CaughtUp caughtUp => Set(session.Command(DeliverySql.CatchUp, "$id", "$b"), turn.ConnectionId, caughtUp.Before.UtcTicks),
        _ => throw new InvalidOperationException($"Unknown move {turn.Move?.GetType().Name}."),
    };

    private static Connection Look(WriteSession session, long connectionId)
    {
        using var context = session.Context();
        return context.Connections.AsNoTracking().Single(connection => connection.Id == connectionId);
    }

    private static void WriteStop(WriteSession session, DispatchTurn turn)
    {
        switch (turn.Stop)
        {
            case { HoldCause: { } cause, OfVersion: { } version }:
                Set(session.Command(DeliverySql.HoldOfVersion, "$k", "$now", "$u", "$id", "$v"), cause, turn.Now.UtcTicks, turn.Stop.Until?.UtcTicks, turn.ConnectionId, version)
                    .ExecuteNonQuery();
                break;
            case { HoldCause: { } cause, Until: var until }:
                Set(session.Command(DeliverySql.Hold, "$k", "$now", "$u", "$id"), cause, turn.Now.UtcTicks, until?.UtcTicks, turn.ConnectionId)
                    .ExecuteNonQuery();
                break;
            case { Until: { } until }:
                Set(session.Command(DeliverySql.Postpone, "$u", "$id"), until.UtcTicks, turn.ConnectionId).ExecuteNonQuery();
                break;
            default:
                break;
        }
    }

    private static void Record(WriteSession session, DeliveryOutcome outcome, Dictionary<SentExchange, long> exchanges)
    {
        var row = outcome.Row;
        var attempts = outcome.Attempts;
        var marks = outcome.State == DeliveryState.Accepted && attempts.Count > 0 && IsAhead(session, row)
            ? outcome.Marks | DeliveryMarks.OutOfOrder
            : outcome.Marks;
        var failedAt = outcome.EndedAt ?? row.ReceivedAt;
        // A row that went another way meanwhile leaves no empty group behind.
        long? failure = outcome.State == DeliveryState.Failed && Set(session.Command(GroupSql.IsSending, "$id"), row.Id).ExecuteScalar() is 1L
            ? session.Groups.IdOf(session, row.ConnectionId, FailurePrint.Of(outcome.Stage, outcome.Cause, outcome.StatusCode, outcome.Pattern), failedAt)
            : null;
        var command = failure is null
            ? session.Command(DeliverySql.Record, "$s", "$g", "$m", "$due", "$a", "$step", "$k", "$h", "$l", "$e", "$id")
            : session.Command(DeliverySql.RecordFailure, "$s", "$g", "$m", "$due", "$a", "$step", "$k", "$h", "$l", "$e", "$id", "$group");
        if (failure is { } of)
        {
            command.Parameters["$group"].Value = of;
        }

        var record = Set(
            command,
            (int)outcome.State,
            (int)outcome.Stage,
            (int)marks,
            outcome.DueAt?.UtcTicks,
            row.AttemptCount + attempts.Count,
            outcome.ScheduleStep,
            outcome.Cause,
            outcome.StatusCode,
            attempts.Count == 0 ? null : attempts[^1].StartedAt.UtcTicks,
            outcome.EndedAt?.UtcTicks,
            row.Id);
        var after = row.Place(outcome.State) with
        {
            Cause = outcome.Cause,
            StatusCode = outcome.StatusCode,
            AttemptCount = row.AttemptCount + attempts.Count,
            EndedAt = outcome.EndedAt,
            GroupId = failure ?? row.GroupId,
        };
        if (Move(session, record, row.Place(DeliveryState.Sending), after) == 1)
        {
            if (row.Marks.HasFlag(DeliveryMarks.ManualRetry) && (attempts.Count > 0 || failure is not null) && row.GroupId is { } retried)
            {
                session.Ledger.Groups.Retried(retried, attempts.Count > 0 ? attempts[^1].StartedAt : failedAt);
            }

            if (failure is { } group)
            {
                session.Ledger.Groups.Failed(group, failedAt, joined: row.GroupId != group, BeganAt(session, outcome));
                if (row.GroupId is { } before && before != group && GroupBook.AreOne(session, before, group))
                {
                    session.Ledger.Groups.Left(before);
                }
            }

            AddAttempts(session, row, attempts, exchanges);
        }
    }

    /// <summary>The first try that went this way, of those since somebody last asked for it; null when it ended without one.</summary>
    private static DateTimeOffset? BeganAt(WriteSession session, DeliveryOutcome outcome)
    {
        var row = outcome.Row;
        if (outcome.Attempts.Count == 0)
        {
            return null;
        }

        var now = (outcome.Attempts.FirstOrDefault(attempt => attempt.Cause == outcome.Cause) ?? outcome.Attempts[^1]).StartedAt;
        if (row.AttemptCount == 0 || row.Marks.HasFlag(DeliveryMarks.ManualRetry))
        {
            return now;
        }

        return Set(session.Command(GroupSql.Began, "$d", "$k"), row.Id, outcome.Cause).ExecuteScalar() is long earlier && earlier < now.UtcTicks ? Time(earlier) : now;
    }

    private static bool IsAhead(WriteSession session, ClaimedDelivery row) =>
        Set(session.Command(DeliverySql.EarlierRetryInLane, "$c", "$lane", "$id"), row.ConnectionId, row.Lane, row.Id).ExecuteScalar() is 1L;

    private static void AddAttempts(
        WriteSession session, ClaimedDelivery row, IReadOnlyList<AttemptRecord> attempts, Dictionary<SentExchange, long> exchanges)
    {
        long? mappedCall = null;
        var number = row.AttemptCount;
        foreach (var attempt in attempts)
        {
            if (!exchanges.TryGetValue(attempt.Exchange, out var exchange))
            {
                exchange = AddExchange(session, attempt.Exchange);
                exchanges.Add(attempt.Exchange, exchange);
            }

            mappedCall ??= attempt.Call.ExistingId ?? AddMappedCall(session, row.Id, attempt.Call);
            Set(
                session.Command(DeliverySql.InsertAttempt, "$d", "$n", "$t", "$x", "$m", "$o", "$k", "$r", "$v", "$f", "$at", "$due", "$b"),
                row.Id,
                ++number,
                (int)attempt.Trigger,
                exchange,
                mappedCall,
                attempt.Outcome,
                attempt.Cause,
                attempt.MayRepeat,
                attempt.ConnectionVersion,
                attempt.SecretFingerprint,
                attempt.StartedAt.UtcTicks,
                attempt.NextDueAt?.UtcTicks,
                attempt.Trigger == AttemptTrigger.Bulk ? row.RetryBatchId : null).ExecuteNonQuery();
        }
    }

    private static long AddExchange(WriteSession session, SentExchange exchange)
    {
        var result = exchange.Result;
        var phases = result.Phases;
        return (long)Set(
            session.Command(
                DeliverySql.InsertExchange, "$t", "$u", "$n", "$s", "$h", "$b", "$l", "$d", "$c", "$tls", "$w", "$r", "$all"),
            result.StartedAt.UtcTicks,
            result.Url,
            exchange.Size,
            result.StatusCode,
            result.Headers,
            result.Body,
            result.BodyLength,
            phases.Dns,
            phases.Connect,
            phases.Tls,
            phases.Wait,
            phases.Read,
            phases.Total).ExecuteScalar()!;
    }

    private static long AddMappedCall(WriteSession session, long deliveryId, KeptCall call) => (long)Set(
        session.Command(DeliverySql.InsertMappedCall, "$d", "$c", "$n", "$m", "$v", "$t"),
        deliveryId,
        call.Content,
        call.Notes,
        call.MapperVersion,
        call.ConnectionVersion,
        call.MappedAt.UtcTicks).ExecuteScalar()!;

    /// <summary>Moves the ledger only when the row really moved.</summary>
    private static int Move(WriteSession session, SqliteCommand command, LedgerPlace from, LedgerPlace to)
    {
        var moved = command.ExecuteNonQuery();
        if (moved == 1)
        {
            session.Ledger.Moved(from, to);
        }

        return moved;
    }

    private static List<ClaimedDelivery> Read(SqliteCommand command, long connectionId)
    {
        List<ClaimedDelivery> rows = [];
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            rows.Add(new ClaimedDelivery(
                reader.GetInt64(0),
                connectionId,
                reader.GetInt64(1),
                reader.GetInt32(2),
                reader.GetInt32(3),
                (Origin)reader.GetInt32(4),
                (DeliveryMarks)reader.GetInt32(5),
                reader.IsDBNull(6) ? null : reader.GetString(6),
                reader.GetString(7),
                reader.GetInt64(8),
                Time(reader.GetInt64(9)),
                reader.IsDBNull(10) ? default : Time(reader.GetInt64(10)),
                reader.GetInt32(11),
                reader.GetInt32(12),
                reader.IsDBNull(13) ? null : reader.GetString(13),
                reader.IsDBNull(14) ? null : reader.GetInt32(14),
                reader.IsDBNull(15) ? null : reader.GetInt64(15),
                reader.IsDBNull(16) ? null : reader.GetInt64(16)));
        }

        return rows;
    }

    private static DateTimeOffset Time(long ticks) => new(ticks, TimeSpan.Zero);

    internal static SqliteCommand Set(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return command;
    }
}
