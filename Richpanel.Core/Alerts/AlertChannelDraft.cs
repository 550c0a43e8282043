namespace Richpanel.Core.Alerts;

/// <summary>What a person or the API wants a channel to be. Null members of a change keep what is stored; empty texts remove it.</summary>
public sealed record AlertChannelDraft
{
    public string? Name { get; init; }

    /// <summary>Of a new channel only.</summary>
    public AlertChannelKind? Kind { get; init; }

    /// <summary>Address of a webhook, in clear until the commit that seals it.</summary>
    public string? Url { get; init; }

    /// <summary>Of a mail server.</summary>
    public string? Host { get; init; }

    public int? Port { get; init; }

    public MailSecurity? Security { get; init; }

    public string? UserName { get; init; }

    /// <summary>Of a mail server, in clear until the commit that seals it.</summary>
    public string? Password { get; init; }

    public string? From { get; init; }

    /// <summary>Addresses with commas, semicolons or line breaks between.</summary>
    public string? To { get; init; }

    /// <summary>Ids; empty = all but the sandbox's.</summary>
    public IReadOnlyList<long>? Connections { get; init; }

    public bool? TellsInstallation { get; init; }

    public bool? Disabled { get; init; }

    /// <summary>Neither address nor password.</summary>
    public override string ToString() => $"AlertChannelDraft {Name}";
}

/// <summary>How alerts are told. Null members keep what is stored.</summary>
/// <param name="SettleSeconds">0 to 3600.</param>
/// <param name="RemindHours">0 (never) to 168.</param>
/// <param name="ConsoleUrl">Address of this console as people reach it; empty: none, and so no links.</param>
public sealed record AlertSettingsDraft(int? SettleSeconds = null, int? RemindHours = null, string? ConsoleUrl = null);

/// <summary>How alerts are told.</summary>
public sealed record AlertSettings(int SettleSeconds, int RemindHours, string? ConsoleUrl)
{
    public TimeSpan Settle => TimeSpan.FromSeconds(SettleSeconds);

    /// <summary>Null = never.</summary>
    public TimeSpan? Remind => RemindHours == 0 ? null : TimeSpan.FromHours(RemindHours);

    internal static AlertSettings Of(AlertBook book) => new(book.SettleSeconds, book.RemindHours, book.ConsoleUrl);
}
