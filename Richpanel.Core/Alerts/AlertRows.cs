namespace Richpanel.Core.Alerts;

public enum AlertChannelKind
{
    /// <summary>Generic JSON.</summary>
    Webhook = 1,

    /// <summary>Slack's incoming webhook, or one that takes the same.</summary>
    Slack = 2,

    Mail = 3,
}

/// <summary>How the connection to a mail server is secured.</summary>
public enum MailSecurity
{
    /// <summary>TLS from the first byte, usually port 465.</summary>
    Tls = 1,

    /// <summary>STARTTLS, or nothing is sent; usually port 587.</summary>
    StartTls = 2,

    /// <summary>Readable on the way; without a password only.</summary>
    None = 3,
}

/// <summary>Where alerts go.</summary>
public sealed class AlertChannel
{
    public long Id { get; set; }

    /// <summary>Unique, case-insensitive.</summary>
    public required string Name { get; set; }

    public AlertChannelKind Kind { get; set; }

    /// <summary>The address of a webhook, or the password of a mail server, protected; null = no password.</summary>
    public byte[]? ProtectedSecret { get; set; }

    /// <summary>As of <see cref="Connections.Connection.SecretFingerprint"/>.</summary>
    public string? SecretFingerprint { get; set; }

    public DateTimeOffset? SecretSetAt { get; set; }

    /// <summary>Of a webhook's address only the host may be seen; of a mail server it is the host itself.</summary>
    public required string Host { get; set; }

    public int? Port { get; set; }

    public MailSecurity? Security { get; set; }

    public string? UserName { get; set; }

    public string? From { get; set; }

    /// <summary>Addresses with commas between.</summary>
    public string? To { get; set; }

    /// <summary>Ids of connections with commas between; null = all but the sandbox's, later ones as well.</summary>
    public string? ConnectionIds { get; set; }

    /// <summary>Also tells of the installation itself: disk, database, ledger.</summary>
    public bool TellsInstallation { get; set; } = true;

    public bool Disabled { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    public IReadOnlyList<string> Recipients => Split(To);

    /// <summary>Null = all but the sandbox's.</summary>
    public IReadOnlyList<long>? Connections =>
        ConnectionIds is null ? null : [.. Split(ConnectionIds).Select(id => long.Parse(id, System.Globalization.CultureInfo.InvariantCulture))];

    private static string[] Split(string? list) => list?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}

public enum AlertKind
{
    /// <summary>Something changed, or is still so.</summary>
    Notice = 1,

    /// <summary>Somebody pressed Test.</summary>
    Test = 2,
}

/// <summary>What was told at one time, to whichever channels.</summary>
public sealed class Alert
{
    public long Id { get; set; }

    public DateTimeOffset At { get; set; }

    public AlertKind Kind { get; set; }

    /// <summary>One line for all of it.</summary>
    public required string Summary { get; set; }

    /// <summary>A list of <see cref="Rules.AlertItem"/> as JSON.</summary>
    public required string Items { get; set; }
}

public enum AlertSendState
{
    /// <summary>To be sent, or sent again, when it is due.</summary>
    Waiting = 1,

    /// <summary>The other side took it.</summary>
    Sent = 2,

    /// <summary>Refused, or tried as often as it is.</summary>
    Failed = 3,

    /// <summary>The channel was disabled, deleted, or is no longer told of this.</summary>
    Dropped = 4,
}

/// <summary>An alert on its way to one channel: the outbox.</summary>
public sealed class AlertSend
{
    public long Id { get; set; }

    public long AlertId { get; set; }

    public long ChannelId { get; set; }

    /// <summary>As it was then: a channel may be deleted.</summary>
    public required string ChannelName { get; set; }

    public AlertSendState State { get; set; }

    public DateTimeOffset DueAt { get; set; }

    public int Tries { get; set; }

    public DateTimeOffset? EndedAt { get; set; }
}

/// <summary>One try to send an alert to one channel.</summary>
public sealed class AlertTry
{
    public long Id { get; set; }

    public long SendId { get; set; }

    public DateTimeOffset At { get; set; }

    public int Milliseconds { get; set; }

    public bool Taken { get; set; }

    /// <summary>What came of it, in a sentence. Holds no address and no secret.</summary>
    public required string Outcome { get; set; }
}

/// <summary>The one row of how alerts are told and what was told of what.</summary>
public sealed class AlertBook
{
    public const long TheOne = 1;

    public static readonly TimeSpan UsualSettle = TimeSpan.FromMinutes(2);

    public static readonly TimeSpan UsualRemind = TimeSpan.FromHours(24);

    public long Id { get; set; } = TheOne;

    public int SettleSeconds { get; set; } = (int)UsualSettle.TotalSeconds;

    /// <summary>0 = never.</summary>
    public int RemindHours { get; set; } = (int)UsualRemind.TotalHours;

    /// <summary>Address of this console as people reach it, without trailing slash; null = not known yet.</summary>
    public string? ConsoleUrl { get; set; }

    /// <summary>A list of <see cref="Rules.AlertMemory"/> as JSON.</summary>
    public string Memory { get; set; } = "[]";
}
