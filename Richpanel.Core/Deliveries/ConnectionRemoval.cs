using System.Globalization;
using System.Security.Cryptography;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Ledger;
using Richpanel.Core.Retries;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <param name="Name">It had until then.</param>
/// <param name="Waited">Deliveries that waited or were being sent at that moment, and are canceled.</param>
public sealed record RemovedConnection(string Name, long Waited);

/// <summary>
/// Deletes connections and sources. Their rows stay, empty of keys and secrets, because deliveries, ledger and change log go on naming
/// them: what was received stays to be found, and the numbers go on adding up. What waits for a deleted connection is canceled.
/// </summary>
public sealed class ConnectionRemoval(StoreWriter writer, ConnectionDirectory directory, DeliveryPulse pulse, ChangeWriting log, ChangeFeed changes, TimeProvider time)
{
    /// <summary>Rows of one commit, so that a long queue holds up nobody.</summary>
    private const int Chunk = 500;

    private const string Confirm = "Confirm";

    /// <summary>Deletes it when <paramref name="typed"/> is its name.</summary>
    public async Task<SaveOutcome<RemovedConnection>> DeleteAsync(Actor by, long connectionId, string? typed)
    {
        by.Demand(Permission.Administer);
        var outcome = await writer.WriteAsync<SaveOutcome<RemovedConnection>>(session =>
        {
            using var context = session.Context();
            if (context.Connections.Find(connectionId) is not { DeletedAt: null } connection)
            {
                return new SaveOutcome<RemovedConnection>.Missing();
            }

            by.Demand(Permission.Administer, connection);
            if (FaultOf(connection, typed) is { } fault)
            {
                return new SaveOutcome<RemovedConnection>.Invalid([fault]);
            }

            var waiting = context.Ledger.Where(count => count.ConnectionId == connectionId && (count.State == DeliveryState.Waiting || count.State == DeliveryState.Sending)).Sum(count => count.Count);
            var now = time.GetUtcNow();
            var name = connection.Name;
            log.Append(context, by, new Change(ChangeCatalog.ConnectionDeleted, PublicId.Connection(connectionId), name) { Fields = FieldChange.Between(("waiting", null, (object?)waiting)) });
            context.SaveChanges();   // each line is chained to the one before
            foreach (var source in context.Sources.Where(source => source.ConnectionId == connectionId && source.DeletedAt == null).ToList())
            {
                log.Append(context, by, new Change(ChangeCatalog.SourceDeleted, PublicId.Source(source.Id), source.Name));
                Empty(source, now);
                context.SaveChanges();
            }

            SecretRotation.EndHold(connection);
            SecretRotation.Remove(connection);
            (connection.HoldCause, connection.HoldSince, connection.HoldUntil, connection.PostponedUntil) = (null, null, null, null);
            (connection.PausedAt, connection.PausedUntil) = (null, null);
            (connection.Disabled, connection.DeletedAt, connection.UpdatedAt) = (true, now, now);
            connection.Name = FreeName(context, name);   // the name may be given again
            connection.Version++;
            context.SaveChanges();
            return new SaveOutcome<RemovedConnection>.Saved(new RemovedConnection(name, waiting));
        });
        if (outcome is SaveOutcome<RemovedConnection>.Saved)
        {
            await directory.ReloadAsync();
            await CancelLeftoversAsync();
            changes.Raise();
        }

        return outcome;
    }

    /// <summary>Deletes it when <paramref name="typed"/> is its name: what it posts from now on is refused with 401.</summary>
    public async Task<SaveOutcome<Source>> DeleteSourceAsync(Actor by, long sourceId, string? typed)
    {
        by.Demand(Permission.Administer);
        var outcome = await writer.WriteAsync<SaveOutcome<Source>>(session =>
        {
            using var context = session.Context();
            if (context.Sources.Find(sourceId) is not { DeletedAt: null } source)
            {
                return new SaveOutcome<Source>.Missing();
            }

            by.Demand(Permission.Administer, context.Connections.Find(source.ConnectionId)!);
            if (!IsTyped(source.Name, typed))
            {
                return new SaveOutcome<Source>.Invalid([new FieldFault(Confirm, $"Type the name of the source, {source.Name}, to delete it.")]);
            }

            log.Append(context, by, new Change(ChangeCatalog.SourceDeleted, PublicId.Source(source.Id), source.Name));
            Empty(source, time.GetUtcNow());
            context.SaveChanges();
            return new SaveOutcome<Source>.Saved(source);
        });
        if (outcome is SaveOutcome<Source>.Saved)
        {
            await directory.ReloadAsync();
            changes.Raise();
        }

        return outcome;
    }

    /// <summary>
    /// Cancels what waits for a deleted connection: all of it at the deletion, and again each minute what was just being sent then, or
    /// was just coming in, or was left by a crash in between.
    /// </summary>
    internal async Task CancelLeftoversAsync()
    {
        foreach (var connection in directory.AllConnections.Where(connection => connection.DeletedAt is not null))
        {
            var canceled = false;
            while (await writer.WriteAsync(session => CancelSome(session, connection.Id)) > 0)
            {
                canceled = true;
            }

            if (canceled)
            {
                pulse.Beat();
                changes.Raise();
            }
        }
    }

    private int CancelSome(WriteSession session, long connectionId)
    {
        using var context = session.Context();
        var now = time.GetUtcNow();
        var rows = context.Deliveries
            .Where(row => row.ConnectionId == connectionId && (row.State == DeliveryState.Waiting || (row.State == DeliveryState.Sending && row.ClaimedUntil < now)))
            .OrderBy(row => row.Id).Take(Chunk).ToList();
        foreach (var row in rows)
        {
            var before = LedgerPlace.Of(row);
            RetryRules.Cancel(row, now);
            session.Ledger.Moved(before, LedgerPlace.Of(row));
        }

        context.SaveChanges();
        return rows.Count;
    }

    private static FieldFault? FaultOf(Connection connection, string? typed) =>
        connection.IsSandbox ? new FieldFault(Confirm, "The Sandbox is the product's own and stays. Disable it if nobody needs it.")
        : IsTyped(connection.Name, typed) ? null
        : new FieldFault(Confirm, $"Type the name of the connection, {connection.Name}, to delete it.");

    private static bool IsTyped(string name, string? typed) => string.Equals(name, typed?.Trim(), StringComparison.Ordinal);

    /// <summary>No key of it opens anything any more, and each may be given to another.</summary>
    private static void Empty(Source source, DateTimeOffset now)
    {
        SecretRotation.Remove(source);
        (source.WriteKeyHash, source.ProtectedWriteKey) = (RandomNumberGenerator.GetBytes(32), []);
        (source.PreviousWriteKeyHash, source.PreviousWriteKeyUntil) = (null, null);
        (source.RequiresSignature, source.Disabled, source.DeletedAt) = (false, true, now);
    }

    private static string FreeName(ConsoleDbContext context, string name)
    {
        var names = context.Connections.Select(connection => connection.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        for (var number = 1; ; number++)
        {
            var mark = number == 1 ? " (deleted)" : string.Create(CultureInfo.InvariantCulture, $" (deleted {number})");
            var free = Lengths.Cut(name, Lengths.Name - mark.Length) + mark;
            if (!names.Contains(free))
            {
                return free;
            }
        }
    }
}
