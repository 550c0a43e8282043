namespace Richpanel.Core.Causes;

/// <summary>Causes that the dispatcher itself finds, without an answer from the other side.</summary>
public static partial class CauseCatalog
{
    public static readonly Cause Unclassified = new(
        "unclassified", "Unclassified", "It failed, and no cause was recorded with it.", "Look at the deliveries themselves; what their last answer was stands there.");

    public static readonly Cause OutcomeNotRecorded = new(
        "outcome_not_recorded",
        "Outcome could not be recorded",
        "It was sent, and the database refused to write what came of it. It may have reached Richpanel.",
        "Look for it at Richpanel before you retry, and report it with the delivery's id.");

    public static readonly Cause StoppedWhileSending = new(
        "stopped_while_sending",
        "Stopped while sending",
        "The product stopped while this delivery was claimed for sending, and no outcome was recorded. It may have reached Richpanel.",
        "Nothing needs doing: it is sent again, and the attempt says that it may be a repeat.");

    public static readonly Cause SecretUnreadable = new(
        "secret_unreadable",
        "API Secret unreadable",
        "The stored API Secret cannot be decrypted, because the key ring that sealed it is missing or was replaced. Nothing was sent.",
        "Enter the API Secret again on the connection's page: sending goes on by itself. Or restore the keys folder beside the database and start again.");

    public static readonly Cause NoSecretForBatch = new(
        "no_secret_for_batch",
        "Batch transport without API Secret",
        "The connection sends batches, which must be signed, but it has no API Secret. Nothing was sent.",
        "Enter the API Secret or switch the connection to single transport, then release it.");

    public static readonly Cause CallMissing = new(
        "call_missing",
        "Stored call missing",
        "The bytes of this call are no longer in the store or do not match the delivery, so it cannot be sent.",
        "Restore them from a backup, or send the event again from its source.");

    public static readonly Cause MappingBroke = new(
        "mapping_broke",
        "Mapping broke off",
        "Reading or mapping this call ended in an error of the product itself. Nothing was sent.",
        "Report it with the delivery's id; after an update, retry the delivery.");
}
