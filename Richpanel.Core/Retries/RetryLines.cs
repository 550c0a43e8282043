using Richpanel.Core.ChangeLog;

namespace Richpanel.Core.Retries;

/// <summary>Lines of the change log about bulk retries, replays and cancels, each with its counts.</summary>
internal static class RetryLines
{
    public static Change Of(ChangeAction action, RetryBatch batch, RetryState before) => new(ActionOf(action, batch), PublicId.Retry(batch.Id), NameOf(batch))
    {
        Count = action == ChangeCatalog.RetryStarted ? batch.Planned : action == ChangeCatalog.RetryFinished ? batch.Queued : batch.Left,
        Fields = action == ChangeCatalog.RetryStarted
            ? FieldChange.Between(
                ("as", null, batch.Sends ? batch.AsThen ? "then" : "now" : null), ("perSecond", null, batch.Sends ? batch.Rate : null),
                ("canary", null, batch.Sends ? batch.CanarySize : null), ("stopAbovePercent", null, batch.Sends ? batch.StopPercent : null),
                ("query", null, batch.Scope is { Length: > 0 } scope ? scope : batch.Scope is null ? "a selection" : "all"), ("neverAccepted", false, batch.NeverAccepted))
            : FieldChange.Between(
                ("state", RetryBatches.Word(before), RetryBatches.Word(batch.State)), ("planned", null, batch.Planned), (batch.Sends ? "sent" : "canceled", null, batch.Queued), ("left alone", null, batch.Skipped),
                ("canary not accepted", null, action == ChangeCatalog.RetryAsked ? batch.CanaryNotAccepted : null)),
    };

    public static string NameOf(RetryBatch batch) => batch.Kind switch { RetryKind.Replay => "the replay", RetryKind.Cancel => "the bulk cancel", _ => "the bulk retry" };

    /// <summary>"Canceled the rest of the cancel" would say the opposite of what it means.</summary>
    private static ChangeAction ActionOf(ChangeAction action, RetryBatch batch) =>
        batch.Sends ? action : action == ChangeCatalog.RetryStarted ? ChangeCatalog.CancelStarted : action == ChangeCatalog.RetryCanceled ? ChangeCatalog.CancelEnded : action;
}
