using System.Text.Json;
using System.Text.Json.Serialization;
using Richpanel.Core.Health;

namespace Richpanel.Core.Alerts.Rules;

/// <summary>Why deliveries failed lately, and how many.</summary>
/// <param name="Group">Public id of the failure group with most of them; null in alerts of before.</param>
/// <param name="Sample">Public id of a delivery of that group, the newest that is failed if there is one; null when none is left of it.</param>
public sealed record AlertCause(string Code, string Title, long Count, string? Group = null, string? Sample = null);

/// <summary>One thing that an alert tells, as it is kept and sent.</summary>
/// <param name="Subject">As of <see cref="AlertFact"/>.</param>
/// <param name="Link">An address of the console, from its root.</param>
public sealed record AlertItem(AlertNoticeKind Kind, string Subject, HealthState State, HealthState Before, string Title, string Text, string Remedy, string Link)
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public long? ConnectionId { get; init; }

    public string? Connection { get; init; }

    public string? Environment { get; init; }

    public string? Cause { get; init; }

    /// <summary>When it began; of a recovery: when what is over had begun.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>As of <see cref="AlertNotice"/>.</summary>
    public DateTimeOffset? Began { get; init; }

    public long? Waiting { get; init; }

    public long? Held { get; init; }

    /// <summary>Failures of a connection since <see cref="FailedSince"/>, by when they failed.</summary>
    public long? Failed { get; init; }

    /// <summary>The beginning of the hour before the one it was told in.</summary>
    public DateTimeOffset? FailedSince { get; init; }

    /// <summary>The most frequent causes of those failures, at most three.</summary>
    public IReadOnlyList<AlertCause> Causes { get; init; } = [];

    /// <summary>How often it has come again soon after it had gone.</summary>
    public int Relapses { get; init; }

    public static AlertItem Of(AlertNotice notice) => new(
        notice.Kind, notice.Fact.Subject, notice.Fact.State, notice.Before, notice.Fact.Title, notice.Fact.Text, notice.Fact.Remedy, notice.Fact.Link)
    {
        ConnectionId = notice.Fact.ConnectionId,
        Connection = notice.Fact.Connection,
        Environment = notice.Fact.Environment,
        Cause = notice.Fact.Cause,
        Since = notice.Since,
        Began = notice.Began,
        Waiting = notice.Fact.Waiting,
        Held = notice.Fact.Held,
        Relapses = notice.Relapses,
    };

    /// <summary>What a channel gets when it is tested.</summary>
    public static AlertItem Test { get; } = new(
        AlertNoticeKind.Change, "test", HealthState.Healthy, HealthState.Healthy, "This is a test",
        "Somebody pressed Test on the Alerts page. Nothing is wrong.", "Nothing needs doing: alerts of this channel arrive here.", "/alerts");

    public static string Write(IReadOnlyList<AlertItem> items) => JsonSerializer.Serialize(items, s_json);

    public static IReadOnlyList<AlertItem> Read(string items) => JsonSerializer.Deserialize<List<AlertItem>>(items, s_json) ?? [];
}
