namespace Richpanel.Core.ChangeLog;

/// <summary>A kind of change: a stable code, and how a person reads it after the name of who did it.</summary>
public sealed record ChangeAction(string Code, string Words);

/// <summary>Everything the change log can say.</summary>
public static class ChangeCatalog
{
    public static readonly ChangeAction Started = new("product.started", "started");
    public static readonly ChangeAction SealBroken = new("product.seal-renewed", "began a new seal, because the key of the old one is gone");

    public static readonly ChangeAction EndMissing = new("change-log.end-missing", "found that lines at the end of the change log were missing");
    public static readonly ChangeAction HeadMissing = new("change-log.head-missing", "found that the note of the change log's end was missing or not its own, so that lines could have been cut off unseen");

    public static readonly ChangeAction ConnectionCreated = new("connection.created", "created the connection");
    public static readonly ChangeAction ConnectionChanged = new("connection.changed", "changed the connection");
    public static readonly ChangeAction ConnectionPaused = new("connection.paused", "paused the connection");
    public static readonly ChangeAction ConnectionResumed = new("connection.resumed", "resumed the connection");
    public static readonly ChangeAction ConnectionHeld = new("connection.held", "put on hold the connection");
    public static readonly ChangeAction ConnectionReleased = new("connection.released", "released the hold of the connection");
    public static readonly ChangeAction ConnectionProbed = new("connection.probed", "had a probe sent now to");
    public static readonly ChangeAction BreakerOpened = new("connection.breaker-opened", "stopped sending, because nothing was answered, to");
    public static readonly ChangeAction BreakerClosed = new("connection.breaker-closed", "saw a probe answered and sends again to");
    public static readonly ChangeAction CaughtUp = new("connection.caught-up", "has sent all that had waited for");
    public static readonly ChangeAction ConnectionDeleted = new("connection.deleted", "deleted the connection");
    public static readonly ChangeAction TrialSent = new("trial.sent", "sent a marked test visitor to");
    public static readonly ChangeAction TrialAnswered = new("trial.answered", "told what was seen of the test visitor at");
    public static readonly ChangeAction SecretReplaced = new("secret.replaced", "replaced the API Secret of");
    public static readonly ChangeAction SecretRolledBack = new("secret.rolled-back", "went back to the API Secret before of");
    public static readonly ChangeAction SecretAccepted = new("secret.accepted", "saw the first call accepted that was signed with the API Secret of");
    public static readonly ChangeAction SecretForgotten = new("secret.forgotten", "let go of the old API Secret of");
    public static readonly ChangeAction SecretRemoved = new("secret.removed", "removed the API Secret of");

    public static readonly ChangeAction SourceCreated = new("source.created", "created the source");
    public static readonly ChangeAction SourceChanged = new("source.changed", "changed the source");
    public static readonly ChangeAction SourceDeleted = new("source.deleted", "deleted the source");
    public static readonly ChangeAction WriteKeyRotated = new("source.key-rotated", "made a new write key of the source");
    public static readonly ChangeAction OldWriteKeyEnded = new("source.old-key-ended", "ended the old write key of the source");
    public static readonly ChangeAction WebhookSecretReplaced = new("webhook-secret.replaced", "replaced the webhook secret of");
    public static readonly ChangeAction WebhookSecretRolledBack = new("webhook-secret.rolled-back", "went back to the webhook secret before of");
    public static readonly ChangeAction WebhookSecretForgotten = new("webhook-secret.forgotten", "let go of the old webhook secret of");
    public static readonly ChangeAction WebhookSecretRemoved = new("webhook-secret.removed", "removed the webhook secret of");
    public static readonly ChangeAction WriteKeyShown = new("source.key-shown", "looked at the write key of the source");

    public static readonly ChangeAction DeliveryRetried = new("delivery.retried", "retried the delivery");
    public static readonly ChangeAction DeliveryCanceled = new("delivery.canceled", "canceled the delivery");
    public static readonly ChangeAction DeliveryHurried = new("delivery.hurried", "had the next try now of the delivery");
    public static readonly ChangeAction DeliveryEdited = new("delivery.edited", "edited and resent the delivery");
    public static readonly ChangeAction RetryStarted = new("retry.started", "started to send many deliveries again with");
    public static readonly ChangeAction CancelStarted = new("retry.cancel_started", "started to cancel many deliveries with");
    public static readonly ChangeAction CancelEnded = new("retry.cancel_ended", "ended early, with the rest left as it was,");
    public static readonly ChangeAction RetryAsked = new("retry.asked", "stopped after too many of the first were not accepted, and asks about");
    public static readonly ChangeAction RetryPaused = new("retry.paused", "paused");
    public static readonly ChangeAction RetryResumed = new("retry.resumed", "went on with");
    public static readonly ChangeAction RetryCanceled = new("retry.canceled", "canceled the rest of");
    public static readonly ChangeAction RetryFinished = new("retry.finished", "came to the end of");
    public static readonly ChangeAction DeliveryUnmasked = new("delivery.unmasked", "looked at personal data of the delivery");
    public static readonly ChangeAction GroupAcknowledged = new("group.acknowledged", "acknowledged the failure group");
    public static readonly ChangeAction GroupSnoozed = new("group.snoozed", "snoozed the failure group");
    public static readonly ChangeAction GroupResolved = new("group.resolved", "resolved the failure group");
    public static readonly ChangeAction GroupIgnored = new("group.ignored", "ignored the failure group");
    public static readonly ChangeAction GroupReopened = new("group.reopened", "opened again the failure group");
    public static readonly ChangeAction GroupMerged = new("group.merged", "merged into another one the failure group");
    public static readonly ChangeAction GroupTookIn = new("group.took-in", "merged another one into the failure group");
    public static readonly ChangeAction GroupSplit = new("group.split", "split off the failure group");
    public static readonly ChangeAction GroupNoted = new("group.noted", "wrote a note on the failure group");
    public static readonly ChangeAction CallSent = new("call.sent", "sent a call by hand to");
    public static readonly ChangeAction SampleSaved = new("sample.saved", "saved for everybody the sample");
    public static readonly ChangeAction SampleDeleted = new("sample.deleted", "deleted the sample");
    public static readonly ChangeAction LogExported = new("log.exported", "exported rows of the delivery log");
    public static readonly ChangeAction ViewShared = new("view.shared", "shared the view");
    public static readonly ChangeAction ViewChanged = new("view.changed", "changed the shared view");
    public static readonly ChangeAction ViewUnshared = new("view.unshared", "no longer shares the view");
    public static readonly ChangeAction ViewDeleted = new("view.deleted", "deleted the shared view");
    public static readonly ChangeAction ScenarioSet = new("sandbox.scenario-set", "set the scenario of the sandbox");
    public static readonly ChangeAction SandboxCleared = new("sandbox.cleared", "cleared the sandbox");
    public static readonly ChangeAction SandboxExported = new("sandbox.exported", "exported what the sandbox remembers");
    public static readonly ChangeAction ReceiverTested = new("receiver.tested", "tested the receiver with the source");

    public static readonly ChangeAction SignedIn = new("person.signed-in", "signed in");
    public static readonly ChangeAction SignedOut = new("person.signed-out", "signed out");
    public static readonly ChangeAction SignInFailed = new("person.sign-in-failed", "could not sign in");
    public static readonly ChangeAction CompanyRefused = new("person.company-refused", "came back from the company's sign-in without being vouched for");
    public static readonly ChangeAction OwnPasswordWrong = new("person.password-wrong", "gave a wrong own password");
    public static readonly ChangeAction LinkRefused = new("person.link-refused", "tried a wrong, used or late link for");
    public static readonly ChangeAction LockedOut = new("person.locked-out", "was locked out after too many wrong passwords");
    public static readonly ChangeAction AdminSetUp = new("person.set-up", "set up the first admin");
    public static readonly ChangeAction SetupRefused = new("person.set-up-refused", "tried a setup code that is wrong, used or late");
    public static readonly ChangeAction PersonInvited = new("person.invited", "invited");
    public static readonly ChangeAction InvitationAccepted = new("person.joined", "accepted the invitation");
    public static readonly ChangeAction InvitationWithdrawn = new("person.uninvited", "withdrew the invitation of");
    public static readonly ChangeAction RoleChanged = new("person.role-changed", "changed the role of");
    public static readonly ChangeAction PersonDisabled = new("person.disabled", "disabled");
    public static readonly ChangeAction PersonEnabled = new("person.enabled", "enabled");
    public static readonly ChangeAction PasswordChanged = new("person.password-changed", "changed the own password");
    public static readonly ChangeAction PasswordReset = new("person.password-reset", "made a link to set a new password for");
    public static readonly ChangeAction AuthenticatorOn = new("person.authenticator-on", "switched on the authenticator app");
    public static readonly ChangeAction AuthenticatorOff = new("person.authenticator-off", "switched off the authenticator app of");
    public static readonly ChangeAction RecoveryCodesMade = new("person.recovery-codes", "made new recovery codes");

    public static readonly ChangeAction PersonRenamed = new("person.renamed", "changed the own name");
    public static readonly ChangeAction PersonArrived = new("person.arrived", "came in by the company's sign-in for the first time");

    public static readonly ChangeAction TokenCreated = new("token.created", "made the API token");
    public static readonly ChangeAction TokenRevoked = new("token.revoked", "revoked the API token");

    public static readonly ChangeAction ChangeLogVerified = new("change-log.verified", "verified the change log");
    public static readonly ChangeAction ChangeLogExported = new("change-log.exported", "exported the change log");

    public static readonly ChangeAction SupportBundleTaken = new("product.support-bundle", "downloaded the support bundle");

    public static readonly ChangeAction BackupMade = new("backup.made", "made the backup");
    public static readonly ChangeAction BackupDownloaded = new("backup.downloaded", "downloaded the backup");
    public static readonly ChangeAction BackupDeleted = new("backup.deleted", "deleted the backup");
    public static readonly ChangeAction BackupRestored = new("backup.restored", "goes on from the backup");

    public static readonly ChangeAction LedgerMismatch = new("ledger.mismatch", "found that the ledger does not add up");
    public static readonly ChangeAction LedgerAgrees = new("ledger.agrees", "found that the ledger adds up again");
    public static readonly ChangeAction LedgerChecked = new("ledger.checked", "had the ledger checked against all rows");

    public static readonly ChangeAction AlertChannelCreated = new("alert-channel.created", "made the alert channel");
    public static readonly ChangeAction AlertChannelChanged = new("alert-channel.changed", "changed the alert channel");
    public static readonly ChangeAction AlertChannelDeleted = new("alert-channel.deleted", "deleted the alert channel");
    public static readonly ChangeAction AlertChannelTested = new("alert-channel.tested", "sent a test alert by the channel");
    public static readonly ChangeAction AlertSettingsChanged = new("alerts.changed", "changed how alerts are told");

    public static readonly ChangeAction DeliveryNoted = new("delivery.noted", "wrote a note on the delivery");
    public static readonly ChangeAction DeliveryPinned = new("delivery.pinned", "pinned, so that it stays, the delivery");
    public static readonly ChangeAction DeliveryUnpinned = new("delivery.unpinned", "took away the pin of the delivery");
    public static readonly ChangeAction RetentionChanged = new("retention.changed", "changed how long what is kept stays");
    public static readonly ChangeAction RetentionAsked = new("retention.asked", "asked to remove now what is too old");
    public static readonly ChangeAction RetentionStopped = new("retention.stopped", "stopped the removal of what is too old");
    public static readonly ChangeAction RetentionRan = new("retention.ran", "removed what was too old");
    public static readonly ChangeAction ErasureAsked = new("erasure.asked", "asked to erase a customer everywhere with");
    public static readonly ChangeAction ErasureDone = new("erasure.done", "has erased a customer everywhere with");
    public static readonly ChangeAction ErasureGivenUp = new("erasure.given-up", "cannot open the names any more, and gave up");
    public static readonly ChangeAction PrivacyTaskClosed = new("privacy-task.closed", "closed");

    public static IReadOnlyList<ChangeAction> All { get; } =
        [.. typeof(ChangeCatalog).GetFields().Where(field => field.FieldType == typeof(ChangeAction)).Select(field => (ChangeAction)field.GetValue(null)!)];

    public static ChangeAction? Find(string code) => All.FirstOrDefault(action => action.Code == code);
}
