using Richpanel.Core.Connections;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Receiving;

/// <summary>A request that passed every door check and may be kept.</summary>
/// <param name="Body">Decompressed JSON, writeKey values already overwritten.</param>
/// <param name="Envelope">JSON object of the batch envelope's context, integrations, sentAt, timestamp; null when there is none.</param>
public sealed record AdmittedRequest(Source Source, ReceivedRoute Route, Origin Origin, ReadOnlyMemory<byte> Body, string? Envelope)
{
    /// <summary>The delivery in whose place a person sends it.</summary>
    public long? EditOf { get; init; }

    /// <summary>One call that a person sends.</summary>
    /// <param name="sourceId">Of the source that sent it first; 0 = no source did.</param>
    public static AdmittedRequest ByHand(Origin origin, long connectionId, long sourceId, ReadOnlyMemory<byte> body) => new(
        new Source { Id = sourceId, PublicId = "", ConnectionId = connectionId, Name = "Console", WriteKeyHash = [], ProtectedWriteKey = [] },
        ReceivedRoute.Console,
        origin,
        body,
        null);
}

/// <summary>The durable side of the door. The task ends after the commit: only then may anyone answer 200.</summary>
public sealed class CallDoor(StoreWriter writer, StoreHealth health, ExpansionProgress progress, DoorLoad load, TimeProvider time)
{
    private const string Insert =
        """INSERT INTO "Requests" ("SourceId","ConnectionId","Origin","Route","ReceivedAt","Body","Encoding","Envelope","EditOf") VALUES ($source,$connection,$origin,$route,$at,$body,$encoding,$envelope,$edit)""";

    /// <summary>What may wait at the door at once. Beyond it senders are asked to come again: their own queue is safer than our memory.</summary>
    private const long MostBytes = 64L * 1024 * 1024;

    private const int MostRequests = 8192;

    private long _bytes;
    private int _requests;

    /// <summary>The id of the kept request.</summary>
    /// <param name="alongside">Written in the same commit; for what a person sends, which can wait for its turn.</param>
    /// <exception cref="StoreUnavailableException">It was not kept: over capacity, no space, a database that cannot be written now, or stopping.</exception>
    public async Task<long> KeepAsync(AdmittedRequest request, Action<WriteSession>? alongside = null) => (await KeepAsync(
        request,
        session =>
        {
            alongside?.Invoke(session);
            return true;
        },
        alongside is null ? WriteUrgency.Door : WriteUrgency.Background))!.Value;

    /// <summary>The id of the kept request; null when it was not wanted after all.</summary>
    /// <param name="isWanted">
    /// Asked first, in the commit that keeps the request: what it writes is kept with it or not at all. False: nothing is kept, and it
    /// must have written nothing.
    /// </param>
    /// <exception cref="StoreUnavailableException">As above.</exception>
    public Task<long?> KeepIfAsync(AdmittedRequest request, Func<WriteSession, bool> isWanted) => KeepAsync(request, isWanted, WriteUrgency.Background);

    private async Task<long?> KeepAsync(AdmittedRequest request, Func<WriteSession, bool> isWanted, WriteUrgency urgency)
    {
        health.DemandSpace();
        writer.DemandCommits();
        var length = request.Body.Length;
        load.Came(length);
        var bytes = Interlocked.Add(ref _bytes, length);
        var requests = Interlocked.Increment(ref _requests);
        try
        {
            if (bytes > MostBytes || requests > MostRequests)
            {
                throw new StoreUnavailableException(StoreFault.Overloaded, "More requests are waiting to be kept than this machine can take.");
            }

            // Here, on the sender's own thread, and not on the writer's.
            var (body, encoding) = BodyCoding.Encode(request.Body);
            var at = time.GetUtcNow().UtcTicks;
            var id = await writer.WriteAsync(session => isWanted(session) ? Keep(session, request, body, encoding, at) : (long?)null, urgency);
            if (id is not null)
            {
                progress.Arrived();
            }

            return id;
        }
        finally
        {
            Interlocked.Add(ref _bytes, -length);
            Interlocked.Decrement(ref _requests);
        }
    }

    /// <summary>Ends when the expander has made rows of this request; gives their delivery ids in order (used by Lab and Send).</summary>
    public Task<IReadOnlyList<long>> ExpandedAsync(long requestId, CancellationToken ct) => progress.ExpandedAsync(requestId, ct);

    private static long Keep(WriteSession session, AdmittedRequest request, byte[] body, BodyEncoding encoding, long at)
    {
        var insert = session.Command(Insert, "$source", "$connection", "$origin", "$route", "$at", "$body", "$encoding", "$envelope", "$edit");
        var values = insert.Parameters;
        values[0].Value = request.Source.Id;
        values[1].Value = request.Source.ConnectionId;
        values[2].Value = (int)request.Origin;
        values[3].Value = (int)request.Route;
        values[4].Value = at;
        values[5].Value = body;
        values[6].Value = (int)encoding;
        values[7].Value = (object?)request.Envelope ?? DBNull.Value;
        values[8].Value = (object?)request.EditOf ?? DBNull.Value;
        insert.ExecuteNonQuery();
        session.Ledger.Requests(request.Source.ConnectionId, "", 1, new DateTimeOffset(at, TimeSpan.Zero));
        return session.InsertedId;
    }
}
