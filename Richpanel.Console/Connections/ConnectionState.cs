using MudBlazor;
using Richpanel.Core.Connections;

namespace Richpanel.Console.Connections;

/// <summary>Active, paused, on hold, asked to wait or disabled: word, icon and the state whose colour it borrows. Pure.</summary>
public sealed record ConnectionState(string Look, string Word, string Icon)
{
    public static ConnectionState Of(Connection connection, DateTimeOffset now) => connection switch
    {
        { Disabled: true } => new("skipped", "Disabled", Icons.Material.Outlined.Block),
        { HoldCause: not null } when !(connection.HoldUntil <= now) => new("held", "On hold", Icons.Material.Outlined.PauseCircle),
        { PausedAt: not null } when !(connection.PausedUntil <= now) => new("held", "Paused", Icons.Material.Outlined.PauseCircle),
        _ when connection.PostponedUntil > now => new("waiting", "Asked to wait", Icons.Material.Outlined.Schedule),
        _ => new("accepted", "Active", Icons.Material.Outlined.CheckCircle),
    };
}
