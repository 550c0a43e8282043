using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;
using Richpanel.Core.Retries;
using Richpanel.Core.Storage;
using static Richpanel.Core.Retention.DeliveryRemoval;

namespace Richpanel.Core.Retention;

/// <summary>So many deliveries of one state, and their bytes.</summary>
public sealed record RetentionShare(DeliveryState State, long Contents, long Rows, long Bytes);

/// <summary>What a round would remove by some rules, counted row by row.</summary>
/// <param name="Looked">Deliveries that are old enough to be looked at.</param>
/// <param name="Contents">Of them, those that would lose their content and keep their row.</param>
/// <param name="Rows">Those of which only the count would be left.</param>
/// <param name="Bytes">As it is kept; indexes and the rows' own columns are not in it.</param>
/// <param name="Shares">By state.</param>
/// <param name="Pinned">Old enough, and kept because somebody pinned them.</param>
/// <param name="Waiting">Old enough, and kept because they have still to go out.</param>
/// <param name="Tasks">Old enough, and kept because a privacy task about them is open.</param>
/// <param name="Refused">Samples of refused requests.</param>
public sealed record RetentionPlan(
    DateTimeOffset At, RetentionRules Rules, long Looked, long Contents, long Rows, long Bytes, IReadOnlyList<RetentionShare> Shares, long Pinned, long Waiting, long Tasks, long Refused);

/// <summary>How far a plan or a round is.</summary>
/// <param name="Looked">Deliveries looked at.</param>
public sealed record RetentionProgress(long Looked, long Contents, long Rows);

/// <summary>What a round removed.</summary>
internal sealed record RetentionTally
{
    public long Looked { get; set; }

    public long Contents { get; set; }

    public long Rows { get; set; }

    public long Bytes { get; set; }

    public long Refused { get; set; }

    /// <summary>What one commit removed, once it is made.</summary>
    public void Add(in RemovedPiece piece) => (Contents, Rows, Bytes) = (Contents + piece.Contents, Rows + piece.Rows, Bytes + piece.Bytes);

    public RetentionProgress Progress => new(Looked, Contents, Rows);
}

/// <summary>What one commit removes.</summary>
/// <param name="Looked">Rows of the piece that were looked at, removed or not.</param>
internal readonly record struct RemovedPiece(int Looked, long Contents, long Rows, long Bytes);

/// <summary>
/// Looks through the deliveries in the order of their ids, on a reader of its own, and has the writer remove what is too old, a few rows a
/// commit: whoever sends waits for none of it. Each row is looked at again in the commit that removes it.
/// </summary>
public sealed class RetentionSweeper(SqliteStore store, StoreWriter writer, IDbContextFactory<ConsoleDbContext> contexts, RequestBodies bodies, DoorLoad door, TimeProvider time)
{
    private const int Look = 2_000;

    /// <summary>About ten milliseconds of the writer's time at most: a sender may be waiting behind it.</summary>
    internal const int Piece = 50;

    private const int RequestsLookedAt = 2_000;

    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    /// <summary>Counts what a round by these rules would remove now, and removes nothing.</summary>
    /// <exception cref="OperationCanceledException"/>
    public Task<RetentionPlan> PlanAsync(RetentionRules rules, IProgress<RetentionProgress>? progress, CancellationToken ct) => Interruption.ToldAsync(() => CountAsync(rules, progress, ct), ct);

    private async Task<RetentionPlan> CountAsync(RetentionRules rules, IProgress<RetentionProgress>? progress, CancellationToken ct)
    {
        await Task.Yield();
        var now = time.GetUtcNow();
        var (looked, pinned, waiting, tasks) = (0L, 0L, 0L, 0L);
        var shares = new SortedDictionary<DeliveryState, RetentionShare>();
        using var reader = store.OpenReader();
        using var stopping = ct.Register(() => SQLitePCL.raw.sqlite3_interrupt(reader.Handle));
        using var bytes = new RemovedBytes(reader);
        foreach (var rows in Pieces(reader, rules, now))
        {
            foreach (var row in rows)
            {
                ct.ThrowIfCancellationRequested();
                looked++;
                var fate = rules.FateOf(row.Facts);
                switch (fate.Kept)
                {
                    case KeptBy.Pin:
                        pinned++;
                        continue;
                    case KeptBy.Waiting:
                        waiting++;
                        continue;
                    case KeptBy.Task:
                        tasks++;
                        continue;
                    default:
                        break;
                }

                var wholly = fate.LosesRowBy(now);
                if (!wholly && (!fate.LosesContentBy(now) || row.HasLostContent))
                {
                    continue;
                }

                var share = shares.GetValueOrDefault(row.Facts.State) ?? new RetentionShare(row.Facts.State, 0, 0, 0);
                shares[row.Facts.State] = share with
                {
                    Contents = share.Contents + (wholly ? 0 : 1),
                    Rows = share.Rows + (wholly ? 1 : 0),
                    Bytes = share.Bytes + (row.HasLostContent ? 0 : bytes.Of(row.Id, row.RequestId)),
                };
            }

            progress?.Report(new RetentionProgress(looked, shares.Values.Sum(one => one.Contents), shares.Values.Sum(one => one.Rows)));
            await RestInRushAsync(ct);
        }

        var (refused, refusedBytes) = rules.Enabled ? bytes.Refused(now.AddDays(-rules.RefusedDays)) : (0, 0);
        return new RetentionPlan(
            now, rules, looked, shares.Values.Sum(one => one.Contents), shares.Values.Sum(one => one.Rows), shares.Values.Sum(one => one.Bytes) + refusedBytes, [.. shares.Values], pinned, waiting, tasks, refused);
    }

    /// <summary>Removes what is too old, into <paramref name="tally"/>, which says also of a round that is broken off what it did.</summary>
    /// <exception cref="OperationCanceledException"/>
    internal Task SweepAsync(RetentionRules rules, RetentionTally tally, IProgress<RetentionProgress>? progress, CancellationToken ct) => Interruption.ToldAsync(() => RemoveAsync(rules, tally, progress, ct), ct);

    private async Task RemoveAsync(RetentionRules rules, RetentionTally tally, IProgress<RetentionProgress>? progress, CancellationToken ct)
    {
        await Task.Yield();
        if (!rules.Enabled)
        {
            return;
        }

        var now = time.GetUtcNow();
        using var reader = store.OpenReader();
        using var stopping = ct.Register(() => SQLitePCL.raw.sqlite3_interrupt(reader.Handle));
        using var bytes = new RemovedBytes(reader);
        foreach (var rows in Pieces(reader, rules, now))
        {
            tally.Looked += rows.Count;
            foreach (var due in rows.Where(row => IsDue(rules, row, now)).Chunk(Piece))
            {
                var weighed = due.ToDictionary(row => row.Id, row => row.HasLostContent ? 0 : bytes.Of(row.Id, row.RequestId));
                for (var done = 0; done < due.Length;)
                {
                    await RestInRushAsync(ct);
                    var left = due.AsMemory(done);
                    var piece = await writer.WriteAsync(session => Remove(session, rules, now, left.Span, weighed));
                    done += piece.Looked;
                    tally.Add(piece);   // not inside the write: it may be undone
                }

                foreach (var row in due)
                {
                    bodies.Forget(row.RequestId);
                }

                progress?.Report(tally.Progress);
            }
        }

        await SweepBesideAsync(reader, rules, now, tally, ct);
    }

    /// <summary>As many as nobody else waits for; at least one.</summary>
    private static RemovedPiece Remove(WriteSession session, RetentionRules rules, DateTimeOffset now, ReadOnlySpan<ScannedRow> due, Dictionary<long, long> bytes)
    {
        var piece = default(RemovedPiece);
        foreach (var one in due)
        {
            piece = piece with { Looked = piece.Looked + 1 };
            if (Find(session, one.Id) is { } row)
            {
                var fate = rules.FateOf(row.Facts);
                if (fate.LosesRowBy(now))
                {
                    RemoveRow(session, row, Expired);
                    piece = piece with { Rows = piece.Rows + 1, Bytes = piece.Bytes + bytes.GetValueOrDefault(one.Id) };
                }
                else if (fate.LosesContentBy(now) && !row.Marks.HasFlag(DeliveryMarks.ContentRemoved))
                {
                    RemoveContent(session, row);
                    piece = piece with { Contents = piece.Contents + 1, Bytes = piece.Bytes + bytes.GetValueOrDefault(one.Id) };
                }
            }

            if (session.OthersWait)
            {
                break;
            }
        }

        return piece;
    }

    /// <summary>Requests that had no call, samples of refused ones, and the lists of bulk retries that ended long ago: their reports stay.</summary>
    private async Task SweepBesideAsync(SqliteConnection reader, RetentionRules rules, DateTimeOffset now, RetentionTally tally, CancellationToken ct)
    {
        var tooOld = now.AddDays(-rules.ShortestDays).UtcTicks;
        for (var next = OldRequest(reader, 0, tooOld); next is { } first; next = OldRequest(reader, first - 1 + RequestsLookedAt, tooOld))
        {
            await RestInRushAsync(ct);
            await writer.WriteAsync(session => Set(session.Command(RemovalSql.DeleteEmptyRequests, "$a", "$b", "$t"), first - 1, first - 1 + RequestsLookedAt, tooOld).ExecuteNonQuery());
        }

        var refusedBefore = now.AddDays(-rules.RefusedDays);
        using (var bytes = new RemovedBytes(reader))
        {
            tally.Bytes += bytes.Refused(refusedBefore).Bytes;
        }

        int refused;
        do
        {
            await RestInRushAsync(ct);
            refused = await writer.WriteAsync(session => Set(session.Command(RemovalSql.DeleteRefused, "$t", "$n"), refusedBefore.UtcTicks, Piece * 4).ExecuteNonQuery());
            tally.Refused += refused;
        }
        while (refused > 0);

        foreach (var batch in await OldBatchesAsync(now.AddDays(-rules.RowDays), ct))
        {
            int gone;
            do
            {
                await RestInRushAsync(ct);
                gone = await writer.WriteAsync(session => Set(session.Command(RetrySql.DeleteEndedItems, "$b", "$n"), batch, RetryCleaning.Piece).ExecuteNonQuery());
            }
            while (gone == RetryCleaning.Piece);
        }
    }

    private async Task<List<long>> OldBatchesAsync(DateTimeOffset before, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.RetryBatches.Where(batch => batch.EndedAt < before && context.RetryItems.Any(item => item.BatchId == batch.Id)).Select(batch => batch.Id).ToListAsync(ct);
    }

    private static bool IsDue(RetentionRules rules, ScannedRow row, DateTimeOffset now)
    {
        var fate = rules.FateOf(row.Facts);
        return fate.LosesRowBy(now) || (fate.LosesContentBy(now) && !row.HasLostContent);
    }

    /// <summary>Until one is met of which nothing can be old enough: ids follow the time of receipt.</summary>
    private static IEnumerable<List<ScannedRow>> Pieces(SqliteConnection reader, RetentionRules rules, DateTimeOffset now)
    {
        var young = now.AddDays(-rules.ShortestDays);
        var after = 0L;
        while (true)
        {
            var rows = Read(reader, after);
            if (rows.Count == 0)
            {
                yield break;
            }

            yield return rows;
            if (rows.Min(row => row.Facts.ReceivedAt) > young)
            {
                yield break;
            }

            after = rows[^1].Id;
        }
    }

    private static List<ScannedRow> Read(SqliteConnection reader, long after)
    {
        using var command = reader.CreateCommand();
        command.CommandText = RemovalSql.Scan;
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$n", Look);
        using var rows = command.ExecuteReader();
        var found = new List<ScannedRow>(Look);
        while (rows.Read())
        {
            found.Add(new ScannedRow(
                rows.GetInt64(0), rows.GetInt64(1), ((DeliveryMarks)rows.GetInt32(6)).HasFlag(DeliveryMarks.ContentRemoved),
                new RetentionFacts((DeliveryState)rows.GetInt32(2), TimeAt(rows, 3)!.Value, TimeAt(rows, 4), TimeAt(rows, 5), rows.GetBoolean(7), rows.GetBoolean(8))));
        }

        return found;
    }

    /// <summary>The next one that is there, however large the gap before it; null: it is not too old, or there is none.</summary>
    private static long? OldRequest(SqliteConnection reader, long after, long tooOld)
    {
        using var command = reader.CreateCommand();
        command.CommandText = RemovalSql.NextRequest;
        command.Parameters.AddWithValue("$a", after);
        using var row = command.ExecuteReader();
        return row.Read() && row.GetInt64(1) < tooOld ? row.GetInt64(0) : null;
    }

    /// <summary>Whoever sends comes first.</summary>
    private async Task RestInRushAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        while (door.IsRush)
        {
            await Task.Delay(s_rest, time, ct);
        }
    }

    private readonly record struct ScannedRow(long Id, long RequestId, bool HasLostContent, RetentionFacts Facts);
}
