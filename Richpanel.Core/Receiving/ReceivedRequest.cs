namespace Richpanel.Core.Receiving;

/// <summary>How a request came in; decides how its body is read. Stored as a number: never renumber.</summary>
public enum ReceivedRoute
{
    Identify = 1,
    Track = 2,
    Page = 3,
    Screen = 4,
    Group = 5,
    Alias = 6,
    Batch = 7,
    Partner = 8,
    Webhook = 9,
    Pixel = 10,
    Console = 11,
}

/// <summary>Where a delivery came from. Stored as a number: never renumber.</summary>
public enum Origin
{
    Receiver = 1,
    Lab = 2,
    Replay = 3,
    Edit = 4,
    Import = 5,
}

public enum BodyEncoding
{
    Raw = 0,
    Brotli = 1,
}

/// <summary>
/// One HTTP request that was let in: the durable row behind a 200. Written once, in the commit the sender waits for.
/// The expander turns rows in id order into deliveries; <see cref="ExpansionCursor"/> says how far it got.
/// </summary>
public sealed class ReceivedRequest
{
    public long Id { get; set; }

    public long SourceId { get; set; }

    public long ConnectionId { get; set; }

    public Origin Origin { get; set; }

    public ReceivedRoute Route { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }

    /// <summary>Decompressed JSON with every writeKey value overwritten in place, then encoded by <see cref="Encoding"/>.</summary>
    public required byte[] Body { get; set; }

    public BodyEncoding Encoding { get; set; }

    /// <summary>JSON object of a batch envelope's own context, integrations, sentAt and timestamp; null when there is none.</summary>
    public string? Envelope { get; set; }

    /// <summary>The delivery that a person edited: this request is what they sent in its place. Null for every other.</summary>
    public long? EditOf { get; set; }
}

/// <summary>
/// The row that says up to which request the expander has made deliveries (1); and, after a restore, the one that says up to which
/// request the database knows of what was sent since only by guess (<see cref="RestoredId"/>).
/// </summary>
public sealed class ExpansionCursor
{
    /// <summary>Deliveries made of requests up to this row's may have gone out already: the database is older than what happened.</summary>
    public const int RestoredId = 2;

    public int Id { get; set; }

    public long RequestId { get; set; }
}

/// <summary>A sample of a refused request: at most 2 KB, keys masked. Counts are exact in <see cref="RequestCount"/>.</summary>
public sealed class RejectedRequest
{
    public long Id { get; set; }

    public DateTimeOffset At { get; set; }

    public long? SourceId { get; set; }

    public long? ConnectionId { get; set; }

    public required string Route { get; set; }

    /// <summary>Code of the cause catalogue.</summary>
    public required string Cause { get; set; }

    public int StatusCode { get; set; }

    /// <summary>JSON path or header the refusal is about; null when it is the whole request.</summary>
    public string? Path { get; set; }

    public required string Message { get; set; }

    public string? Address { get; set; }

    public byte[]? Sample { get; set; }
}

/// <summary>Requests by connection (0 = none could be told) and cause (empty = let in).</summary>
public sealed class RequestCount
{
    public long ConnectionId { get; set; }

    public required string Cause { get; set; }

    public long Count { get; set; }
}
