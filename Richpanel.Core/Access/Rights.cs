using System.Collections.Frozen;

namespace Richpanel.Core.Access;

/// <summary>
/// The one table of who may do what: the least role of each permission. Pages, component actions, API and stores all ask it;
/// <c>docs/security.md</c> is generated from it.
/// </summary>
public static class Rights
{
    /// <summary>In the order people read it. <c>What</c> goes on from "may …".</summary>
    public static IReadOnlyList<(Permission Permission, Role From, string What)> Table { get; } =
    [
        (Permission.Read, Role.Viewer, "see deliveries (personal data masked), ledger, connections and sandbox; preview a call"),
        (Permission.ActOnOne, Role.Support, "retry, cancel or hurry one delivery; edit one that was seen in clear, as the same customer's same event; acknowledge, snooze and note failure groups"),
        (Permission.Pin, Role.Support, "pin a delivery, so that it stays whatever its age"),
        (Permission.ShareViews, Role.Support, "share saved views of the log with everyone, change and delete shared ones"),
        (Permission.UseSandbox, Role.Support, "send to the sandbox and set its scenario"),
        (Permission.Unmask, Role.Support, "see one delivery's personal data after giving a reason, which is kept"),
        (Permission.SeeAlerts, Role.Support, "see alerts, where they go and what came of them"),
        (Permission.SeePersonalData, Role.Qa, "see personal data without giving a reason"),
        (Permission.Send, Role.Qa, "send from the lab to connections that are not production, and to production that allows it; there, edit a delivery into another customer's or another event's"),
        (Permission.SaveSamples, Role.Qa, "save samples of calls for everybody, and delete them"),
        (Permission.SendToProduction, Role.Operator, "send from the lab to any production connection; there, edit a delivery into another customer's or another event's"),
        (Permission.ActOnMany, Role.Operator, "retry or replay many deliveries at once, pause, resume and cancel that"),
        (Permission.Operate, Role.Operator, "pause, resume, release and check connections; assign, resolve and ignore failure groups, and open those again"),
        (Permission.ReadChangeLog, Role.Operator, "read, verify and export the change log"),
        (Permission.TakeSupportBundle, Role.Operator, "download the support bundle"),
        (Permission.CheckLedger, Role.Operator, "have the ledger checked against all rows"),
        (Permission.Administer, Role.Admin, "change connections, sources and their secrets"),
        (Permission.KeepAlerts, Role.Admin, "change and test where alerts go, and how quiet they are"),
        (Permission.KeepBackups, Role.Admin, "make, download and delete backups"),
        (Permission.Erase, Role.Admin, "erase a customer everywhere, see the receipts, close privacy tasks"),
        (Permission.ManagePeople, Role.Admin, "invite and disable people, give roles, make and revoke API tokens"),
    ];

    private static readonly FrozenDictionary<Permission, Role> s_from = Table.ToFrozenDictionary(row => row.Permission, row => row.From);

    public static bool May(Role role, Permission permission) => role >= LeastRole(permission);

    public static Role LeastRole(Permission permission) => s_from[permission];

    public static string What(Permission permission) => Table.First(row => row.Permission == permission).What;

    /// <summary>Roles as they are written in configuration, API and documents: lower case.</summary>
    public static string Word(Role role) => role.ToString().ToLowerInvariant();

    /// <summary>Null for a word that is no role; numbers are none.</summary>
    public static Role? Parse(string? word) =>
        word is not null && word.All(char.IsAsciiLetter) && Enum.TryParse<Role>(word, ignoreCase: true, out var role) ? role : null;
}
