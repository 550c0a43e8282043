using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Json;
using Richpanel.Core.Mapping;
using Richpanel.Core.Notes;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;
using Richpanel.Core.Storage;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Deliveries;

/// <summary>
/// From claimed rows to calls that can be sent: stored bytes → Reader → Mapper, or the kept mapped call where a person asked for
/// it <em>as then</em>. One bad call never costs its neighbours.
/// </summary>
internal sealed class CallPreparer(
    RequestBodies bodies, IDbContextFactory<ConsoleDbContext> contexts, TimeProvider time, ILogger<DeliveryDispatcher> logger)
{
    public async Task<IReadOnlyList<Preparation>> PrepareAsync(
        Connection connection, IReadOnlyList<ClaimedDelivery> rows, CancellationToken ct)
    {
        var kept = await LastKeptAsync(rows, ct);
        List<Preparation> prepared = new(rows.Count);
        foreach (var row in rows)
        {
            var last = kept.GetValueOrDefault(row.Id);
            prepared.Add(last is not null && row.Marks.HasFlag(DeliveryMarks.SendAsThen)
                ? AsThen(row, last)
                : AsNow(connection, row, await bodies.FindAsync(row.RequestId, ct), last));
        }

        return prepared;
    }

    /// <summary>The latest kept call of each delivery that has been sent before; a first attempt asks the database nothing.</summary>
    private async Task<Dictionary<long, MappedCall>> LastKeptAsync(IReadOnlyList<ClaimedDelivery> rows, CancellationToken ct)
    {
        List<long> ids = [.. rows.Where(row => row.AttemptCount > 0 || row.Marks.HasFlag(DeliveryMarks.SendAsThen)).Select(row => row.Id)];
        Dictionary<long, MappedCall> latest = [];
        if (ids.Count == 0)
        {
            return latest;
        }

        await using var context = await contexts.CreateDbContextAsync(ct);
        await foreach (var call in context.MappedCalls.Where(c => ids.Contains(c.DeliveryId)).OrderBy(c => c.Id).AsAsyncEnumerable().WithCancellation(ct))
        {
            latest[call.DeliveryId] = call;
        }

        return latest;
    }

    private static Preparation.Ready AsThen(ClaimedDelivery row, MappedCall kept)
    {
        var content = (JsonTree.Map)JsonTreeReader.Read(Encoding.UTF8.GetBytes(kept.Content)).Tree!;
        return new Preparation.Ready(new PreparedDelivery(
            row,
            new RichpanelCall(content),
            new KeptCall(kept.Id, kept.Content, kept.Notes, kept.MapperVersion, kept.ConnectionVersion, kept.MappedAt)));
    }

    private Preparation AsNow(Connection connection, ClaimedDelivery row, KeptRequest? request, MappedCall? last)
    {
        if (request is null || (long)row.BodyOffset + row.BodyLength > request.Body.Length)
        {
            return Ended(row, DeliveryState.Failed, FailureStage.Reading, CauseCatalog.CallMissing.Code);
        }

        try
        {
            return CallReader.Read(request, row.BodyOffset, row.BodyLength) switch
            {
                CallReading.Readable reading => Map(connection, row, reading, last),
                CallReading.NotSupported reading => Ended(row, DeliveryState.Skipped, FailureStage.None, reading.Cause),
                CallReading.Unusable reading => Ended(row, DeliveryState.Failed, FailureStage.Reading, reading.Cause),
                var other => throw new InvalidOperationException($"Unknown reading {other.GetType().Name}."),
            };
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            logger.MappingBroke(row.Id, failure.GetType().Name);
            return Ended(row, DeliveryState.Failed, FailureStage.Mapping, CauseCatalog.MappingBroke.Code);
        }
    }

    private Preparation Map(Connection connection, ClaimedDelivery row, CallReading.Readable reading, MappedCall? last)
    {
        // A call without messageId may get a fresh one each time it is read: the row's is the one it was received under.
        var call = reading.Call.MessageId.StartsWith(row.MessageId, StringComparison.Ordinal)
            ? reading.Call
            : reading.Call with { MessageId = row.MessageId };
        return EventMapper.Map(call, connection.Mapping).Match<Preparation>(
            mapped => Keep(connection, row, mapped.Call, [.. reading.Notes, .. mapped.Notes], last),
            skipped => Ended(row, DeliveryState.Skipped, FailureStage.None, skipped.Cause),
            unusable => Ended(row, DeliveryState.Failed, FailureStage.Mapping, unusable.Cause));
    }

    private Preparation.Ready Keep(Connection connection, ClaimedDelivery row, RichpanelCall call, IReadOnlyList<Note> notes, MappedCall? last)
    {
        var content = JsonTreeWriter.Write(call.Content);
        var said = NotesJson.Write(notes);
        var same = last is not null && last.Content == content && last.Notes == said;
        return new Preparation.Ready(new PreparedDelivery(
            row,
            call,
            new KeptCall(same ? last!.Id : null, content, said, EventMapper.Version, connection.Version, time.GetUtcNow())));
    }

    private Preparation.Ended Ended(ClaimedDelivery row, DeliveryState state, FailureStage stage, string cause) =>
        new(new DeliveryOutcome(row, state)
        {
            Stage = stage,
            Cause = cause,
            Marks = row.Marks & ~DeliveryMarks.AskedFor,
            EndedAt = time.GetUtcNow(),
        });
}
