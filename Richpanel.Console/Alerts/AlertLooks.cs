using MudBlazor;
using Richpanel.Console.Shared;
using Richpanel.Core.Alerts;
using Richpanel.Core.Alerts.Rules;
using Richpanel.Core.Health;

namespace Richpanel.Console.Alerts;

/// <summary>Word, icon and colour of what alerts tell and of how they go out. Pure.</summary>
internal static class AlertLooks
{
    public static StateLook Of(HealthState state) => state switch
    {
        HealthState.Healthy => new("accepted", "Healthy", Icons.Material.Outlined.CheckCircle),
        HealthState.Degraded => new("waiting", "Degraded", Icons.Material.Outlined.WarningAmber),
        HealthState.Failing => new("failed", "Failing", Icons.Material.Outlined.ErrorOutline),
        HealthState.Held => new("held", "Held", Icons.Material.Outlined.PauseCircle),
        _ => new("skipped", "Stopped", Icons.Material.Outlined.RemoveCircleOutline),
    };

    public static StateLook Of(AlertItem item) => item switch
    {
        { Subject: "test" } => new("skipped", "Test", Icons.Material.Outlined.Science),
        { Kind: AlertNoticeKind.Recovered } => new("accepted", "Recovered", Icons.Material.Outlined.CheckCircle),
        _ => Of(item.State),
    };

    public static StateLook Of(AlertSendState state) => state switch
    {
        AlertSendState.Waiting => new("waiting", "Waiting", Icons.Material.Outlined.Schedule),
        AlertSendState.Sent => new("accepted", "Taken", Icons.Material.Outlined.CheckCircle),
        AlertSendState.Failed => new("failed", "Not sent", Icons.Material.Outlined.ErrorOutline),
        _ => new("skipped", "Dropped", Icons.Material.Outlined.RemoveCircleOutline),
    };

    public static string KindOf(AlertChannelKind kind) => kind switch
    {
        AlertChannelKind.Slack => "Slack",
        AlertChannelKind.Mail => "E-mail",
        _ => "Webhook",
    };

    /// <summary>Where a channel leads, as far as whoever looks may see.</summary>
    public static string TargetOf(AlertChannel channel, bool withPeople) =>
        channel.Kind != AlertChannelKind.Mail ? channel.Host
        : withPeople ? $"{string.Join(", ", channel.Recipients)} by {channel.Host}"
        : $"{(channel.Recipients.Count == 1 ? "1 recipient" : $"{Numbers.Of(channel.Recipients.Count)} recipients")} by {channel.Host}";
}
