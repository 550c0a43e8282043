using Richpanel.Core.Alerts.Rules;

namespace Richpanel.Core.Alerts;

/// <summary>What of an alert a channel tells; never that it does not get through itself. Pure.</summary>
internal static class AlertReach
{
    public static IReadOnlyList<AlertItem> Of(AlertChannel channel, IReadOnlyList<AlertItem> items)
    {
        var named = channel.Connections;
        return [.. items.Where(item => item.Subject != AlertFact.SubjectOfChannel(channel.Id)).Where(item => item.ConnectionId is { } id
            ? named?.Contains(id) ?? item.Environment != nameof(Connections.ConnectionEnvironment.Sandbox)
            : channel.TellsInstallation)];
    }
}
