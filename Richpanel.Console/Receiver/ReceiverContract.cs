using Richpanel.Core.Causes;

namespace Richpanel.Console.Receiver;

/// <summary>One answer of the receiver.</summary>
/// <param name="When">When it gives it.</param>
/// <param name="Causes">Codes it may carry; empty for success.</param>
/// <param name="Sender">What senders do then.</param>
public sealed record ContractRow(int Status, string When, IReadOnlyList<Cause> Causes, string Sender);

/// <summary>Every status the receiver gives, and why. A test compares it with the code that answers.</summary>
public static class ReceiverContract
{
    public const string Idempotency =
        "A call whose messageId came for the same connection within the last 24 hours is kept as a Skipped row linked to the first, and not sent again; so a sender may repeat whatever was not answered. "
        + "If the first had failed or was canceled, the repeat is a new delivery. A call without messageId gets one made from its content when it has its own timestamp, else a fresh one.";

    public static IReadOnlyList<ContractRow> Rows { get; } =
    [
        new(200, "The call is on disk. Also when its content cannot be used: then it is a Failed or Skipped row with a cause, so that no SDK repeats it for ever.", [], "Goes on."),
        new(
            400,
            "The body cannot be read as calls, or is over a limit. At the partner address also a call that cannot be used, so that Segment's debugger shows why.",
            [
                CauseCatalog.EmptyBody, CauseCatalog.InvalidJson, CauseCatalog.NestedTooDeep, CauseCatalog.NotAnObject, CauseCatalog.BatchMissing, CauseCatalog.EmptyBatch,
                CauseCatalog.TooManyItems, CauseCatalog.TooLarge, CauseCatalog.BodyTooLarge, CauseCatalog.UnsupportedEncoding, CauseCatalog.BrokenCompression, CauseCatalog.BodyInterrupted,
            ],
            "Drops the request; Go repeats it ten times."),
        new(
            401,
            "Nobody knows whose it is, or it is not signed as the source asks.",
            [CauseCatalog.UnknownSource, CauseCatalog.BadSettings, CauseCatalog.BadSignature, CauseCatalog.SignatureRequired, CauseCatalog.OnlyFirstSigned],
            "Drops the request; Go, and Swift by default, repeat it."),
        new(403, "The source does not take requests from this address or page.", [CauseCatalog.SenderNotAllowed, CauseCatalog.OriginNotAllowed], "Drops the request."),
        new(404, "Nothing is served at this path, or no source has the key in it.", [CauseCatalog.NoSuchRoute, CauseCatalog.UnknownSource], "Drops the request."),
        new(405, "The path takes another method.", [CauseCatalog.WrongMethod], "Drops the request."),
        new(408, "The body did not arrive in time.", [CauseCatalog.ReadTimeout], "Comes again."),
        new(429, "Too many at once. Retry-After says in whole seconds when to come again.", [CauseCatalog.RateLimited, CauseCatalog.AddressRateLimited, CauseCatalog.OverCapacity], "Comes again after Retry-After."),
        new(501, "At the partner address only: Richpanel takes no calls of this type. It is kept as a Skipped row.", [CauseCatalog.UnsupportedEventType], "Segment counts it as not supported."),
        new(
            503,
            "It cannot be kept or checked now. Retry-After says when to come again.",
            [CauseCatalog.NoSourceYet, CauseCatalog.StoreFull, CauseCatalog.StoreUnavailable, CauseCatalog.CannotVerify],
            "Comes again after Retry-After."),
    ];
}
