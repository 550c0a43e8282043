using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Ledger;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Groups;

/// <summary>
/// Puts failed deliveries that are in no group into theirs, newest first, a few at a time: those of an earlier version, after an
/// upgrade. What to do next stands in the rows, so a stop costs nothing. A row that cannot be read or grouped is put with what is
/// unclassified, and one that cannot even be that is passed over until the next pass: nothing stands in the way of what is older.
/// </summary>
public sealed partial class GroupUpkeep(
    StoreWriter writer, IDbContextFactory<ConsoleDbContext> contexts, ChangeFeed changes, TimeProvider time, ILogger<GroupUpkeep> log)
{
    /// <summary>About ten milliseconds of the writer's time: a sender may be waiting behind it.</summary>
    internal const int Piece = 100;

    /// <summary>Open pages read everything again, and there may be thousands of pieces.</summary>
    private static readonly TimeSpan s_calm = TimeSpan.FromSeconds(1);

    private static readonly FailurePrint s_unclassified = FailurePrint.Of(FailureStage.None, null, null, null);

    /// <summary>The answer of the last try belongs to a failure of sending only.</summary>
    private static readonly string s_ungrouped = $"""
        SELECT d."Id",d."ConnectionId",d."Origin",d."Stage",d."Cause",d."StatusCode",d."ReceivedAt",d."EndedAt",
        CASE WHEN d."Stage"={(int)FailureStage.Sending} AND d."StatusCode" IS NOT NULL THEN
        (SELECT substr(e."ResponseBody",1,{LogReasons.MostRead}) FROM "Attempts" a JOIN "Exchanges" e ON e."Id"=a."ExchangeId" WHERE a."DeliveryId"=d."Id" ORDER BY a."Number" DESC LIMIT 1) END,
        {GroupSql.BeganOf("d.\"Id\"", "d.\"Cause\"")}
        FROM "Deliveries" d INDEXED BY "IX_Deliveries_Ungrouped" WHERE d."State"=4 AND d."GroupId" IS NULL
        """;

    /// <summary>Where the next step goes on, below this id: what is above it and still there could not be grouped.</summary>
    private long _below = long.MaxValue;

    private DateTimeOffset _raised;
    private bool _isUntold;

    /// <summary>Does the next few. False when none is left, or none that can be grouped: then the next step begins anew.</summary>
    public async Task<bool> StepAsync(CancellationToken ct)
    {
        List<RawRow> raw;
        await using (var db = await LogDb.OpenAsync(contexts, null, ct))
        {
            var sql = new LogSql().Add(s_ungrouped);
            raw = db.Read(sql.Add($"""  AND d."Id"<{sql.Value(_below)} ORDER BY d."Id" DESC LIMIT {Piece}"""), RawRow.Of, ct);
        }

        if (raw.Count > 0)
        {
            await JoinAsync([.. raw.Select(Classify).OrderByDescending(row => row.At)]);   // in this order pieces of a flare-up always meet
            _isUntold = true;
        }

        var isLast = raw.Count < Piece;
        _below = isLast ? long.MaxValue : raw[^1].Id;
        Tell(isLast);
        return !isLast;
    }

    private async Task JoinAsync(IReadOnlyList<Row> rows)
    {
        try
        {
            await writer.WriteAsync(session =>
            {
                foreach (var row in rows)
                {
                    Join(session, row);
                }
            });
        }
        catch (Exception failure) when (IsOfARow(failure))
        {
            foreach (var row in rows)
            {
                await JoinAloneAsync(row);
            }
        }
    }

    private async Task JoinAloneAsync(Row row)
    {
        foreach (var attempt in new[] { row, row with { Print = s_unclassified } })
        {
            try
            {
                await writer.WriteAsync(session => Join(session, attempt));
                return;
            }
            catch (Exception failure) when (IsOfARow(failure))
            {
                NotGrouped(PublicId.Delivery(row.Id), failure);
            }
        }
    }

    private static void Join(WriteSession session, Row row)
    {
        var group = session.Groups.IdOf(session, row.Place.ConnectionId, row.Print, row.At);
        if (DispatchStore.Set(session.Command(GroupSql.JoinOld, "$group", "$id"), group, row.Id).ExecuteNonQuery() == 1)
        {
            session.Ledger.Moved(row.Place, row.Place with { GroupId = group });
            session.Ledger.Groups.Failed(group, row.At, joined: true, row.Began);
        }
    }

    private Row Classify(RawRow raw)
    {
        try
        {
            var received = new DateTimeOffset(raw.ReceivedAt, TimeSpan.Zero);
            var at = raw.EndedAt is { } ended ? new DateTimeOffset(ended, TimeSpan.Zero) : received;
            var print = FailurePrint.Of((FailureStage)raw.Stage, raw.Cause, raw.Status, MessagePattern.OfAnswer(raw.Status, raw.Answer));
            return new Row(raw.Id, print, at, raw.Began is { } began ? new DateTimeOffset(began, TimeSpan.Zero) : null, Place(raw, received));
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            NotGrouped(PublicId.Delivery(raw.Id), failure);
            var known = raw.ReceivedAt >= DateTimeOffset.UnixEpoch.Ticks && raw.ReceivedAt <= DateTimeOffset.MaxValue.Ticks
                ? new DateTimeOffset(raw.ReceivedAt, TimeSpan.Zero)
                : DateTimeOffset.UnixEpoch;
            return new Row(raw.Id, s_unclassified, known, null, Place(raw, known));
        }
    }

    /// <summary>Where it stands in the ledger, and goes on standing but for its group.</summary>
    private static LedgerPlace Place(RawRow raw, DateTimeOffset received) =>
        new(raw.ConnectionId, (Receiving.Origin)raw.Origin, received, DeliveryState.Failed, null, raw.Cause, raw.Status);

    /// <summary>Else nothing can be written at all, and the next step is no better for a single row.</summary>
    private static bool IsOfARow(Exception failure) => failure is not (OutOfMemoryException or OperationCanceledException or StoreUnavailableException);

    private void Tell(bool isLast)
    {
        var now = time.GetUtcNow();
        if (_isUntold && (isLast || now - _raised >= s_calm || now < _raised))
        {
            (_isUntold, _raised) = (false, now);
            changes.Raise();
        }
    }

    [LoggerMessage(EventId = 1252, Level = LogLevel.Warning, Message = "The failed delivery {Id} could not be put into the group of its kind")]
    private partial void NotGrouped(string id, Exception failure);

    /// <summary>As it stands in the database, whatever that is.</summary>
    private sealed record RawRow(
        long Id, long ConnectionId, int Origin, int Stage, string? Cause, int? Status, long ReceivedAt, long? EndedAt, byte[]? Answer, long? Began)
    {
        public static RawRow Of(Microsoft.Data.Sqlite.SqliteDataReader row) => new(
            row.GetInt64(0), row.GetInt64(1), row.GetInt32(2), row.GetInt32(3), row.IsDBNull(4) ? null : row.GetString(4), row.IsDBNull(5) ? null : row.GetInt32(5),
            row.GetInt64(6), row.IsDBNull(7) ? null : row.GetInt64(7), row.IsDBNull(8) ? null : row.GetFieldValue<byte[]>(8), row.IsDBNull(9) ? null : row.GetInt64(9));
    }

    private sealed record Row(long Id, FailurePrint Print, DateTimeOffset At, DateTimeOffset? Began, LedgerPlace Place);
}

/// <summary>Goes on with <see cref="GroupUpkeep"/> beside everything else, leaving most of the writer's time to it.</summary>
internal sealed partial class GroupUpkeepWorker(GroupUpkeep upkeep, DoorLoad door, TimeProvider time, ILogger<GroupUpkeepWorker> log) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(5);

    /// <summary>Looked for again, because no failure may be without a group, however it came about.</summary>
    private static readonly TimeSpan s_done = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(await StepAsync(stoppingToken), time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The product stops; the next start goes on from here.
        }
    }

    /// <summary>How long to wait for the next step.</summary>
    private async Task<TimeSpan> StepAsync(CancellationToken ct)
    {
        if (door.IsRush)
        {
            return s_rest;
        }

        try
        {
            return await upkeep.StepAsync(ct) ? s_pause : s_done;
        }
        catch (Exception failure) when (failure is not (OutOfMemoryException or OperationCanceledException))
        {
            Failed(log, failure);
            return s_rest;
        }
    }

    [LoggerMessage(EventId = 1251, Level = LogLevel.Warning, Message = "A few failed deliveries could not be put into their groups; they are tried again")]
    private static partial void Failed(ILogger logger, Exception failure);
}
