using Richpanel.Core.Health;

namespace Richpanel.Core.Alerts.Rules;

/// <summary>How something that alerts are about is now: a connection, a channel, or a part of the installation.</summary>
/// <param name="Subject">Stable: <c>connection:7</c>, <c>channel:chn_3</c>, <c>disk</c>, <c>store_failing</c>, <c>database_damaged</c>, <c>ledger_mismatch</c>.</param>
/// <param name="Title">A few words that say it alone, for example <c>Shop is on hold: Key not accepted (401)</c>.</param>
/// <param name="Text">What happened, in a sentence or two.</param>
/// <param name="Remedy">What to do.</param>
public sealed record AlertFact(string Subject, HealthState State, string Title, string Text, string Remedy)
{
    public const string OfConnection = "connection:";

    public const string OfChannel = "channel:";

    /// <summary>Null for a part of the installation.</summary>
    public long? ConnectionId { get; init; }

    /// <summary>Name of the connection; null for a part of the installation.</summary>
    public string? Connection { get; init; }

    /// <summary>Production, Staging or Sandbox; null for a part of the installation.</summary>
    public string? Environment { get; init; }

    /// <summary>A code of the cause catalogue, or of a fault of the installation.</summary>
    public string? Cause { get; init; }

    /// <summary>Since when, where that is known.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Deliveries of the connection that wait, the held ones included.</summary>
    public long? Waiting { get; init; }

    public long? Held { get; init; }

    /// <summary>Where a person sees it and acts: an address of the console, from its root.</summary>
    public required string Link { get; init; }

    /// <summary>It cannot come and go by itself, so there is nothing to wait for before it is told.</summary>
    public bool TellsAtOnce { get; init; }

    public bool IsBad => State is HealthState.Degraded or HealthState.Failing or HealthState.Held;

    public static string SubjectOfChannel(long channelId) => OfChannel + PublicId.AlertChannel(channelId);

    public static string SubjectOf(long connectionId) => FormattableString.Invariant($"{OfConnection}{connectionId}");
}
