using MudBlazor;
using Richpanel.Core.Connections;

namespace Richpanel.Console.Connections;

/// <summary>Active, paused, on hold, without answers, catching up, asked to wait, disabled or deleted: word, icon and the state whose colour it borrows. Pure.</summary>
/// <param name="Until">When it ends by itself; null when it does not.</param>
public sealed record ConnectionState(string Look, string Word, string Icon, DateTimeOffset? Until = null)
{
    public static ConnectionState Of(Connection connection, DateTimeOffset now) => connection switch
    {
        { DeletedAt: not null } => new("skipped", "Deleted", Icons.Material.Outlined.DeleteOutline),
        { Disabled: true } => new("skipped", "Disabled", Icons.Material.Outlined.Block),
        { HoldCause: not null } when connection.IsHeld(now) => new("held", "On hold", Icons.Material.Outlined.PauseCircle, connection.HoldUntil),
        { PausedAt: not null } when connection.IsPaused(now) => new("held", "Paused", Icons.Material.Outlined.PauseCircle, connection.PausedUntil),
        { BreakerSince: not null } => new("waiting", "No answers", Icons.Material.Outlined.CloudOff),
        _ when connection.PostponedUntil > now => new("waiting", "Asked to wait", Icons.Material.Outlined.Schedule, connection.PostponedUntil),
        { RecoveryBefore: not null } => new("accepted", "Catching up", Icons.Material.Outlined.FastForward),
        _ => new("accepted", "Active", Icons.Material.Outlined.CheckCircle),
    };
}
