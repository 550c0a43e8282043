using Richpanel.Core.Connections;
using Richpanel.Core.Segment;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Receiving;

/// <summary>A request that passed every door check and may be kept.</summary>
/// <param name="Body">Decompressed JSON, writeKey values already overwritten.</param>
/// <param name="Envelope">JSON object of the batch envelope's context, integrations, sentAt, timestamp; null when there is none.</param>
public sealed record AdmittedRequest(Source Source, ReceivedRoute Route, Origin Origin, ReadOnlyMemory<byte> Body, string? Envelope);

/// <summary>The durable side of the door. The task ends after the commit: only then may anyone answer 200.</summary>
public sealed class CallDoor(StoreWriter writer)
{
    /// <summary>The id of the kept request.</summary>
    public Task<long> KeepAsync(AdmittedRequest request) => throw new NotImplementedException(writer.ToString() + nameof(SegmentCall));

    /// <summary>Ends when the expander has made rows of this request; gives their delivery ids in order (used by Lab and Send).</summary>
    public Task<IReadOnlyList<long>> ExpandedAsync(long requestId, CancellationToken ct) => throw new NotImplementedException();
}
