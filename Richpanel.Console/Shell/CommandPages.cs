using MudBlazor;
using Richpanel.Core.Access;

namespace Richpanel.Console.Shell;

/// <summary>A page people go to by its name.</summary>
/// <param name="Also">Other words for it, lower case.</param>
/// <param name="Keys">Its shortcut; null: none.</param>
internal sealed record CommandPage(string Name, string Address, Permission Needs, string Icon, string Also, string? Keys = null);

/// <summary>Every page without an id in its address, in the order of the menu.</summary>
internal static class CommandPages
{
    public static IReadOnlyList<CommandPage> All { get; } =
    [
        new("Overview", "/", Permission.Read, Icons.Material.Outlined.SpaceDashboard, "home start dashboard ledger health", "g o"),
        new("Deliveries", "/deliveries", Permission.Read, Icons.Material.Outlined.SwapVert, "log events", "g d"),
        new("Failed deliveries", "/deliveries?q=state:failed", Permission.Read, Icons.Material.Outlined.ErrorOutline, "errors", "g f"),
        new("Waiting deliveries", "/deliveries?q=state:waiting", Permission.Read, Icons.Material.Outlined.Schedule, "queue pending"),
        new("Failure groups", "/groups", Permission.Read, Icons.Material.Outlined.Workspaces, "errors causes issues problems notes", "g e"),
        new("Retries and replays", "/retries", Permission.Read, Icons.Material.Outlined.Replay, "bulk batch replay again", "g y"),
        new("Connections", "/connections", Permission.Read, Icons.Material.Outlined.Hub, "accounts settings sources", "g c"),
        new("New connection", "/connections/new", Permission.Administer, Icons.Material.Outlined.Add, "add account"),
        new("Lab", "/lab", Permission.Read, Icons.Material.Outlined.Science, "preview test send payload", "g l"),
        new("Receiver", "/receiver", Permission.Read, Icons.Material.Outlined.Sensors, "set up setup snippets sdk curl webhook signature refused rejected test", "g r"),
        new("Sandbox", "/sandbox", Permission.Read, Icons.Material.Outlined.Inbox, "inspector scenario simulate requests contract", "g s"),
        new("Alerts", "/alerts", Permission.SeeAlerts, Icons.Material.Outlined.NotificationsActive, "notifications mail slack webhook channels on-call health", "g n"),
        new("Privacy", "/privacy", Permission.Read, Icons.Material.Outlined.PrivacyTip, "tasks gdpr delete erase receipts deletion", "g v"),
        new("Erase a customer", "/privacy/erase", Permission.Erase, Icons.Material.Outlined.PersonRemove, "gdpr forget delete expunge"),
        new("Change log", "/change-log", Permission.ReadChangeLog, Icons.Material.Outlined.History, "audit history", "g h"),
        new("People", "/people", Permission.ManagePeople, Icons.Material.Outlined.Group, "users roles invite", "g p"),
        new("API tokens", "/tokens", Permission.ManagePeople, Icons.Material.Outlined.Key, "keys bearer", "g t"),
        new("Retention", "/retention", Permission.Administer, Icons.Material.Outlined.AutoDelete, "purge age space vacuum dry run keep days", "g k"),
        new("Backups", "/backups", Permission.KeepBackups, Icons.Material.Outlined.Backup, "restore copy database key ring save disaster", "g b"),
        new("Your permissions", "/permissions", Permission.Read, Icons.Material.Outlined.VerifiedUser, "rights role"),
        new("About", "/about", Permission.Read, Icons.Material.Outlined.Info, "version support bundle database ledger check faults disk", "g a"),
    ];
}
