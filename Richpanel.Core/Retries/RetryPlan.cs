using System.Text.Json;
using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Core.Retries;

/// <summary>What somebody wants to send again, or to cancel.</summary>
public sealed record RetryAsk(RetryKind Kind)
{
    /// <summary>All that fit; null with <see cref="Ids"/>.</summary>
    public LogQuery? Query { get; init; }

    /// <summary>These, whatever the query.</summary>
    public IReadOnlyList<long>? Ids { get; init; }

    /// <summary>Zone of days and of times without one in the query.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Of a replay: only events that no delivery got accepted.</summary>
    public bool NeverAccepted { get; init; }
}

/// <summary>How a plan is carried out; what is null is as section <c>Retries</c> says. A cancel sends nothing, so nothing of this is for it.</summary>
/// <param name="AsThen">What was sent then, where it was kept; else all are mapped by today's settings.</param>
/// <param name="PerSecond">1 to <see cref="RetryOptions.MostPerSecond"/>.</param>
/// <param name="Canary">0 to <see cref="RetryOptions.MostCanary"/>; 0 = none.</param>
/// <param name="StopAbovePercent">0 to 100.</param>
public sealed record RetryStart(bool AsThen = false, int? PerSecond = null, int? Canary = null, int? StopAbovePercent = null)
{
    public const string NotForCancel = "A cancel sends nothing: it takes neither as, perSecond, canary nor stopAbovePercent.";

    /// <summary>What is out of bounds, a sentence; null when nothing is.</summary>
    public string? Fault() =>
        PerSecond is < 1 or > RetryOptions.MostPerSecond ? $"perSecond: give 1 to {RetryOptions.MostPerSecond}."
        : Canary is < 0 or > RetryOptions.MostCanary ? $"canary: give 0 to {RetryOptions.MostCanary}."
        : StopAbovePercent is < 0 or > 100 ? "stopAbovePercent: give 0 to 100."
        : null;
}

/// <summary>So many of one kind.</summary>
/// <param name="Key">Public id of a connection, code of a cause, name of an event, code of a reason; empty = none.</param>
public sealed record RetryShare(string Key, long Count);

/// <summary>What was counted, all of one moment. The breakdowns add up to <see cref="Total"/>.</summary>
/// <param name="Total">What will be sent, or canceled, exactly.</param>
/// <param name="LeftOut">What fits and will be left alone, by code of <see cref="RetryReasons"/>.</param>
/// <param name="Connections">By connection, most first; so the others.</param>
/// <param name="Events">At most <see cref="MostEvents"/>; the rest is together under <see cref="OtherEvents"/>.</param>
/// <param name="Oldest">Received first; null when there is none.</param>
/// <param name="NeverSent">Of them never sent, so that nothing is kept to send as then.</param>
/// <param name="MayHaveGoneOut">Of them may have reached Richpanel before.</param>
/// <param name="Samples">A few of them: the first, the last, and some between.</param>
/// <param name="Since">What the query's time of receipt meant when it was counted; null where it began nowhere, and for a selection.</param>
/// <param name="Until">Likewise its end, which is not in it.</param>
public sealed record RetryPlan(
    long Total, IReadOnlyList<RetryShare> LeftOut, IReadOnlyList<RetryShare> Connections, IReadOnlyList<RetryShare> Causes, IReadOnlyList<RetryShare> Events,
    DateTimeOffset? Oldest, DateTimeOffset? Newest, long NeverSent, long MayHaveGoneOut, IReadOnlyList<long> Samples,
    DateTimeOffset? Since = null, DateTimeOffset? Until = null)
{
    /// <summary>Events, and failure groups, that are counted apart.</summary>
    public const int MostEvents = 20;

    /// <summary>Key of all others together.</summary>
    public const string OtherEvents = "*";

    /// <summary>By public id of the failure group of their last failure, likewise; empty = without one. None in plans of before.</summary>
    public IReadOnlyList<RetryShare> Groups { get; init; } = [];

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    public static RetryPlan Empty { get; } = new(0, [], [], [], [], null, null, 0, 0, []);

    public static RetryPlan Read(string json) => json.Length == 0 ? Empty : JsonSerializer.Deserialize<RetryPlan>(json, s_json) ?? Empty;

    public string Write() => JsonSerializer.Serialize(this, s_json);

    /// <summary>When the last of them will be sent, begun now; the canary is not waited for in it.</summary>
    public static TimeSpan Lasts(long left, int perSecond) => TimeSpan.FromSeconds(Math.Ceiling(left / (double)Math.Max(1, perSecond)));
}
