using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Receiving;

/// <summary>
/// Just behind the door, always running: turns kept requests into deliveries, in order, a slice a transaction with the cursor,
/// so that a stop at any moment neither skips nor doubles one. Reading happens here, off the writer's thread, and the next slice
/// is read while the one before is being written.
/// </summary>
public sealed partial class CallExpander(
    SqliteStore store,
    StoreWriter writer,
    ConnectionDirectory directory,
    Expansion expansion,
    SearchKey search,
    IOptions<ReceivingLimits> limits,
    ILogger<CallExpander> log) : BackgroundService
{
    private static readonly TimeSpan s_poll = TimeSpan.FromSeconds(1);

    private readonly DeliveryDrafting _drafting = new(directory, search, limits.Value.MaxCallBytes);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var queue = new RequestQueue(store.OpenReader());
        using var repeats = new RepeatFinder(store.OpenReader(), expansion.Bodies);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var cursor = queue.ReadCursor();
                expansion.Progress.Reached(cursor);
                repeats.Forget();
                await DrainAsync(queue, repeats, cursor, queue.ReadRestored(), stoppingToken);
                await expansion.Progress.WaitForArrivalAsync(s_poll, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // Whatever it is, the requests are safe and the cursor stands: rest, then go on from it.
                RoundFailed(log, failure);
                await expansion.RestAsync(stoppingToken);
            }
        }
    }

    /// <summary>Until nothing is left. While one slice is being written the next is prepared.</summary>
    private async Task DrainAsync(RequestQueue queue, RepeatFinder repeats, long cursor, long restored, CancellationToken ct)
    {
        var writing = Task.CompletedTask;
        try
        {
            while (!ct.IsCancellationRequested)
            {
                var requests = queue.After(cursor);
                if (requests.Count == 0)
                {
                    return;
                }

                foreach (var (drafts, last) in Slices(requests))
                {
                    await repeats.MarkAsync(drafts, ct);
                    MarkRestored(drafts, restored);
                    await writing;
                    writing = WriteAsync(drafts, last, ct);
                    cursor = last;
                }
            }
        }
        finally
        {
            await writing;
        }
    }

    /// <summary>They may have been sent after the backup that their requests come from was made (promise 3).</summary>
    private static void MarkRestored(List<DeliveryDraft> drafts, long restored)
    {
        foreach (var draft in drafts.Where(draft => draft.Request.Id <= restored && draft.Row.State == DeliveryState.Waiting))
        {
            draft.Row.Marks |= DeliveryMarks.MayHaveGoneOut;
        }
    }

    private IEnumerable<(List<DeliveryDraft> Drafts, long Last)> Slices(IReadOnlyList<KeptRequest> requests)
    {
        var drafts = new List<DeliveryDraft>();
        foreach (var request in requests)
        {
            expansion.Bodies.Remember(request);
            drafts.AddRange(_drafting.Draft(request));
            if (drafts.Count >= ExpansionPace.Most(expansion.Door.IsRush))
            {
                yield return (drafts, request.Id);
                drafts = [];
            }
        }

        if (drafts.Count > 0)
        {
            yield return (drafts, requests[^1].Id);
        }
    }

    private async Task WriteAsync(List<DeliveryDraft> drafts, long last, CancellationToken ct)
    {
        var written = 0;
        try
        {
            while (written < drafts.Count)
            {
                var rush = expansion.Door.IsRush;
                await expansion.PaceAsync(drafts[written].Request.ReceivedAt, ct);
                var from = written;
                written = await writer.WriteAsync(session => DeliveryInsert.Write(session, drafts, from, ExpansionPace.Least(rush), last));
                expansion.Expanded(written == drafts.Count ? last : drafts[written - 1].Request.Id);
            }
        }
        catch (Exception failure) when (failure is not (StoreUnavailableException or OperationCanceledException))
        {
            SliceFailed(log, failure, last);
            await WriteOneByOneAsync(drafts.Skip(written));
            expansion.Expanded(last);
        }
    }

    /// <summary>A row that the database refuses must not stop those behind it: its request gets a row that says so.</summary>
    private async Task WriteOneByOneAsync(IEnumerable<DeliveryDraft> drafts)
    {
        foreach (var calls in drafts.GroupBy(draft => draft.Request))
        {
            try
            {
                await WriteWholeAsync([.. calls], calls.Key.Id);
            }
            catch (Exception failure) when (failure is not StoreUnavailableException)
            {
                SliceFailed(log, failure, calls.Key.Id);
                await WriteWholeAsync([_drafting.DraftUnreadable(calls.Key, 0, calls.Key.Body.Length)], calls.Key.Id);
            }
        }
    }

    private Task<int> WriteWholeAsync(List<DeliveryDraft> drafts, long request) =>
        writer.WriteAsync(session => DeliveryInsert.Write(session, drafts, 0, drafts.Count, request));

    [LoggerMessage(EventId = 1202, Level = LogLevel.Error, Message = "The rows of the slice up to request {RequestId} were refused; they are written one request at a time")]
    private static partial void SliceFailed(ILogger logger, Exception failure, long requestId);

    [LoggerMessage(EventId = 1201, Level = LogLevel.Error, Message = "A round of the expander failed; it goes on from the cursor after a rest")]
    private static partial void RoundFailed(ILogger logger, Exception failure);
}
