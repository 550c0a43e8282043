using System.Collections.Frozen;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;

namespace Richpanel.Core.Deliveries.Query;

/// <summary>What a term of the log's query language asks about; its word is the name in lower case.</summary>
public enum LogKey
{
    /// <summary>Free words: what the call's own body holds.</summary>
    Text,
    State,
    Type,
    Event,

    /// <summary>userId or anonymousId.</summary>
    User,
    Anonymous,
    Email,
    Order,
    Message,

    /// <summary>Public id of a delivery.</summary>
    Id,

    /// <summary>Public id of a bulk retry or replay that sent it.</summary>
    Retry,

    /// <summary>Public id of the failure group of its last failure.</summary>
    Group,

    /// <summary>HTTP status of the last try: <c>422</c>, a family <c>5xx</c>, or <c>none</c>.</summary>
    Code,
    Cause,
    Connection,
    Source,
    Origin,
    Tries,
    Since,
    Until,
}

/// <summary>What the language knows of each key: its help, its fixed values, whether its values are a person's.</summary>
/// <param name="Help">One short sentence for the completion list.</param>
/// <param name="Example">A whole term, as one would type it.</param>
public sealed record LogKeyInfo(LogKey Key, string Word, string Help, string Example)
{
    /// <summary>All values there are; empty when any text may stand there.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>A <c>*</c> at the end means "begins with".</summary>
    public bool MayBePrefix { get; init; }

    /// <summary>Each value of it is a person's: it stands in no address.</summary>
    public bool IsPersonal { get; init; }
}

/// <summary>The keys of the query language, in the order they are offered.</summary>
public static class LogKeys
{
    public const string Held = "held";
    public const string None = "none";

    /// <summary>Of an event: without a name; of a cause or status: without one. One that is called so is found by <c>none*</c>.</summary>
    internal static bool IsNone(LogValue value) => !value.IsPrefix && value.Text.Equals(None, StringComparison.OrdinalIgnoreCase);

    public static IReadOnlyList<LogKeyInfo> All { get; } =
    [
        new(LogKey.State, "state", "Where it stands now", "state:failed") { Words = [.. Names(typeof(DeliveryState)), Held] },
        new(LogKey.Code, "code", "HTTP status of the last try", "code:5xx") { Words = ["2xx", "3xx", "4xx", "5xx", None] },
        new(LogKey.Cause, "cause", "Why it failed, was skipped or waits", "cause:dns_not_found") { MayBePrefix = true },
        new(LogKey.Event, "event", "Name of the event or page, or none", "event:\"Order Updated\"") { MayBePrefix = true },
        new(LogKey.Type, "type", "Kind of call", "type:track") { Words = [.. Names(typeof(SegmentCallType))] },
        new(LogKey.User, "user", "userId or anonymousId", "user:123") { MayBePrefix = true, IsPersonal = true },
        new(LogKey.Anonymous, "anonymous", "anonymousId", "anonymous:a-123") { MayBePrefix = true, IsPersonal = true },
        new(LogKey.Email, "email", "E-mail address, whole", "email:jane@example.com") { IsPersonal = true },
        new(LogKey.Order, "order", "Order id", "order:998") { MayBePrefix = true, IsPersonal = true },
        new(LogKey.Message, "message", "messageId", "message:m-123") { MayBePrefix = true },
        new(LogKey.Id, "id", "Id of a delivery", "id:dlv_2k"),
        new(LogKey.Retry, "retry", "Sent by this bulk retry or replay, or ended by this bulk cancel", "retry:rty_2k"),
        new(LogKey.Group, "group", "Failed in this group, also once it was retried", "group:grp_2k"),
        new(LogKey.Connection, "connection", "Name of the connection", "connection:Production") { MayBePrefix = true },
        new(LogKey.Source, "source", "Name of the source", "source:Website") { MayBePrefix = true },
        new(LogKey.Origin, "origin", "How it came in", "-origin:lab") { Words = [.. Names(typeof(Origin))] },
        new(LogKey.Tries, "tries", "How often it was tried", "tries:>3"),
        new(LogKey.Since, "since", "Received at this time or later", "since:2h"),
        new(LogKey.Until, "until", "Received before this time", "until:2026-11-24T18:00"),
    ];

    private static readonly FrozenDictionary<string, LogKeyInfo> s_byWord = All.ToFrozenDictionary(key => key.Word, StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<LogKey, LogKeyInfo> s_byKey =
        All.Append(new LogKeyInfo(LogKey.Text, "", "Words in the body", "\"some words\"") { IsPersonal = true }).ToFrozenDictionary(key => key.Key);

    public static LogKeyInfo Of(LogKey key) => s_byKey[key];

    /// <summary>By its word, whatever the case; null when there is no such key.</summary>
    public static LogKeyInfo? Find(ReadOnlySpan<char> word) => s_byWord.GetValueOrDefault(word.ToString());

    private static IEnumerable<string> Names(Type words) => Enum.GetNames(words).Select(name => name.ToLowerInvariant());
}
