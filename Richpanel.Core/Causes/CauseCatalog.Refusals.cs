namespace Richpanel.Core.Causes;

/// <summary>Why the door refused a request. Codes of Segment's own vocabulary where it has one (segment.md 1.5).</summary>
public static partial class CauseCatalog
{
    public static readonly Cause UnknownSource = new(
        "unknown_source", "Unknown write key", "The request carried no write key, or one that belongs to no source.",
        "Send the write key of a source as Basic user name or as writeKey in the body; it stands on the page of its connection.");

    public static readonly Cause NoSourceYet = new(
        "no_source_yet", "No source yet", "No source exists, so nobody can be told apart yet.",
        "Add a connection with a source; senders try again until then.");

    public static readonly Cause InvalidJson = new(
        "invalid_json", "Not JSON", "The body is not one JSON value.", "Send one JSON object as UTF-8; the message names the place of the fault.");

    public static readonly Cause NestedTooDeep = new(
        "nested_too_deep", "Nested too deep", "The call has more than 512 levels of objects and arrays.", "Flatten the call; no destination reads so many levels.");

    public static readonly Cause NotAnObject = new(
        "not_an_object", "Not a call", "The body is JSON, but not an object that could be a call.", "Send one JSON object a call, or {\"batch\":[…]} on a batch route.");

    public static readonly Cause BatchMissing = new(
        "batch_missing", "No batch", "A batch route was given a body without a list named batch.", "Send {\"batch\":[…]}, or a single call to its own route such as /v1/track.");

    public static readonly Cause EmptyBatch = new(
        "empty_batch", "Empty batch", "The list of calls is empty.", "Send at least one call.");

    public static readonly Cause TooManyItems = new(
        "too_many_items", "Too many calls", "One request carried more calls than Receiver:MaxItems.", "Send smaller batches, or raise Receiver:MaxItems.");

    public static readonly Cause BodyTooLarge = new(
        "body_too_large", "Body too large", "The body is larger, after decompression, than the limit of its route.",
        "Send smaller batches, or raise Receiver:MaxRequestBytes (Receiver:MaxWebhookBytes for webhooks).");

    public static readonly Cause EmptyBody = new(
        "empty_body", "Empty body", "The request had no body.", "Send the call as JSON in the body.");

    public static readonly Cause UnsupportedEncoding = new(
        "unsupported_encoding", "Unknown compression", "Content-Encoding names something other than gzip.", "Send the body as it is or as gzip.");

    public static readonly Cause BrokenCompression = new(
        "broken_compression", "Broken gzip", "Content-Encoding says gzip, but the body cannot be unpacked.", "Check the sender, or a proxy that unpacks bodies and leaves the header.");

    public static readonly Cause ReadTimeout = new(
        "read_timeout", "Body came too slowly", "The body did not arrive completely in time.", "The sender should try again; look at the network between it and this server.");

    public static readonly Cause BodyInterrupted = new(
        "body_interrupted", "Body interrupted", "The sender went away, or broke the protocol, before its body was complete.", "Nothing was kept; the sender tries again.");

    public static readonly Cause OverCapacity = new(
        "over_capacity", "Over capacity", "More requests are waiting than this machine can take.", "Senders come again after Retry-After; nothing acknowledged is lost.");

    public static readonly Cause RateLimited = new(
        "rate_limited", "Too many requests", "The source sends more requests than Receiver:RateLimit allows.", "Senders come again after Retry-After; raise Receiver:RateLimit if they should not wait.");

    public static readonly Cause AddressRateLimited = new(
        "address_rate_limited", "Too many requests of one address", "One address sends more requests than Receiver:RateLimit allows an address.",
        "Senders come again after Retry-After. If many senders share the address, name their proxy in Proxies:Known or raise AddressPerSecond.");

    public static readonly Cause StoreFull = new(
        "store_full", "Disk full", "The disk of the database has too little room.", "Free some room or let retention delete more; senders come again by themselves.");

    public static readonly Cause StoreUnavailable = new(
        "store_unavailable", "Database not writable", "The database cannot be written now.", "See the log and the health page; senders come again by themselves.");

    public static readonly Cause BadSettings = new(
        "bad_settings", "Settings not accepted", "The X-Segment-Settings header is missing, unreadable, or its apiSecret is not the connection's.",
        "Enter the connection's API Key and API Secret in Segment's destination settings, or post to /segment/{sourceId}.");

    public static readonly Cause BadSignature = new(
        "bad_signature", "Signature wrong", "X-Signature is missing or does not belong to this body.", "Enter the same shared secret at Segment's Webhooks destination and at the source.");

    public static readonly Cause CannotVerify = new(
        "cannot_verify", "Secret for the check unreadable",
        "The secret this request must be checked against cannot be decrypted, because the key ring that sealed it is missing or was replaced. Nothing was kept.",
        "Enter it again: the API Secret on the connection's page, a webhook secret at its source. Senders come again by themselves.");

    public static readonly Cause SignatureRequired = new(
        "signature_required", "Signature missing", "The source takes signed requests only, and this one has no X-Signature.",
        "Sign the body with the source's webhook secret (HMAC-SHA1, lower-case hex), or no longer require it at the source.");

    public static readonly Cause OnlyFirstSigned = new(
        "only_first_signed", "Only the first call is signed", "The source takes signed requests only. X-Signature fits the first call of this list, and nothing says who wrote the others.",
        "Turn batching off in Segment's Webhooks destination, so that each call comes signed by itself; or sign the whole body; or no longer require signatures at the source.");

    public static readonly Cause SenderNotAllowed = new(
        "sender_not_allowed", "Address not allowed", "The address that sent this is not among the source's allowed addresses.",
        "Add the sender's address to the source, or clear its list. Behind a proxy, name the proxy in Proxies:Known.");

    public static readonly Cause OriginNotAllowed = new(
        "origin_not_allowed", "Origin not allowed", "The web page that sent this is not among the source's allowed origins.", "Add the page's origin to the source, or clear its list to allow all.");

    public static readonly Cause NoSuchRoute = new(
        "no_such_route", "No such route", "Nothing is served at this path.", "Check the host and path against the list of routes in the README.");

    public static readonly Cause WrongMethod = new(
        "wrong_method", "Wrong method", "This path takes another method.", "Post calls with POST; only pixel and settings are read with GET.");

    public static readonly Cause SourceDisabled = new(
        "source_disabled", "Source disabled", "The source was disabled when the call came, so it was kept and not sent.", "Enable the source; calls that come from then on are sent.");

    public static readonly Cause ConnectionDisabled = new(
        "connection_disabled", "Connection disabled", "The connection was disabled when the call came, so it was kept and not sent.", "Enable the connection; calls that come from then on are sent.");

    public static readonly Cause Duplicate = new(
        "duplicate", "Repeat of an earlier call", "A call with the same messageId was received for this connection within 24 hours before.", "Nothing to do: the first one is sent. If its content differs, the sender reuses messageIds.");

    public static readonly Cause TooLarge = new(
        "too_large", "Call too large", "The call is larger than Receiver:MaxCallBytes; its first part is kept for the record.", "Send less in one call, or raise Receiver:MaxCallBytes.");
}
