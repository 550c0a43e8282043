using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries.Flow;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>
/// Pause, hold and postponement of a connection: columns of its one row, so that opening or closing one never touches a
/// delivery. Each method is one commit, after which the directory is reloaded and the dispatcher looks again. Repeating one is
/// harmless; the result says whether anything changed.
/// </summary>
public sealed class ConnectionHolds(
    StoreWriter writer, ConnectionDirectory directory, ChangeWriting log, ChangeFeed changes, IOptions<DeliveryOptions> options, TimeProvider time, ILogger<ConnectionHolds> logger)
{
    /// <summary>Whoever releases a hold by hand says why, on page and API alike; after a check that passed nobody is asked.</summary>
    /// <returns>What is wrong, a sentence; null when it will do.</returns>
    public static string? ReleaseFault(string? reason) =>
        reason?.Trim() is { Length: >= Lengths.LeastReason } ? null : $"Say why it may go on, in at least {Lengths.LeastReason} characters.";

    /// <summary>Keep collecting, send nothing, until a time or (null) until a person resumes.</summary>
    public Task<bool> PauseAsync(Actor by, long connectionId, DateTimeOffset? until, string? reason = null) =>
        ByHandAsync(by, connectionId, new Change(ChangeCatalog.ConnectionPaused) { Reason = reason }, session => Set(session.Command(DeliverySql.Pause, "$now", "$u", "$id"), Now, until?.UtcTicks, connectionId));

    /// <param name="how">How what has waited goes out; as fast as it goes unless said.</param>
    public Task<bool> ResumeAsync(Actor by, long connectionId, string? reason = null, Recovery? how = null) => ByHandAsync(
        by, connectionId, Ending(ChangeCatalog.ConnectionResumed, reason, how), session => Recovering(session, DeliverySql.Resume, connectionId, how ?? Recovery.AtOnce));

    /// <summary>Ends a hold or a postponement by hand: what is due goes out now. Of an open breaker the next probe goes out now.</summary>
    /// <param name="how">How what has waited goes out; as fast as it goes unless said.</param>
    public Task<bool> ReleaseAsync(Actor by, long connectionId, string? reason = null, Recovery? how = null) => ByHandAsync(
        by, connectionId, Ending(ChangeCatalog.ConnectionReleased, reason, how), session => Recovering(session, DeliverySql.ReleaseHold, connectionId, how ?? Recovery.AtOnce));

    /// <summary>The next probe of an open breaker goes out now; nothing else changes.</summary>
    public Task<bool> ProbeAsync(Actor by, long connectionId) => ByHandAsync(
        by, connectionId, new Change(ChangeCatalog.ConnectionProbed), session => Set(session.Command(DeliverySql.ProbeNow, "$id", "$now"), connectionId, Now));

    /// <summary>Stops sending for a reason; a hold that stands already is kept, unless this one lasts longer.</summary>
    /// <param name="cause">Code of the cause catalogue.</param>
    /// <param name="until">Null = until a person releases it.</param>
    public Task<bool> HoldAsync(long connectionId, string cause, DateTimeOffset? until) =>
        ByItselfAsync(connectionId, HoldLines.Opened, session => Set(session.Command(DeliverySql.Hold, "$k", "$now", "$u", "$id"), cause, Now, until?.UtcTicks, connectionId));

    /// <summary>Clears what has ended by its own clock.</summary>
    internal async Task EndExpiredAsync()
    {
        var now = time.GetUtcNow();
        foreach (var connection in directory.Connections)
        {
            if (connection.HoldUntil <= now || connection.PausedUntil <= now || connection.PostponedUntil <= now)
            {
                await ByItselfAsync(
                    connection.Id,
                    HoldLines.Ended,
                    session => Set(session.Command(DeliverySql.EndHold, "$id", "$now", "$r"), connection.Id, now.UtcTicks, options.Value.RecoveryRate),
                    session => Set(session.Command(DeliverySql.EndPause, "$id", "$now", "$r"), connection.Id, now.UtcTicks, options.Value.RecoveryRate),
                    session => Set(session.Command(DeliverySql.EndPostponement, "$id", "$now"), connection.Id, now.UtcTicks));
                logger.StopEnded(connection.Id);
            }
        }
    }

    private long Now => time.GetUtcNow().UtcTicks;

    private SqliteCommand Recovering(WriteSession session, string sql, long connectionId, Recovery how) =>
        Set(session.Command(sql, "$id", "$now", "$r", "$p"), connectionId, Now, how.EffectiveRate, how.Probes);

    private static Change Ending(ChangeAction action, string? reason, Recovery? how) => new(action)
    {
        Reason = reason,
        Fields = how is null ? [] : FieldChange.Between(("rate", null, how.EffectiveRate), ("canary", null, how.Canary ? Recovery.CanarySize : null)),
    };

    /// <summary>What a person or token asks for: with its right, and its line in the change log when anything came of it.</summary>
    private Task<bool> ByHandAsync(Actor by, long connectionId, Change change, Func<WriteSession, SqliteCommand> command)
    {
        by.Demand(Permission.Operate);
        return ChangeAsync(session =>
        {
            using var context = session.Context();
            var row = context.Connections.AsNoTracking().Where(c => c.Id == connectionId);
            if (row.FirstOrDefault() is not { } before)
            {
                return 0;
            }

            by.Demand(Permission.Operate, before);
            var changed = command(session).ExecuteNonQuery();
            if (changed > 0 && Between(before, row.First()) is { Count: > 0 } fields)   // pausing what is paused alike is no change
            {
                log.Append(context, by, change with { ObjectId = PublicId.Connection(connectionId), ObjectName = before.Name, Fields = [.. fields, .. change.Fields] });
                context.SaveChanges();
            }

            return changed;
        });
    }

    private static IReadOnlyList<FieldChange> Between(Connection before, Connection after) => FieldChange.Between(
        ("paused", before.PausedAt is not null, after.PausedAt is not null), ("pausedUntil", before.PausedUntil, after.PausedUntil),
        ("hold", before.HoldCause, after.HoldCause), ("holdUntil", before.HoldUntil, after.HoldUntil), ("postponedUntil", before.PostponedUntil, after.PostponedUntil),
        ("nextProbe", before.BreakerUntil, after.BreakerUntil));

    /// <summary>What the product does of itself, with its line when anything came of it.</summary>
    private Task<bool> ByItselfAsync(
        long connectionId, Action<ChangeWriting, WriteSession, Connection, Connection> line, params IReadOnlyList<Func<WriteSession, SqliteCommand>> commands) => ChangeAsync(session =>
    {
        using var context = session.Context();
        var row = context.Connections.AsNoTracking().Where(c => c.Id == connectionId);
        if (row.FirstOrDefault() is not { } before)
        {
            return 0;
        }

        var changed = commands.Sum(command => command(session).ExecuteNonQuery());
        if (changed > 0)
        {
            line(log, session, before, row.First());
        }

        return changed;
    });

    private async Task<bool> ChangeAsync(Func<WriteSession, int> change)
    {
        var changed = await writer.WriteAsync(change);
        if (changed > 0)
        {
            await directory.ReloadAsync();
            changes.Raise();
        }

        return changed > 0;
    }

    private static SqliteCommand Set(SqliteCommand command, params ReadOnlySpan<object?> values) => DispatchStore.Set(command, values);
}
