using Richpanel.Core.ChangeLog;

namespace Richpanel.Core.Alerts;

/// <summary>A channel as the change log tells of it; neither address nor password is among it.</summary>
internal sealed record AlertChannelFields(
    string? Name, string? Kind, string? Host, int? Port, string? Security, string? UserName, string? From, string? To, string? Connections, bool? TellsInstallation, bool? Disabled)
{
    private static readonly AlertChannelFields s_nothing = new(null, null, null, null, null, null, null, null, null, null, null);

    public static AlertChannelFields Of(AlertChannel channel) => new(
        channel.Name, channel.Kind.ToString(), channel.Host, channel.Port, channel.Security?.ToString(), channel.UserName, channel.From, channel.To,
        channel.Connections is { } ids ? string.Join(' ', ids.Select(PublicId.Connection)) : "all", channel.TellsInstallation, channel.Disabled);

    public static IReadOnlyList<FieldChange> Between(AlertChannelFields? before, AlertChannelFields? after)
    {
        var (was, now) = (before ?? s_nothing, after ?? s_nothing);
        return FieldChange.Between(
            ("name", was.Name, now.Name), ("kind", was.Kind, now.Kind), ("host", was.Host, now.Host), ("port", was.Port, now.Port), ("security", was.Security, now.Security),
            ("userName", was.UserName, now.UserName), ("from", was.From, now.From), ("to", was.To, now.To), ("connections", was.Connections, now.Connections),
            ("tellsInstallation", was.TellsInstallation, now.TellsInstallation), ("disabled", was.Disabled, now.Disabled));
    }
}
