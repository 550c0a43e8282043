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
        """SELECT "Id","MessageId","State","Cause","RequestId","BodyOffset","BodyLength","Marks","DuplicateOf","ReceivedAt","CopyOf" FROM "Deliveries" WHERE "ConnectionId"=$c AND "MessageHash"=$h AND "Id"<=$to ORDER BY "Id" DESC LIMIT 1""";

    private readonly SqliteCommand _seen = Prepare(reader);
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
            if (draft.Row.State == DeliveryState.Waiting && draft.Row.Origin is not (Origin.Replay or Origin.Edit))
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
        for (var looks = 0; looks < MostLooks; looks++)
        {
            _seen.Parameters[0].Value = row.ConnectionId;
            _seen.Parameters[1].Value = row.MessageHash;
            _seen.Parameters[2].Value = to;
            using var found = _seen.ExecuteReader();
            if (!found.Read() || found.GetInt64(9) < from)
            {
                return null;
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
                replayStands |= Stands((DeliveryState)found.GetInt32(2), found.IsDBNull(3) ? null : found.GetString(3));
                mayHaveGoneOut |= replayStands || ((DeliveryMarks)found.GetInt32(7)).HasFlag(DeliveryMarks.MayHaveGoneOut);
                continue;
            }

            if (replayStands || Stands((DeliveryState)found.GetInt32(2), found.IsDBNull(3) ? null : found.GetString(3)))
            {
                return (found.GetInt64(0), found.GetInt64(4), found.GetInt32(5), found.GetInt32(6));
            }

            mayHaveGoneOut |= ((DeliveryMarks)found.GetInt32(7)).HasFlag(DeliveryMarks.MayHaveGoneOut);
        }

        mayHaveGoneOut = true;
        return null;
    }

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

    private static SqliteCommand Prepare(SqliteConnection reader)
    {
        var command = reader.CreateCommand();
        command.CommandText = Seen;
        command.Parameters.Add(new SqliteParameter { ParameterName = "$c" });
        command.Parameters.Add(new SqliteParameter { ParameterName = "$h" });
        command.Parameters.Add(new SqliteParameter { ParameterName = "$to" });
        return command;
    }
}
