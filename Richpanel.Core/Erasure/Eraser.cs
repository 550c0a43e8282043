using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;
using Richpanel.Core.Retention;
using Richpanel.Core.Sandbox;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Erasure;

/// <summary>
/// Carries one erasure out, place by place (<see cref="ErasurePlaces"/>). Each step can be done again: after a restart it begins anew and
/// finds less. What is looked through is read beside the writer; what is changed goes through it in small pieces, together with what the
/// receipt says of it.
/// </summary>
public sealed class Eraser(
    SqliteStore store, StoreWriter writer, IDbContextFactory<ConsoleDbContext> contexts, SearchKey search, SearchUpkeep upkeep, RequestBodies bodies, ExpansionProgress expansion, SandboxErasure sandbox, SmallPlaces small,
    DatabaseSpace space, ErasureStore erasures, DoorLoad door, ChangeWriting log, ChangeFeed changes, TimeProvider time)
{
    private const int Piece = 20;
    private const int TextsInOne = 500;
    private const int RowsInOne = 20_000;
    private const int CountersInOne = 200;

    private const string NamesLost = "The names it was asked by cannot be opened any more: the key ring that sealed them is gone. Ask for it again.";

    /// <summary>For requests that have no rows yet, and for what is just being sent: longer than a claim lasts.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    /// <summary>To its end, or until it is given up because nobody can open its names any more.</summary>
    /// <exception cref="ErasureException">It cannot go on now: the sentence says why.</exception>
    /// <exception cref="OperationCanceledException"/>
    internal async Task RunAsync(CustomerErasure erasure, CancellationToken ct)
    {
        if (erasures.KeysOf(erasure) is not { } keys)
        {
            await GiveUpAsync(erasure.Id);
            return;
        }

        if (upkeep.OldBelow > 0)
        {
            throw new ErasureException(ErasureStore.KeysInTheMaking);
        }

        await Interruption.ToldAsync(() => RunAsync(new Work(erasure, keys), ct), ct);
    }

    private async Task RunAsync(Work work, CancellationToken ct)
    {
        await StepAsync(work, "Waiting until every request received so far has its rows");
        work.LastRequest = await ExpandedAsync(ct);
        using var reader = store.OpenReader();
        using var stopping = ct.Register(() => SQLitePCL.raw.sqlite3_interrupt(reader.Handle));
        await StepAsync(work, "Removing the customer's deliveries");
        await RemoveDeliveriesAsync(work, reader, () => CustomerFinder.Find(reader, search, work.Keys, work.LastRequest), ct);
        await RemoveByPartAsync(work, reader, ct);
        await BlankMentionsAsync(work, reader, ct);
        await RemoveSmallAsync(work, ct);
        await StepAsync(work, "Looking through the sandbox");
        var gone = await sandbox.EraseAsync(work.Keys, ct);
        await writer.WriteAsync(session => Note(session, work, (ErasurePlaces.Sandbox, gone)));
        await ForgetEventNamesAsync(work, reader, ct);
        await StepAsync(work, "Looking once more");
        if (CustomerFinder.Find(reader, search, work.Keys, work.LastRequest).Count > 0)
        {
            await RemoveDeliveriesAsync(work, reader, () => CustomerFinder.Find(reader, search, work.Keys, work.LastRequest), ct);
        }

        await EndAsync(work, ct);
    }

    /// <summary>The last request of this erasure, once all up to it have their rows.</summary>
    private async Task<long> ExpandedAsync(CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        var last = await context.Requests.MaxAsync(request => (long?)request.Id, ct) ?? 0;
        using var patience = new CancellationTokenSource(s_patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        try
        {
            await expansion.ExpandedAsync(last, either.Token);
            return last;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new ErasureException("Requests received before it have no rows yet, so some of the customer's could be missed. It is tried again.");
        }
    }

    /// <summary>Until none is left. What is just being sent is waited for: its end would write a row that is gone.</summary>
    private async Task RemoveDeliveriesAsync(Work work, SqliteConnection reader, Func<List<FoundDelivery>> find, CancellationToken ct)
    {
        var until = time.GetUtcNow() + s_patience;
        while (true)
        {
            var found = find();
            if (found.Count == 0)
            {
                return;
            }

            var before = work.Removed;
            foreach (var rows in PiecesOf(reader, found))
            {
                await RestInRushAsync(ct);
                await RemoveAsync(work, reader, rows);
            }

            if (work.Removed == before)
            {
                if (time.GetUtcNow() > until)
                {
                    throw new ErasureException("Some of the customer's deliveries are still being sent. It is tried again.");
                }

                await Task.Delay(s_rest, time, ct);
            }
        }
    }

    /// <summary>What goes in one commit, weighed by what is written over: a request may be as large as all of it.</summary>
    private static IEnumerable<IReadOnlyList<FoundDelivery>> PiecesOf(SqliteConnection reader, List<FoundDelivery> found)
    {
        using var bytes = new RemovedBytes(reader);
        var request = 0L;
        foreach (var piece in Portions.Of(found, Piece, row => bytes.OfContent(row.Id) + (row.RequestId == request ? 0 : bytes.OfRequest(request = row.RequestId))))
        {
            yield return piece;
        }
    }

    private async Task RemoveAsync(Work work, SqliteConnection reader, IReadOnlyList<FoundDelivery> rows)
    {
        // Bodies are decoded and encoded here, and not on the writer's thread.
        var parts = rows.GroupBy(row => row.RequestId).Select(group => BlankedBody.Of(reader, group.Key, [.. group], work.Names)).OfType<BlankedBody>().ToList();
        work.Removed += await writer.WriteAsync(session =>
        {
            var there = rows.Select(row => DeliveryRemoval.Find(session, row.Id)).OfType<RemovableRow>().ToList();

            // Its end would write into what is gone. The whole request waits with it: its other calls are blanked together with this one.
            var busy = there.Where(row => row.Place.State == DeliveryState.Sending).Select(row => row.RequestId).ToHashSet();
            there.RemoveAll(row => busy.Contains(row.RequestId));
            work.NeverSent += there.Count(row => row.Place.State == DeliveryState.Waiting);
            var sent = there.Sum(row => CountSent(session, row.Id));
            foreach (var row in there)
            {
                DeliveryRemoval.RemoveRow(session, row, DeliveryRemoval.Erased);
            }

            var free = parts.Where(part => !busy.Contains(part.RequestId)).ToList();
            var shared = free.Count(part => part.Write(session));
            Note(session, work, (ErasurePlaces.Deliveries, there.Count), (ErasurePlaces.Sent, sent), (ErasurePlaces.Requests, free.Count - shared), (ErasurePlaces.SharedRequests, shared));
            return there.Count;
        });
        foreach (var request in rows.Select(row => row.RequestId).Distinct())
        {
            bodies.Forget(request);
        }

        changes.Raise();
    }

    private static long CountSent(WriteSession session, long id) => (long)DeliveryRemoval.Set(
        session.Command("""SELECT (SELECT COUNT(*) FROM "MappedCalls" WHERE "DeliveryId"=$id)+(SELECT COUNT("ExchangeId") FROM "Attempts" WHERE "DeliveryId"=$id)""", "$id"), id).ExecuteScalar()!;

    /// <summary>Rows where an e-mail is only a part of an id, a name or a message id: no hash finds these.</summary>
    private async Task RemoveByPartAsync(Work work, SqliteConnection reader, CancellationToken ct)
    {
        var emails = CustomerNames.EmailsOf(work.Keys);

        // Up to the last row as it is by then: a replay made meanwhile has a new id.
        for (long after = 0; emails.Count > 0 && after < CustomerFinder.LastId(reader); after += RowsInOne)
        {
            await RestInRushAsync(ct);
            var from = after;
            await RemoveDeliveriesAsync(work, reader, () => CustomerFinder.FindByPart(reader, emails, from, from + RowsInOne, work.LastRequest), ct);
        }
    }

    /// <summary>Names in texts that belong to others: an order that somebody else placed for the customer, an answer to a whole batch.</summary>
    private async Task BlankMentionsAsync(Work work, SqliteConnection reader, CancellationToken ct)
    {
        if (work.Names.IsEmpty)
        {
            return;
        }

        foreach (var place in MentionPlace.All)
        {
            await StepAsync(work, $"Looking through {place.Words}");
            for (long after = 0, looked; ; after = looked)
            {
                await RestInRushAsync(ct);
                (var texts, looked) = place.Find(reader, work.Names, after, TextsInOne);
                if (looked == 0)
                {
                    break;   // nothing is left, not even what was written meanwhile: a replay copies what was sent
                }

                foreach (var piece in Portions.Of(texts, Piece, text => text.Bytes))
                {
                    await writer.WriteAsync(session => Note(session, work, (ErasurePlaces.Mentions, piece.LongCount(text => place.Write(session, text)))));
                    foreach (var text in place.IsRequests ? piece : [])
                    {
                        bodies.Forget(text.Id);
                    }
                }
            }
        }
    }

    private async Task RemoveSmallAsync(Work work, CancellationToken ct)
    {
        await StepAsync(work, "Looking through samples and saved views");
        var found = await small.CountAsync(work.Keys, ct);
        await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            SmallPlaces.Delete(context, found);
            Note(session, work, (ErasurePlaces.Refused, found.Refused), (ErasurePlaces.Samples, found.Samples), (ErasurePlaces.Views, found.Views));
        });
        changes.Raise();
    }

    /// <summary>Counters that say 0 go when their event name held a name: their rows were removed above.</summary>
    private async Task ForgetEventNamesAsync(Work work, SqliteConnection reader, CancellationToken ct)
    {
        foreach (var counters in NamedCounters.All)
        {
            foreach (var piece in counters.Find(reader, work.Names).Chunk(CountersInOne))
            {
                await RestInRushAsync(ct);
                await writer.WriteAsync(session => Note(session, work, (ErasurePlaces.EventNames, counters.Delete(session, piece))));
            }
        }
    }

    private async Task EndAsync(Work work, CancellationToken ct)
    {
        await StepAsync(work, "Emptying the write-ahead log");
        var arrived = await ArrivedAsync(work, ct);
        var files = erasures.Files();
        await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            var row = context.Erasures.Single(one => one.Id == work.Erasure.Id);
            (row.State, row.EndedAt, row.SealedKeys, row.Step, row.Fault) = (ErasureState.Done, time.GetUtcNow(), null, null, null);
            row.Files = JsonSerializer.Serialize(files);
            if (arrived > 0)
            {
                work.Counts[ErasurePlaces.ArrivedSince] = arrived;
                row.Counts = JsonSerializer.Serialize(work.Counts);
            }

            log.Append(context, Actor.System, new Change(ChangeCatalog.ErasureDone, PublicId.Erasure(row.Id), PublicId.Erasure(row.Id))
            {
                Count = work.Counts.GetValueOrDefault(ErasurePlaces.Deliveries.Code),
                Fields = [.. work.Counts.Where(one => one.Value > 0).Select(one => new FieldChange(one.Key, null, one.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)))],
            });
            context.SaveChanges();
        });

        erasures.Tell(work.Keys);
        await EmptyAsync(work.Erasure.Id, ct);
    }

    /// <summary>After the last commit that named anybody: from here on the bytes are in no file of the product. False: somebody reads from one; it is to be tried again.</summary>
    internal async Task<bool> EmptyAsync(long id, CancellationToken ct)
    {
        var emptied = await space.EmptyWalAsync(ct) && await sandbox.EmptyWalAsync(ct);
        if (emptied)
        {
            await writer.WriteAsync(session =>
            {
                using var context = session.Context();
                context.Erasures.Single(one => one.Id == id).BytesGone = true;
                context.SaveChanges();
            });
        }

        changes.Raise();
        return emptied;
    }

    private async Task GiveUpAsync(long id)
    {
        await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            var row = context.Erasures.Single(one => one.Id == id);
            (row.State, row.EndedAt, row.SealedKeys, row.Step, row.Fault) = (ErasureState.GivenUp, time.GetUtcNow(), null, null, NamesLost);
            log.Append(context, Actor.System, new Change(ChangeCatalog.ErasureGivenUp, PublicId.Erasure(id), PublicId.Erasure(id)));
            context.SaveChanges();
        });
        changes.Raise();
    }

    /// <summary>Whoever sends on goes on being received: the receipt says so.</summary>
    private Task<long> ArrivedAsync(Work work, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        using var reader = store.OpenReader();
        return Task.FromResult(CustomerFinder.Find(reader, search, work.Keys).LongCount(row => row.RequestId > work.LastRequest));
    }

    private Task StepAsync(Work work, string step) => writer.WriteAsync(session =>
    {
        using var context = session.Context();
        var row = context.Erasures.Single(one => one.Id == work.Erasure.Id);
        (row.Step, row.Fault) = (step, null);
        context.SaveChanges();
        changes.Raise();
    });

    /// <summary>What is taken away and what the receipt says of it stand in one commit.</summary>
    private static void Note(WriteSession session, Work work, params ReadOnlySpan<(ErasurePlace Place, long Count)> counts)
    {
        foreach (var (place, count) in counts)
        {
            if (count > 0)
            {
                work.Counts[place.Code] = work.Counts.GetValueOrDefault(place.Code) + count;
            }
        }

        DeliveryRemoval.Set(session.Command("""UPDATE "Erasures" SET "Counts"=$c,"NeverSent"=$n WHERE "Id"=$id""", "$c", "$n", "$id"), JsonSerializer.Serialize(work.Counts), work.NeverSent, work.Erasure.Id).ExecuteNonQuery();
    }

    private async Task RestInRushAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        while (door.IsRush)
        {
            await Task.Delay(s_rest, time, ct);
        }
    }

    /// <summary>One erasure while it is carried out.</summary>
    private sealed class Work(CustomerErasure erasure, IReadOnlyList<CustomerKey> keys)
    {
        public CustomerErasure Erasure { get; } = erasure;

        public IReadOnlyList<CustomerKey> Keys { get; } = keys;

        public CustomerNames Names { get; } = new(keys);

        /// <summary>What is received after it is not of this erasure: a sender that goes on would let it never end.</summary>
        public long LastRequest { get; set; }

        public Dictionary<string, long> Counts { get; } = new(erasure.CountsByPlace, StringComparer.Ordinal);

        public long NeverSent { get; set; } = erasure.NeverSent;

        public long Removed { get; set; }
    }
}

/// <summary>An erasure cannot go on now; the message is for people.</summary>
public sealed class ErasureException(string message) : Exception(message);
