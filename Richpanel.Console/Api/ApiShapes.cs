using System.Text.Json;
using System.Text.Json.Serialization;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Edits;
using Richpanel.Core.Ledger;
using Richpanel.Core.Notes;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;

namespace Richpanel.Console.Api;

/// <summary>Why, with what to do: one entry of the cause catalogue.</summary>
public sealed record CauseShape(string Code, string Title, string Text, string Remedy)
{
    public static CauseShape? Of(string? code) =>
        code is null ? null : CauseCatalog.Find(code) is var cause ? new CauseShape(cause.Code, cause.Title, cause.Text, cause.Remedy) : null;
}

public sealed record NoteShape(string Code, NoteSeverity Severity, string? Path, string Text, string Remedy)
{
    public static IReadOnlyList<NoteShape> Of(IEnumerable<Note> notes) =>
        [.. notes.Select(note => new NoteShape(note.Code, note.Severity, note.Path, note.Text, note.Remedy))];
}

public sealed record ProvenanceShape(string Target, string? Source, string Rule)
{
    public static IReadOnlyList<ProvenanceShape> Of(IEnumerable<Provenance> provenance) =>
        [.. provenance.Select(one => new ProvenanceShape(one.Target, one.Source, one.Rule))];
}

/// <summary>One delivery of a list. <c>held</c> is a waiting delivery whose connection is on hold.</summary>
public sealed record DeliveryShape(
    string Id, string Connection, Origin Origin, DeliveryState State, bool Held, FailureStage? Stage, SegmentCallType Type, string? Event, string MessageId,
    string? UserId, string? AnonymousId, string? Email, string? OrderId, DateTimeOffset ReceivedAt, DateTimeOffset? DueAt, int Attempts,
    string? Code, CauseShape? Cause, int? StatusCode, DateTimeOffset? LastAttemptAt, bool MayHaveGoneOut, bool OutOfOrder, bool MessageIdReused, string? DuplicateOf, string? Retry, string? Group)
{
    public static DeliveryShape Of(DeliveryRow row, ConnectionDirectory directory) => new(
        PublicId.Delivery(row.Id), directory.Find(row.ConnectionId)?.Name ?? PublicId.Connection(row.ConnectionId), row.Origin, row.State, row.Held,
        row.Stage == FailureStage.None ? null : row.Stage, row.Type, row.EventName, row.MessageId, row.UserId, row.AnonymousId, row.Email, row.OrderId,
        row.ReceivedAt, row.DueAt, row.AttemptCount, row.Cause, CauseShape.Of(row.Cause), row.StatusCode, row.LastAttemptAt,
        row.Marks.HasFlag(DeliveryMarks.MayHaveGoneOut), row.Marks.HasFlag(DeliveryMarks.OutOfOrder), row.Marks.HasFlag(DeliveryMarks.MessageIdReused),
        row.DuplicateOf is { } first ? PublicId.Delivery(first) : null, row.RetryBatchId is { } batch ? PublicId.Retry(batch) : null,
        row.GroupId is { } group ? PublicId.Group(group) : null);
}

/// <param name="NextCursor">Null on the last page.</param>
/// <param name="SearchedBackTo">Not null when the page is short because enough was looked at: go on with the cursor to look further back.</param>
public sealed record DeliveryListShape(IReadOnlyList<DeliveryShape> Items, string? NextCursor, DateTimeOffset? SearchedBackTo);

public sealed record AttemptShape(
    int Number, AttemptTrigger Trigger, DateTimeOffset StartedAt, string Outcome, CauseShape? Cause, bool MayRepeat, int? StatusCode, string? Url, int? BatchSize,
    int? DnsMs, int? ConnectMs, int? TlsMs, int? WaitMs, int? ReadMs, int? TotalMs, string? ResponseHeaders, string? ResponseBody, long? ResponseLength,
    JsonElement? Sent, DateTimeOffset? NextDueAt, int ConnectionVersion, string? SecretFingerprint, string? Retry)
{
    public static AttemptShape Of(AttemptDetail detail) => new(
        detail.Attempt.Number, detail.Attempt.Trigger, detail.Attempt.StartedAt, detail.Attempt.Outcome, CauseShape.Of(detail.Attempt.Cause), detail.Attempt.MayRepeat,
        detail.Exchange?.StatusCode, detail.Exchange?.Url, detail.Exchange?.Size, detail.Exchange?.DnsMs, detail.Exchange?.ConnectMs, detail.Exchange?.TlsMs,
        detail.Exchange?.WaitMs, detail.Exchange?.ReadMs, detail.Exchange?.TotalMs, detail.Exchange?.ResponseHeaders,
        detail.Exchange?.ResponseBody is { } body ? System.Text.Encoding.UTF8.GetString(body) : null, detail.Exchange?.ResponseLength,
        detail.Sent is { } sent ? DeepJson.Parse(sent.Content) : null, detail.Attempt.NextDueAt, detail.Attempt.ConnectionVersion, detail.Attempt.SecretFingerprint,
        detail.Attempt.RetryBatchId is { } batch ? PublicId.Retry(batch) : null);
}

/// <summary>One delivery, whole. <c>copyOf</c>: the delivery that this one replays, or, with origin <c>edit</c>, took the place of; <c>copies</c>: those that replay it or took its place, <c>replacedBy</c>: the one that took its place. <c>edit</c>: what to change and send with <c>POST …/edit</c>, null when it cannot be edited or is masked. <c>masked</c>: personal data in it is hidden. <c>call</c> is the Segment call as text, because it need not be readable JSON; <c>preview</c> is what it would become now.</summary>
public sealed record DeliveryDetailShape(DeliveryShape Delivery, bool Masked, string? Call, IReadOnlyList<AttemptShape> Attempts, PreviewShape? Preview, string? CopyOf, IReadOnlyList<string> Copies, string? ReplacedBy, EditOfferShape? Edit)
{
    public static DeliveryDetailShape Of(DeliveryDetail detail, ConnectionDirectory directory, EditOpening edit) => new(
        DeliveryShape.Of(detail.Row, directory), detail.IsMasked,
        detail.Call is { } call ? System.Text.Encoding.UTF8.GetString(call.Span) : null,
        [.. detail.Attempts.Select(AttemptShape.Of)],
        detail.Preview is { } preview ? PreviewShape.Of(preview) : null,
        detail.Source.CopyOf is { } first ? PublicId.Delivery(first) : null, [.. detail.Copies.Select(copy => PublicId.Delivery(copy.Id))],
        detail.ReplacedBy is { } edited ? PublicId.Delivery(edited) : null, EditOfferShape.Of(edit));
}

/// <summary>
/// A delivery's call as it can be edited: with all that it had from around it (the address it came to, its batch, its id and time), each
/// told in <c>said</c>. <c>mayHaveBeenReceived</c>: why the original may have been received, null when it was not as far as is known.
/// </summary>
public sealed record EditOfferShape(string Call, IReadOnlyList<string> Said, int AttemptsSeen, int SettingsSeen, string? MayHaveBeenReceived)
{
    public static EditOfferShape? Of(EditOpening opening) =>
        opening is EditOpening.Offered { Offer: var offer } ? new EditOfferShape(offer.Call.Text, offer.Call.Said, offer.AttemptsSeen, offer.SettingsVersion, offer.Guard) : null;
}

public sealed record PreviewRequestShape(string Method, string Url, IReadOnlyDictionary<string, string> Headers, string Body);

public sealed record PreviewShape(
    string Outcome, string? Reason, CauseShape? Cause, string? Path, JsonElement? Call, IReadOnlyList<NoteShape> Notes, IReadOnlyList<ProvenanceShape> Provenance,
    PreviewRequestShape? Request)
{
    public static PreviewShape Of(Core.Preview.PreviewResult result) => new(
        result.Outcome.ToString().ToLowerInvariant(), result.Reason, CauseShape.Of(result.Reason), result.Path,
        result.Call is { } call ? DeepJson.Parse(Core.Preview.CallPreview.Json(call)) : null,
        NoteShape.Of(result.Notes), ProvenanceShape.Of(result.Provenance),
        result.Request is { } request ? new PreviewRequestShape(request.Method, request.Url, new Dictionary<string, string>(request.Headers), request.Body) : null);
}

public sealed record LedgerLineShape(
    long Created, long Skipped, long Accepted, long Waiting, long WaitingHeld, long Failed, long Canceled, long Settled, long Purged, bool Balanced)
{
    public static LedgerLineShape Of(LedgerLine line) => new(
        line.Created, line.Skipped, line.Accepted, line.Waiting, line.WaitingHeld, line.Failed, line.Canceled, line.Settled, line.Purged, line.Balanced);
}

public sealed record RequestCountShape(long Received, long LetIn, long Rejected);

public sealed record ConnectionLedgerShape(
    string Id, string Name, long Created, long Skipped, long Accepted, long Waiting, long WaitingHeld, long Failed, long Canceled, long Settled, long Purged, bool Balanced);

public sealed record LedgerShape(LedgerLineShape Total, RequestCountShape? Requests, IReadOnlyList<ConnectionLedgerShape> Connections);

/// <summary>The secret before, to go back to. <c>until</c>: at least until then, and longer while the new one was never accepted.</summary>
public sealed record PreviousSecretShape(string? Fingerprint, DateTimeOffset? SetAt, DateTimeOffset? Until)
{
    public static PreviousSecretShape? Of(IKeepsSecret row, DateTimeOffset now) =>
        row.KeepsPrevious(now) ? new PreviousSecretShape(row.PreviousFingerprint, row.PreviousSetAt, row.PreviousUntil) : null;
}

/// <summary>A connection without anything secret. <c>secretAcceptedAt</c> says when Richpanel first took a call signed with it, which it does with a wrong one, too.</summary>
public sealed record ConnectionShape(
    string Id, string Name, ConnectionEnvironment Environment, string BaseUrl, string ApiKey, bool HasSecret, string? SecretFingerprint, DateTimeOffset? SecretSetAt,
    DateTimeOffset? SecretAcceptedAt, PreviousSecretShape? PreviousSecret,
    SignatureHash SignatureHash, Transport Transport, Core.Mapping.OrderFieldStyle OrderFields, Core.Mapping.CustomerIdRule CustomerId, bool TranslateEvents,
    int? Concurrency, int? TimeoutSeconds, string? RetryWaits, int? RetryJitterPercent, bool AllowsLabSends, bool IsSandbox, bool Disabled, string State, CauseShape? HoldCause, DateTimeOffset? HoldSince, DateTimeOffset? HoldUntil,
    DateTimeOffset? PausedAt, DateTimeOffset? PausedUntil, DateTimeOffset? PostponedUntil, BreakerShape? Breaker, RecoveryShape? Recovery, int Version)
{
    public static ConnectionShape Of(Connection c, DateTimeOffset now) => new(
        PublicId.Connection(c.Id), c.Name, c.Environment, c.BaseUrl, c.ApiKey, c.ProtectedSecret is not null, c.SecretFingerprint, c.SecretSetAt,
        c.SecretAcceptedAt, PreviousSecretShape.Of(c, now),
        c.SignatureHash, c.Transport, c.OrderFields, c.CustomerId, c.TranslateEvents, c.Concurrency, c.TimeoutSeconds, c.RetryWaits, c.RetryJitterPercent, c.AllowsLabSends, c.IsSandbox, c.Disabled,
        c.Disabled ? "disabled" : c.IsHeld(now) ? "held" : c.IsPaused(now) ? "paused" : c.BreakerSince is not null ? "breaker" : "active",
        c.IsHeld(now) ? CauseShape.Of(c.HoldCause) : null, c.HoldSince, c.HoldUntil, c.PausedAt, c.PausedUntil, c.PostponedUntil, BreakerShape.Of(c), RecoveryShape.Of(c), c.Version);
}

/// <summary>Richpanel does not answer, so only probes go out. <c>probes</c>: so many got no answer either.</summary>
public sealed record BreakerShape(CauseShape? Cause, DateTimeOffset Since, DateTimeOffset NextProbeAt, int Probes)
{
    public static BreakerShape? Of(Connection c) => c is { BreakerSince: { } since, NextProbeAt: { } until } ? new(CauseShape.Of(c.BreakerCause), since, until, c.BreakerProbes) : null;
}

/// <summary>After a stop: what was due before <c>dueBefore</c> goes out behind what came in since. <c>canaryLeft</c>: so many still go one by one.</summary>
public sealed record RecoveryShape(DateTimeOffset DueBefore, int? Rate, int CanaryLeft)
{
    public static RecoveryShape? Of(Connection c) => c.RecoveryBefore is { } before ? new(before, c.RecoveryRate, c.RecoveryProbes) : null;
}

/// <summary>
/// A source. Its id opens the partner address, so only who may change sources sees it; the write key is given when it is made or
/// rotated. <c>oldWriteKeyUntil</c>: until then the key before is let in, too.
/// </summary>
public sealed record SourceShape(
    long Id, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? SourceId, string Connection, string Name, bool Disabled, bool ChecksSignature, bool RequiresSignature, string? AllowedOrigins, string? AllowedAddresses, DateTimeOffset CreatedAt,
    string? WebhookSecretFingerprint, DateTimeOffset? WebhookSecretSetAt, DateTimeOffset? WebhookSecretAcceptedAt, PreviousSecretShape? PreviousWebhookSecret,
    DateTimeOffset? WriteKeySetAt, DateTimeOffset? OldWriteKeyUntil, DateTimeOffset? OldWriteKeyUsedAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? WriteKey)
{
    public static SourceShape Of(Source s, ConnectionDirectory directory, DateTimeOffset now, string? writeKey = null, bool withId = true) => new(
        s.Id, withId ? s.PublicId : null, directory.Find(s.ConnectionId)?.Name ?? "", s.Name, s.Disabled, s.ProtectedWebhookSecret is not null, s.RequiresSignature, s.AllowedOrigins, s.AllowedAddresses, s.CreatedAt,
        s.WebhookSecretFingerprint, s.WebhookSecretSetAt, s.WebhookSecretAcceptedAt, PreviousSecretShape.Of(s, now),
        s.WriteKeySetAt ?? s.CreatedAt, s.KeepsPreviousWriteKey(now) ? s.PreviousWriteKeyUntil : null, s.KeepsPreviousWriteKey(now) ? directory.OldWriteKeyUsedAt(s.Id) : null, writeKey);
}
