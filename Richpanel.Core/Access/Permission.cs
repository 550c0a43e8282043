namespace Richpanel.Core.Access;

/// <summary>What somebody may do. Which role may is one table: <see cref="Rights"/>.</summary>
public enum Permission
{
    /// <summary>Read deliveries with personal data masked, ledger, connections, sandbox; preview.</summary>
    Read,

    /// <summary>Retry, cancel or hurry one delivery; edit one, once it is seen in clear, and send it in its place as the same customer's same event; acknowledge, snooze and note failure groups.</summary>
    ActOnOne,

    /// <summary>Pin a delivery, so that it stays whatever its age.</summary>
    Pin,

    /// <summary>Share saved views of the delivery log with everybody, change and delete shared ones.</summary>
    ShareViews,

    /// <summary>Send a call to the sandbox, set its scenario.</summary>
    UseSandbox,

    /// <summary>See one delivery's personal data after giving a reason, which is kept.</summary>
    Unmask,

    /// <summary>See which alerts there are, where they go and what came of them.</summary>
    SeeAlerts,

    /// <summary>See personal data as it is.</summary>
    SeePersonalData,

    /// <summary>Send a call to a connection that is not production, or to production that allows it.</summary>
    Send,

    /// <summary>Save samples that everybody sees, and delete them.</summary>
    SaveSamples,

    /// <summary>Send a call to any production connection.</summary>
    SendToProduction,

    /// <summary>Retry or replay many deliveries at once; pause, resume and cancel that.</summary>
    ActOnMany,

    /// <summary>Pause, resume, release; assign, resolve and ignore failure groups, and open those again.</summary>
    Operate,

    /// <summary>Read, verify and export the change log.</summary>
    ReadChangeLog,

    /// <summary>Download what is known of the installation, to send along with a question.</summary>
    TakeSupportBundle,

    /// <summary>Have the ledger checked against all rows.</summary>
    CheckLedger,

    /// <summary>Change connections, sources and their secrets, see write keys.</summary>
    Administer,

    /// <summary>Change and test where alerts go, and how quiet they are.</summary>
    KeepAlerts,

    /// <summary>Make, download and delete backups: all data, and the secrets for who knows the passphrase.</summary>
    KeepBackups,

    /// <summary>Erase a customer everywhere, see the receipts; close privacy tasks.</summary>
    Erase,

    /// <summary>Invite and disable people, give roles, make and revoke API tokens.</summary>
    ManagePeople,
}
