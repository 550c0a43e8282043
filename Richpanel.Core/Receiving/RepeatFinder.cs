using Microsoft.Data.Sqlite;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Json;

namespace Richpanel.Core.Receiving;

/// <summary>
/// Marks repeats (promise 9): same connection, same messageId, within 24 hours of the first receipt. The look-up uses the index
/// that search by messageId needs anyway, restricted to the window by the row's receive time: a second index over the window
/// alone would be written and pruned for every event to answer the same question.
/// </summary>
internal sealed class RepeatFinder(SqliteConnection reader, RequestBodies bodies) : IDisposable
{
    public const string Duplicate = "duplicate";

    public static readonly TimeSpan Window = TimeSpan.FromHours(24);

    /// <summary>Rows looked at for one call. A sender may give one messageId to everything; that must not slow down all others.</summary>
    private const int MostLooks = 100;

    /// <summary>One row at a time, the newest first: the rest is hardly ever needed, and all of it may be very much.</summary>
    private const string Seen =
        """SELECT "Id","MessageId","State","Cause","RequestId","BodyOffset","BodyLength","Marks","DuplicateOf","ReceivedAt","CopyOf","Origin" FROM "Deliveries" WHERE "ConnectionId"=$c AND "MessageHash"=$h AND "Id"<=$to ORDER BY "Id" DESC LIMIT 1""";

    /// <summary>What was edited and sent in the place of a delivery.</summary>
    private const string Replaced = """SELECT "Id","State","Cause","Marks" FROM "Deliveries" WHERE "CopyOf"=$id AND "Origin"=$edit ORDER BY "Id" DESC LIMIT 1""";

    private const string Edited = """SELECT "MessageId","Marks" FROM "Deliveries" WHERE "Id"=$id""";

    /// <summary>Whether another of its message id was accepted, is on its way or may have gone out.</summary>
    private static readonly string s_beside =
        $"""SELECT MAX(s IN (1,2,3) OR k&1) FROM (SELECT "Id" AS i,"State" AS s,"Marks" AS k,"MessageId" AS m FROM "Deliveries" WHERE "ConnectionId"=$c AND "MessageHash"=$h ORDER BY "Id" DESC LIMIT {MostLooks}) WHERE i<>$id AND m=$m""";

    private readonly SqliteCommand _seen = Prepare(reader, Seen, "$c", "$h", "$to");
    private readonly SqliteCommand _edited = Prepare(reader, Edited, "$id");
    private readonly SqliteCommand _replaced = Prepare(reader, Replaced, "$id", "$edit");
    private readonly SqliteCommand _beside = Prepare(reader, s_beside, "$c", "$h", "$id", "$m");
    private Dictionary<(long, long, string), DeliveryDraft> _before = [];
    private Dictionary<(long, long, string), DeliveryDraft> _now = [];

    /// <summary>
    /// Looks at one slice in order. The preceding slice may still be on its way into the database, so its drafts are remembered.
    /// </summary>
    public async Task MarkAsync(IReadOnlyList<DeliveryDraft> slice, CancellationToken ct)
    {
        (_before, _now) = (_now, _before);
        _now.Clear();
        foreach (var draft in slice)
        {
            if (draft.Request.EditOf is { } first)
            {
                MarkEdit(draft, first);
            }
            else if (draft.Row.State == DeliveryState.Waiting)
            {
                await MarkAsync(draft, ct);
            }
        }
    }

    /// <summary>Forgets drafts that were not written after all.</summary>
    public void Forget()
    {
        _before.Clear();
        _now.Clear();
    }

    public void Dispose()
    {
        _seen.Dispose();
        _edited.Dispose();
        _replaced.Dispose();
        _beside.Dispose();
        reader.Dispose();
    }

    private async Task MarkAsync(DeliveryDraft draft, CancellationToken ct)
    {
        var row = draft.Row;
        var key = (row.ConnectionId, row.MessageHash, row.MessageId);
        if (_now.TryGetValue(key, out var first) || _before.TryGetValue(key, out first))
        {
            draft.Repeats = first;
            MarkRepeat(row, SameContent(draft.Call, first.Call));
        }
        else if (Find(row, out var mayHaveGoneOut) is { } earlier)
        {
            row.DuplicateOf = earlier.Id;
            var kept = await bodies.FindAsync(earlier.RequestId, ct);
            MarkRepeat(row, kept is null || SameContent(draft.Call, kept.Call(earlier.Offset, earlier.Length)));
        }
        else
        {
            row.Marks |= mayHaveGoneOut ? DeliveryMarks.MayHaveGoneOut : DeliveryMarks.None;
            _now[key] = draft;
        }
    }

    /// <summary>
    /// A person sent it in place of another one: it is no repeat, whatever its message id. But it may be one, which was known to them when
    /// they sent it, or has come about since.
    /// </summary>
    private void MarkEdit(DeliveryDraft draft, long first)
    {
        var row = draft.Row;
        var key = (row.ConnectionId, row.MessageHash, row.MessageId);
        var (ownId, marks) = ReadEdited(first);
        row.Marks |= marks & DeliveryMarks.MayHaveGoneOut;
        if (_now.TryGetValue(key, out var other))
        {
            row.Marks |= DeliveryMarks.MayHaveGoneOut;
            other.Row.Marks |= DeliveryMarks.MayHaveGoneOut;
        }
        else if (_before.ContainsKey(key) || IsBeside(row, first))
        {
            row.Marks |= DeliveryMarks.MayHaveGoneOut;
        }
        else if (ownId != row.MessageId && row.State == DeliveryState.Waiting)
        {
            _now[key] = draft;   // the first of this message id; with the old one, the edited delivery is
        }
    }

    private (string? MessageId, DeliveryMarks Marks) ReadEdited(long id)
    {
        _edited.Parameters[0].Value = id;
        using var found = _edited.ExecuteReader();
        return found.Read() ? (found.GetString(0), (DeliveryMarks)found.GetInt32(1)) : default;
    }

    private bool IsBeside(Delivery row, long first)
    {
        var values = _beside.Parameters;
        (values[0].Value, values[1].Value, values[2].Value, values[3].Value) = (row.ConnectionId, row.MessageHash, first, row.MessageId);
        return _beside.ExecuteScalar() is 1L;
    }

    /// <param name="mayHaveGoneOut">
    /// One that failed or was canceled may have reached Richpanel all the same: the new one may repeat it. Also said when there
    /// are more of them than are looked at.
    /// </param>
    private (long Id, long RequestId, int Offset, int Length)? Find(Delivery row, out bool mayHaveGoneOut)
    {
        mayHaveGoneOut = false;
        var from = (row.ReceivedAt - Window).UtcTicks;
        var to = long.MaxValue;
        var replayStands = false;
        (long Id, long RequestId, int Offset, int Length)? edited = null;
        for (var looks = 0; looks < MostLooks; looks++)
        {
            _seen.Parameters[0].Value = row.ConnectionId;
            _seen.Parameters[1].Value = row.MessageHash;
            _seen.Parameters[2].Value = to;
            using var found = _seen.ExecuteReader();
            if (!found.Read() || found.GetInt64(9) < from)
            {
                return edited;
            }

            to = found.GetInt64(0) - 1;
            if (!string.Equals(found.GetString(1), row.MessageId, StringComparison.Ordinal))
            {
                continue;
            }

            if (!found.IsDBNull(8))
            {
                // A repeat leads to its first; what stands between them repeats it, too, or did not stand in its way.
                to = Math.Min(to, found.GetInt64(8));
                continue;
            }

            if (!found.IsDBNull(10))
            {
                // A replay sends the event of an older row, which is the first; where that one failed, the replay may have got it through.
                var stands = StandsHere(found);
                if ((Origin)found.GetInt32(11) == Origin.Edit)
                {
                    edited ??= stands ? PlaceOf(found) : null;   // the first of a message id that it was given; else what it replaced is, and stands
                }
                else
                {
                    replayStands |= stands;
                }

                mayHaveGoneOut |= stands || ((DeliveryMarks)found.GetInt32(7)).HasFlag(DeliveryMarks.MayHaveGoneOut);
                continue;
            }

            var (firstStands, copiesMarks) = (DeliveryState)found.GetInt32(2) == DeliveryState.Settled ? ReplacementStands(found.GetInt64(0)) : (StandsHere(found), DeliveryMarks.None);
            if (firstStands || (replayStands && edited is null))
            {
                return PlaceOf(found);
            }

            if (edited is not null)
            {
                return edited;
            }

            mayHaveGoneOut |= (copiesMarks | (DeliveryMarks)found.GetInt32(7)).HasFlag(DeliveryMarks.MayHaveGoneOut);
        }

        mayHaveGoneOut = true;
        return edited;
    }

    /// <summary>What was edited stands as its newest copy does; one whose copy is not there yet stands.</summary>
    private (bool Stands, DeliveryMarks Marks) ReplacementStands(long id)
    {
        var (state, cause, marks) = (DeliveryState.Settled, (string?)null, DeliveryMarks.None);
        for (var looks = 0; looks < MostLooks && state == DeliveryState.Settled; looks++)
        {
            (_replaced.Parameters[0].Value, _replaced.Parameters[1].Value) = (id, (int)Origin.Edit);
            using var copy = _replaced.ExecuteReader();
            if (!copy.Read())
            {
                break;
            }

            (id, state, cause) = (copy.GetInt64(0), (DeliveryState)copy.GetInt32(1), copy.IsDBNull(2) ? null : copy.GetString(2));
            marks |= (DeliveryMarks)copy.GetInt32(3);
        }

        return (Stands(state, cause), marks);
    }

    private static (long Id, long RequestId, int Offset, int Length) PlaceOf(SqliteDataReader found) =>
        (found.GetInt64(0), found.GetInt64(4), found.GetInt32(5), found.GetInt32(6));

    private static bool StandsHere(SqliteDataReader found) => Stands((DeliveryState)found.GetInt32(2), found.IsDBNull(3) ? null : found.GetString(3));

    /// <summary>A first delivery that failed, was canceled, or was never meant to go out does not stand in the way of the next.</summary>
    private static bool Stands(DeliveryState state, string? cause) =>
        state is not (DeliveryState.Failed or DeliveryState.Canceled)
        && cause is not (DeliveryDrafting.SourceDisabled or DeliveryDrafting.ConnectionDisabled);

    private static void MarkRepeat(Delivery row, bool sameContent)
    {
        row.State = DeliveryState.Skipped;
        row.Cause = Duplicate;
        row.DueAt = null;
        row.EndedAt = row.ReceivedAt;
        if (!sameContent)
        {
            row.Marks |= DeliveryMarks.MessageIdReused;
        }
    }

    /// <summary>Equal but for what a sender's own retry changes: when it was sent, and how often.</summary>
    private static bool SameContent(ReadOnlyMemory<byte> one, ReadOnlyMemory<byte> other)
    {
        if (one.Span.SequenceEqual(other.Span))
        {
            return true;
        }

        return JsonTree.DeepEquals(WithoutTransport(one), WithoutTransport(other));
    }

    private static JsonTree WithoutTransport(ReadOnlyMemory<byte> call) => JsonTreeReader.Read(call.Span).Tree is JsonTree.Map map
        ? new JsonTree.Map([.. map.Members.Where(member => member.Key is not ("sentAt" or "receivedAt" or "writeKey" or "_metadata"))])
        : JsonTree.Null.Value;

    private static SqliteCommand Prepare(SqliteConnection reader, string sql, params ReadOnlySpan<string> parameters)
    {
        var command = reader.CreateCommand();
        command.CommandText = sql;
        foreach (var name in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        return command;
    }
}
