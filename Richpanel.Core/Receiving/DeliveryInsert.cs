using Microsoft.Data.Sqlite;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Erasure;
using Richpanel.Core.Groups;
using Richpanel.Core.Ledger;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Receiving;

/// <summary>Writes new deliveries, the ledger and the cursor in one piece of work.</summary>
internal static class DeliveryInsert
{
    private static readonly string[] s_columns =
    [
        "ConnectionId", "SourceId", "RequestId", "BodyOffset", "BodyLength", "Origin", "State", "Stage", "Marks", "Type", "EventName",
        "MessageId", "UserId", "AnonymousId", "Email", "OrderId", "UserHash", "AnonymousHash", "EmailHash", "OrderHash", "MessageHash", "Lane",
        "ReceivedAt", "OccurredAt", "DueAt", "Cause", "EndedAt", "DuplicateOf", "GroupId", "CopyOf",
    ];

    private static readonly string[] s_parameters = [.. s_columns.Select(column => "$" + column)];

    private static readonly string s_insert =
        $"""INSERT INTO "Deliveries" ({string.Join(',', s_columns.Select(column => $"\"{column}\""))},"AttemptCount","ScheduleStep") VALUES ({string.Join(',', s_parameters)},0,0)""";

    private const string MoveCursor = """UPDATE "ExpansionCursor" SET "RequestId"=$to WHERE "Id"=1""";

    /// <summary>
    /// Writes from <paramref name="from"/> on, and the cursor with it: <paramref name="least"/> rows at once, then as many more as
    /// nobody else waits for. It stops between two requests only, so that the cursor never stands inside one.
    /// </summary>
    /// <param name="cursor">The last request of the slice; it may have no row.</param>
    /// <returns>Where to go on: the number of drafts when all are written.</returns>
    public static int Write(WriteSession session, IReadOnlyList<DeliveryDraft> drafts, int from, int least, long cursor)
    {
        var insert = session.Command(s_insert, s_parameters);
        var next = from;
        while (next < drafts.Count && (next - from < least || IsInside(drafts, next) || !session.OthersWait))
        {
            Insert(session, insert, drafts[next++]);
        }

        var move = session.Command(MoveCursor, "$to");
        move.Parameters[0].Value = next == drafts.Count ? cursor : drafts[next - 1].Request.Id;
        move.ExecuteNonQuery();
        return next;
    }

    private static bool IsInside(IReadOnlyList<DeliveryDraft> drafts, int next) => next > 0 && drafts[next - 1].Request.Id == drafts[next].Request.Id;

    private static void Insert(WriteSession session, SqliteCommand insert, DeliveryDraft draft)
    {
        var row = draft.Row;
        if (draft.Repeats is { } first)
        {
            row.DuplicateOf = first.Row.Id;
        }

        if (row.State == DeliveryState.Failed)
        {
            var at = row.EndedAt ?? row.ReceivedAt;
            row.GroupId = session.Groups.IdOf(session, row.ConnectionId, FailurePrint.Of(row.Stage, row.Cause, null, null), at);
            session.Ledger.Groups.Failed(row.GroupId.Value, at, joined: true);
        }

        Bind(insert.Parameters, row);
        insert.ExecuteNonQuery();
        row.Id = session.InsertedId;
        session.Ledger.Created(LedgerPlace.Of(row));
        PrivacyTasks.OpenFor(session, row);
    }

    private static void Bind(SqliteParameterCollection to, Delivery row)
    {
        to[0].Value = row.ConnectionId;
        to[1].Value = row.SourceId;
        to[2].Value = row.RequestId;
        to[3].Value = row.BodyOffset;
        to[4].Value = row.BodyLength;
        to[5].Value = (int)row.Origin;
        to[6].Value = (int)row.State;
        to[7].Value = (int)row.Stage;
        to[8].Value = (int)row.Marks;
        to[9].Value = (int)row.Type;
        to[10].Value = OrNull(row.EventName);
        to[11].Value = row.MessageId;
        to[12].Value = OrNull(row.UserId);
        to[13].Value = OrNull(row.AnonymousId);
        to[14].Value = OrNull(row.Email);
        to[15].Value = OrNull(row.OrderId);
        to[16].Value = OrNull(row.UserHash);
        to[17].Value = OrNull(row.AnonymousHash);
        to[18].Value = OrNull(row.EmailHash);
        to[19].Value = OrNull(row.OrderHash);
        to[20].Value = row.MessageHash;
        to[21].Value = row.Lane;
        to[22].Value = row.ReceivedAt.UtcTicks;
        to[23].Value = row.OccurredAt.UtcTicks;
        to[24].Value = OrNull(row.DueAt?.UtcTicks);
        to[25].Value = OrNull(row.Cause);
        to[26].Value = OrNull(row.EndedAt?.UtcTicks);
        to[27].Value = OrNull(row.DuplicateOf);
        to[28].Value = OrNull(row.GroupId);
        to[29].Value = OrNull(row.CopyOf);
    }

    private static object OrNull(object? value) => value ?? DBNull.Value;
}
