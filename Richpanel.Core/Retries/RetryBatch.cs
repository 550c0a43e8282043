using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;

namespace Richpanel.Core.Retries;

/// <summary>Stored as a number: never renumber.</summary>
public enum RetryKind
{
    /// <summary>The same deliveries go out again.</summary>
    Retry = 1,

    /// <summary>New deliveries of the same events, each linked to the first.</summary>
    Replay = 2,

    /// <summary>What waits is never sent: their tries are canceled. Nothing goes out by it.</summary>
    Cancel = 3,
}

/// <summary>Where a bulk retry, replay or cancel stands. Stored as a number: never renumber.</summary>
public enum RetryState
{
    /// <summary>Its deliveries are being counted and written down.</summary>
    Planning = 1,

    /// <summary>Counted; nothing is sent until somebody starts it.</summary>
    Planned = 2,

    /// <summary>The first few are out, and their outcome decides.</summary>
    Canary = 3,

    /// <summary>Too many of the first few were not accepted: somebody has to decide.</summary>
    Asking = 4,

    Running = 5,
    Paused = 6,
    Canceled = 7,

    /// <summary>Everything is sent and nothing waits any more.</summary>
    Finished = 8,
}

/// <summary>One bulk retry, replay or cancel: what was planned, how it is carried out, how far it got. Everything a restart needs is in it.</summary>
public sealed class RetryBatch
{
    public long Id { get; set; }

    public RetryKind Kind { get; set; }

    public RetryState State { get; set; }

    public ActorKind ByKind { get; set; }

    public long? ById { get; set; }

    /// <summary>Who planned it, and after the start who started it.</summary>
    public required string ByName { get; set; }

    /// <summary>What was asked for, in the log's query language, personal values left out; null = a selection.</summary>
    public string? Scope { get; set; }

    /// <summary>Only events that no delivery got accepted (replays).</summary>
    public bool NeverAccepted { get; set; }

    /// <summary>Public ids of the connections in it, comma-separated.</summary>
    public required string Connections { get; set; }

    /// <summary>The <see cref="RetryPlan"/> as JSON.</summary>
    public required string Plan { get; set; }

    /// <summary>Deliveries written down for it: what was counted and what will run.</summary>
    public int Planned { get; set; }

    /// <summary>Of them made due; of a <see cref="RetryKind.Cancel"/>, canceled.</summary>
    public int Queued { get; set; }

    /// <summary>Of them left as they are, because they changed since the plan.</summary>
    public int Skipped { get; set; }

    /// <summary>What was sent then goes out again, where it was kept; else all are mapped anew.</summary>
    public bool AsThen { get; set; }

    /// <summary>Deliveries made due in a second.</summary>
    public int Rate { get; set; }

    /// <summary>How many go first; 0 = none.</summary>
    public int CanarySize { get; set; }

    /// <summary>Stop and ask when more than this share of the canary is not accepted, in percent.</summary>
    public int StopPercent { get; set; }

    /// <summary>Ids of the deliveries that went first, as a JSON array.</summary>
    public required string Canary { get; set; }

    /// <summary>The canary was good enough, or somebody decided to go on.</summary>
    public bool CanaryPassed { get; set; }

    /// <summary>Of the canary, after its first try; null before all of it had one.</summary>
    public int? CanaryNotAccepted { get; set; }

    public DateTimeOffset PlannedAt { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>Since when it is in its state.</summary>
    public DateTimeOffset StateSince { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Neither sent nor skipped yet.</summary>
    public int Left => Planned - Queued - Skipped;

    internal IEnumerable<long> ConnectionIds => Connections.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(id => PublicId.Parse(id, "con") ?? 0);

    /// <summary>A cancel sends nothing: it has neither mode, rate nor canary.</summary>
    public bool Sends => Kind != RetryKind.Cancel;

    /// <summary>The pacer has to do with it.</summary>
    public bool IsActive => State is RetryState.Canary or RetryState.Running;

    /// <summary>Nothing of it will be sent any more.</summary>
    public bool HasEnded => State is RetryState.Canceled or RetryState.Finished;
}

/// <summary>Stored as a number: never renumber.</summary>
public enum RetryItemState
{
    Planned = 1,
    Queued = 2,
    Skipped = 3,
}

/// <summary>One delivery of a plan, and what became of it.</summary>
public sealed class RetryItem
{
    public long BatchId { get; set; }

    public long DeliveryId { get; set; }

    public long ConnectionId { get; set; }

    /// <summary>As it was when it was counted: whoever touched it since, it is left alone.</summary>
    public DeliveryState SeenState { get; set; }

    public int SeenAttempts { get; set; }

    public RetryItemState State { get; set; }

    /// <summary>The new delivery of a replay; null for a retry, where it is the same.</summary>
    public long? SentId { get; set; }

    /// <summary>Code of <see cref="RetryReasons"/>; null unless it was skipped.</summary>
    public string? Reason { get; set; }
}

/// <summary>
/// Where the deliveries of a batch stand. Moves in the transaction of the rows, as the ledger does. One that is sent anew by other means
/// keeps its last outcome here.
/// </summary>
public sealed class RetryCount
{
    /// <summary>Cause of those Canceled that waited for another try when a later bulk retry sent them, or a bulk cancel took them.</summary>
    public const string TakenOver = "taken_over";

    public long BatchId { get; set; }

    /// <summary>Sending counts as Waiting; 0 = not sent, <see cref="Cause"/> says why.</summary>
    public DeliveryState State { get; set; }

    /// <summary>Cause code, empty without one; for state 0 a code of <see cref="RetryReasons"/>.</summary>
    public required string Cause { get; set; }

    public long Count { get; set; }
}
