namespace Richpanel.Core.Erasure;

/// <summary>A place where something of a customer may stand.</summary>
/// <param name="Code">As receipts and API name it.</param>
/// <param name="Words">As a person reads it after a number: "12 deliveries".</param>
/// <param name="Tables">Tables of the database it covers; of the sandbox's own file with <c>sandbox.</c> before.</param>
public sealed record ErasurePlace(string Code, string Words, params IReadOnlyList<string> Tables);

/// <summary>
/// Every place of the product where something of a customer may stand, and how an erasure reaches it. A table that is in neither list fails
/// a test: who adds one decides here.
/// </summary>
public static class ErasurePlaces
{
    public static readonly ErasurePlace Deliveries = new("deliveries", "deliveries with their tries, search keys, pins and notes", "Deliveries", "Attempts");
    public static readonly ErasurePlace Sent = new("sent", "calls as they were sent, and answers to them", "MappedCalls", "Exchanges");
    public static readonly ErasurePlace Requests = new("requests", "requests as they were received, whole", "Requests");
    public static readonly ErasurePlace SharedRequests = new("sharedRequests", "requests with calls of others, the customer's own blanked");
    public static readonly ErasurePlace Mentions = new("mentions", "texts of others, the customer's names in them blanked", "RetryBatches", "Erasures", "PrivacyTasks", "FailureGroups", "FailureGroupNotes", "Pins", "DeliveryNotes");
    public static readonly ErasurePlace Refused = new("refused", "samples of refused requests", "RejectedRequests");
    public static readonly ErasurePlace Samples = new("samples", "saved samples of the lab", "Samples");
    public static readonly ErasurePlace Views = new("views", "saved views of the log that searched for the customer", "SavedViews");
    public static readonly ErasurePlace EventNames = new("eventNames", "counters whose event name held one of the names", "HourlyRollups", "SlotRollups", "QuarterRollups");
    public static readonly ErasurePlace Sandbox = new(
        "sandbox", "rows of the sandbox", "sandbox.Requests", "sandbox.Customers", "sandbox.Visitors", "sandbox.Sessions", "sandbox.Events");

    /// <summary>Beside the places: deliveries of the customer that came while it went on, and are still there.</summary>
    public const string ArrivedSince = "arrivedSince";

    /// <summary>In the order of a receipt.</summary>
    public static IReadOnlyList<ErasurePlace> All { get; } = [Deliveries, Sent, Requests, SharedRequests, Mentions, Refused, Samples, Views, EventNames, Sandbox];

    /// <summary>Tables that hold nothing of a customer, and why.</summary>
    public static IReadOnlyDictionary<string, string> HoldNothing { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Connections"] = "Settings and sealed secrets of an account.",
        ["Sources"] = "Settings and sealed keys of a sender.",
        ["Trials"] = "Test visitors that the product makes up itself.",
        ["ApiTokens"] = "Names and hashes of tokens.",
        ["People"] = "Those who use the console, who are no customers of the shop.",
        ["PersonClaims"] = "As above.",
        ["PersonLogins"] = "As above.",
        ["PersonTokens"] = "As above.",
        ["ChangeLog"] = "No line of it may ever be changed. E-mails, phones and the names of an erasure stand in it as keyed hashes; event names, and what somebody typed into a reason in other words, stand in it as they are.",
        ["BootstrapEntries"] = "Fingerprints of settings.",
        ["ExpansionCursor"] = "Numbers.",
        ["RequestCounts"] = "Numbers by cause.",
        ["RequestSlots"] = "Numbers by cause.",
        ["Ledger"] = "Numbers by state.",
        ["HourlyLatencies"] = "Numbers by length.",
        ["SlotLatencies"] = "Numbers by length.",
        ["QuarterLatencies"] = "Numbers by length.",
        ["SearchState"] = "Numbers.",
        ["Milestones"] = "Times of first steps.",
        ["RetryItems"] = "Ids of deliveries and states.",
        ["RetryCounts"] = "Numbers by cause.",
        ["FailureGroupHours"] = "Numbers by hour.",
        ["FailureGroupOwn"] = "Numbers and times.",
        ["AlertChannels"] = "Where those who look after the product are told.",
        ["AlertBook"] = "Settings, and what was told of which connection.",
        ["Alerts"] = "Connections, causes and numbers.",
        ["AlertSends"] = "Names of channels and states.",
        ["AlertTries"] = "What became of a send, in the product's own sentences.",
        ["RetentionChoice"] = "Days.",
        ["RetentionRuns"] = "Times and numbers.",
    };

    public static ErasurePlace? Find(string code) => All.FirstOrDefault(place => place.Code == code);
}
