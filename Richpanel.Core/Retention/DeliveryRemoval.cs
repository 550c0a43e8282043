using Microsoft.Data.Sqlite;
using Richpanel.Core.Causes;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Ledger;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Retention;

/// <summary>A delivery as it stands in the commit that is about to remove it.</summary>
internal readonly record struct RemovableRow(long Id, long RequestId, LedgerPlace Place, DeliveryMarks Marks, RetentionFacts Facts);

/// <summary>
/// Takes a delivery, or only its content, away inside one commit. The ledger moves with it: what is gone is counted as Purged, by why it
/// went, and nothing else of it is left.
/// </summary>
internal static class DeliveryRemoval
{
    /// <summary>Cause of what was removed by its age.</summary>
    public static string Expired => CauseCatalog.Expired.Code;

    /// <summary>Cause of what was erased with its customer.</summary>
    public static string Erased => CauseCatalog.Erased.Code;

    /// <summary>Null: there is no such row any more.</summary>
    public static RemovableRow? Find(WriteSession session, long id)
    {
        using var row = Set(session.Command(RemovalSql.One, "$id"), id).ExecuteReader();
        if (!row.Read())
        {
            return null;
        }

        var place = new LedgerPlace(
            row.GetInt64(0), (Origin)row.GetInt32(1), TimeAt(row, 3)!.Value, (DeliveryState)row.GetInt32(2), row.IsDBNull(4) ? null : row.GetString(4),
            row.IsDBNull(5) ? null : row.GetString(5), row.IsDBNull(6) ? null : row.GetInt32(6), row.GetInt32(7), TimeAt(row, 8), row.IsDBNull(9) ? null : row.GetInt64(9), row.IsDBNull(13) ? null : row.GetInt64(13));
        return new RemovableRow(
            id, row.GetInt64(10), place, (DeliveryMarks)row.GetInt32(12),
            new RetentionFacts(place.State, place.ReceivedAt, place.EndedAt, TimeAt(row, 11), row.GetBoolean(14), row.GetBoolean(15)));
    }

    /// <summary>Row, tries, what was sent and answered; the request too, when it was the last one of it.</summary>
    /// <param name="cause">Why, as the ledger counts it: <see cref="Expired"/> or <see cref="Erased"/>.</param>
    public static void RemoveRow(WriteSession session, RemovableRow row, string cause)
    {
        foreach (var (attempt, exchange, size) in Exchanges(session, row.Id))
        {
            if (size <= 1 || Set(session.Command(RemovalSql.IsShared, "$a", "$x", "$id"), attempt, exchange, row.Id).ExecuteScalar() is 0L)
            {
                Set(session.Command(RemovalSql.DeleteExchange, "$x"), exchange).ExecuteNonQuery();
            }
            else
            {
                EmptyUnlessNeeded(session, row.Id, attempt, exchange);   // those who share it may have lost their content before
            }
        }

        Set(session.Command(RemovalSql.DeleteAttempts, "$id"), row.Id).ExecuteNonQuery();
        Set(session.Command(RemovalSql.DeleteMappedCalls, "$id"), row.Id).ExecuteNonQuery();
        Set(session.Command(RemovalSql.DeletePin, "$id"), row.Id).ExecuteNonQuery();
        Set(session.Command(RemovalSql.DeleteNotes, "$id"), row.Id).ExecuteNonQuery();
        Set(session.Command(RemovalSql.DeleteDelivery, "$id"), row.Id).ExecuteNonQuery();
        Set(session.Command(RemovalSql.DeleteRequest, "$r"), row.RequestId).ExecuteNonQuery();
        session.Ledger.Moved(row.Place, Purged(row.Place, cause));
    }

    /// <summary>The texts alone: the row, its tries and their times stay.</summary>
    public static void RemoveContent(WriteSession session, RemovableRow row)
    {
        foreach (var (attempt, exchange, size) in Exchanges(session, row.Id))
        {
            if (size <= 1)
            {
                Set(session.Command(RemovalSql.EmptyExchange, "$x"), exchange).ExecuteNonQuery();
            }
            else
            {
                EmptyUnlessNeeded(session, row.Id, attempt, exchange);
            }
        }

        Set(session.Command(RemovalSql.ForgetMappedCalls, "$id"), row.Id).ExecuteNonQuery();
        Set(session.Command(RemovalSql.DeleteMappedCalls, "$id"), row.Id).ExecuteNonQuery();
        Set(session.Command(RemovalSql.MarkRemoved, "$id"), row.Id).ExecuteNonQuery();
        Set(session.Command(RemovalSql.DeleteRequest, "$r"), row.RequestId).ExecuteNonQuery();
    }

    /// <summary>An answer to several stays as long as one of them has its content.</summary>
    private static void EmptyUnlessNeeded(WriteSession session, long id, long attempt, long exchange)
    {
        if (Set(session.Command(RemovalSql.IsSharedWithContent, "$a", "$x", "$id"), attempt, exchange, id).ExecuteScalar() is 0L)
        {
            Set(session.Command(RemovalSql.EmptyExchange, "$x"), exchange).ExecuteNonQuery();
        }
    }

    /// <summary>Where it is counted from now on: by connection, origin, time and why alone. A report of a bulk retry goes on naming what it had.</summary>
    internal static LedgerPlace Purged(LedgerPlace place, string cause) =>
        new(place.ConnectionId, place.Origin, place.ReceivedAt, DeliveryState.Purged, null, cause, RetryBatchId: place.RolledState == DeliveryState.Waiting ? place.RetryBatchId : null);

    internal static SqliteCommand Set(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return command;
    }

    internal static DateTimeOffset? TimeAt(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : new DateTimeOffset(row.GetInt64(column), TimeSpan.Zero);

    private static List<(long Attempt, long Exchange, int Size)> Exchanges(WriteSession session, long id)
    {
        List<(long, long, int)> found = [];
        using var rows = Set(session.Command(RemovalSql.Exchanges, "$id"), id).ExecuteReader();
        while (rows.Read())
        {
            found.Add((rows.GetInt64(0), rows.GetInt64(1), rows.GetInt32(2)));
        }

        return found;
    }
}
