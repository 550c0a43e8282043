using Richpanel.Core.ChangeLog;

namespace Richpanel.Core.Retries;

/// <summary>Lines of the change log about bulk retries and replays, each with its counts.</summary>
internal static class RetryLines
{
    public static Change Of(ChangeAction action, RetryBatch batch, RetryState before) => new(action, PublicId.Retry(batch.Id), NameOf(batch))
    {
        Count = action == ChangeCatalog.RetryStarted ? batch.Planned : action == ChangeCatalog.RetryFinished ? batch.Queued : batch.Left,
        Fields = action == ChangeCatalog.RetryStarted
            ? FieldChange.Between(
                ("as", null, batch.AsThen ? "then" : "now"), ("perSecond", null, batch.Rate), ("canary", null, batch.CanarySize), ("stopAbovePercent", null, batch.StopPercent),
                ("query", null, batch.Scope is { Length: > 0 } scope ? scope : batch.Scope is null ? "a selection" : "all"), ("neverAccepted", false, batch.NeverAccepted))
            : FieldChange.Between(
                ("state", RetryBatches.Word(before), RetryBatches.Word(batch.State)), ("planned", null, batch.Planned), ("sent", null, batch.Queued), ("left alone", null, batch.Skipped),
                ("canary not accepted", null, action == ChangeCatalog.RetryAsked ? batch.CanaryNotAccepted : null)),
    };

    public static string NameOf(RetryBatch batch) => batch.Kind == RetryKind.Replay ? "the replay" : "the bulk retry";
}
