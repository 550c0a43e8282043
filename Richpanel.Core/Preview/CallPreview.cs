using System.Text;
using Richpanel.Core.Connections;
using Richpanel.Core.Json;
using Richpanel.Core.Mapping;
using Richpanel.Core.Notes;
using Richpanel.Core.Segment;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Preview;

public enum PreviewOutcome
{
    Mapped,
    Skipped,
    Unusable,
}

/// <summary>The request that would go out, with placeholders where key material would stand.</summary>
public sealed record PreviewRequest(string Method, string Url, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body);

/// <summary>What one call would become. Nothing was sent and nothing was kept.</summary>
/// <param name="Reason">Code of the cause catalogue when it is skipped or unusable.</param>
/// <param name="Path">JSON path of what makes it unusable.</param>
/// <param name="Call">The mapped call, without appClientId, sentAt and signature.</param>
public sealed record PreviewResult(
    PreviewOutcome Outcome,
    string? Reason,
    string? Path,
    CallKeys Keys,
    RichpanelCall? Call,
    IReadOnlyList<Note> Notes,
    IReadOnlyList<Provenance> Provenance,
    PreviewRequest? Request);

/// <summary>The one pipeline, Reader → Mapper → Envelope, without its last step. Never opens the secret.</summary>
public static class CallPreview
{
    /// <summary>Of every request to Richpanel.</summary>
    internal static IReadOnlyList<KeyValuePair<string, string>> Headers { get; } = [KeyValuePair.Create("Content-Type", "application/json; charset=utf-8")];

    public static PreviewResult Of(ReadOnlyMemory<byte> call, Connection connection, ReadingContext reading, DateTimeOffset now) =>
        SegmentReader.Read(call, reading) switch
        {
            CallReading.Readable readable => OfReadable(readable, connection, now),
            CallReading.NotSupported other => Ended(PreviewOutcome.Skipped, other.Cause, "$.type", other),
            CallReading.Unusable broken => Ended(PreviewOutcome.Unusable, broken.Cause, broken.Path, broken),
            _ => throw new System.Diagnostics.UnreachableException(),
        };

    /// <summary>The request for a mapped call as the connection would send it now.</summary>
    public static PreviewRequest RequestFor(RichpanelCall call, Connection connection, DateTimeOffset now)
    {
        var signed = connection.ProtectedSecret is not null;
        var envelope = connection.Transport == Transport.Batch && signed
            ? RichpanelEnvelope.PreviewBatch([call], connection.ApiKey, now)
            : RichpanelEnvelope.PreviewSingle(call, connection.ApiKey, signed, now);
        return new PreviewRequest(
            "POST", connection.BaseUrl + envelope.Path, Headers, Encoding.ASCII.GetString(envelope.Body));
    }

    private static PreviewResult OfReadable(CallReading.Readable readable, Connection connection, DateTimeOffset now) =>
        EventMapper.Map(readable.Call, connection.Mapping).Match(
            mapped => new PreviewResult(
                PreviewOutcome.Mapped, null, null, readable.Keys, mapped.Call, [.. readable.Notes, .. mapped.Notes], mapped.Provenance,
                RequestFor(mapped.Call, connection, now)),
            skipped => Ended(PreviewOutcome.Skipped, skipped.Cause, null, readable, skipped.Notes),
            unusable => Ended(PreviewOutcome.Unusable, unusable.Cause, null, readable, unusable.Notes));

    private static PreviewResult Ended(
        PreviewOutcome outcome, string cause, string? path, CallReading reading, IReadOnlyList<Note>? more = null) =>
        new(outcome, cause, path, reading.Keys, null, [.. reading.Notes, .. more ?? []], [], null);

    /// <summary>How a call typed by a person is read: like one posted to the tracking API now.</summary>
    public static ReadingContext TypedNow(DateTimeOffset now) => new(now, null, ClockHandling.Correct, null);

    /// <summary>The mapped call as indented-ready JSON text.</summary>
    public static string Json(RichpanelCall call) => JsonTreeWriter.Write(call.Content);
}
