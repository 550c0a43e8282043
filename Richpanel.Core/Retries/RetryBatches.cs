using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Retries;

/// <summary>What became of a wish about a bulk retry or replay.</summary>
/// <param name="State">As it is now; null when there is none that this actor may see.</param>
/// <param name="Fault">Why it was not done, a sentence; null when it was.</param>
public sealed record RetryOutcome(RetryState? State, string? Fault = null)
{
    public bool Done => State is not null && Fault is null;
}

/// <summary>
/// Start, pause, go on with and end a bulk retry, replay or cancel: each one commit that changes its one row, however many deliveries it has, and
/// a line of the change log. What is not sent yet stays as it is, so that canceling has nothing to undo; what is made due already is on its
/// way as any delivery. Repeating a click is harmless.
/// </summary>
public sealed class RetryBatches(StoreWriter writer, ChangeWriting log, ChangeFeed changes, RetryWaker waker, ConnectionDirectory directory, IOptions<RetryOptions> options, TimeProvider time)
{
    public Task<RetryOutcome> StartAsync(Actor by, long id, RetryStart how) => ChangeAsync(by, id, ChangeCatalog.RetryStarted, batch =>
    {
        var fault = FaultOf(batch, how);
        if (fault is not null)
        {
            return fault;
        }

        batch.ByKind = by.Kind;
        batch.ById = by.Id;
        batch.ByName = Lengths.Cut(by.Name, Lengths.Name)!;
        batch.AsThen = how.AsThen;
        batch.Rate = how.PerSecond ?? options.Value.PerSecond;
        batch.CanarySize = how.Canary ?? batch.CanarySize;   // as the plan has it: none for a cancel
        batch.StopPercent = how.StopAbovePercent ?? options.Value.StopAbovePercent;
        batch.StartedAt = time.GetUtcNow();
        batch.CanaryPassed = batch.CanarySize == 0;
        Enter(batch, batch.CanaryPassed ? RetryState.Running : RetryState.Canary);
        return null;
    });

    /// <summary>Nothing more is made due until somebody goes on; what is on its way goes its way.</summary>
    public Task<RetryOutcome> PauseAsync(Actor by, long id) => ChangeAsync(by, id, ChangeCatalog.RetryPaused, batch =>
    {
        if (batch.State != RetryState.Paused && !batch.IsActive)
        {
            return $"It is {Word(batch.State)}, so there is nothing to pause.";
        }

        Enter(batch, RetryState.Paused);
        return null;
    });

    /// <summary>After a pause; or after the canary, when somebody decides to send the rest all the same.</summary>
    public Task<RetryOutcome> ResumeAsync(Actor by, long id) => ChangeAsync(by, id, ChangeCatalog.RetryResumed, batch =>
    {
        if (batch.State is not (RetryState.Paused or RetryState.Asking) && !batch.IsActive)
        {
            return $"It is {Word(batch.State)}, so it cannot go on.";
        }

        if (!batch.IsActive)
        {
            batch.CanaryPassed |= batch.State == RetryState.Asking;
            Enter(batch, batch.CanaryPassed ? RetryState.Running : RetryState.Canary);
        }

        return null;
    });

    /// <summary>Sends, or cancels, no more of it, for good.</summary>
    public Task<RetryOutcome> CancelAsync(Actor by, long id) => ChangeAsync(by, id, ChangeCatalog.RetryCanceled, batch =>
    {
        if (batch.State is RetryState.Planning or RetryState.Planned or RetryState.Finished)
        {
            return $"It is {Word(batch.State)}, so there is nothing to cancel.";
        }

        if (batch.State != RetryState.Canceled)
        {
            batch.EndedAt = time.GetUtcNow();
            Enter(batch, RetryState.Canceled);
        }

        return null;
    });

    /// <summary>Takes away a plan that nobody started.</summary>
    public async Task<RetryOutcome> DiscardAsync(Actor by, long id)
    {
        by.Demand(Permission.ActOnMany);
        var found = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            return context.RetryBatches.AsNoTracking().SingleOrDefault(batch => batch.Id == id);
        });
        if (found is null || !MayTouch(by, found, directory))
        {
            return new RetryOutcome(null);
        }

        return await RetryCleaning.DeleteAsync(writer, id) ? new RetryOutcome(RetryState.Planned) : new RetryOutcome(found.State, $"It is {Word(found.State)}, so it is no plan any more.");
    }

    /// <summary>Whoever is limited to some connections sees and does only what is about none but these; of a plan of nothing, only the own.</summary>
    internal static bool MayTouch(Actor by, RetryBatch batch, ConnectionDirectory directory) =>
        by.Connections is null
        || (batch.Connections.Length == 0
            ? (batch.ByKind, batch.ById) == (by.Kind, by.Id)
            : batch.ConnectionIds.All(id => directory.Find(id) is { } connection && by.MayTouch(connection)));

    internal static string Word(RetryState state) => state.ToString().ToLowerInvariant();

    private string? FaultOf(RetryBatch batch, RetryStart how) =>
        batch.State != RetryState.Planned ? $"It is {Word(batch.State)}: a plan is started once."
        : batch.Planned == 0 ? $"There is nothing to {(batch.Sends ? "send" : "cancel")}."
        : time.GetUtcNow() - batch.PlannedAt > RetryCleaning.PlanLasts ? "The plan is more than an hour old. Plan again: what it counted may have changed."
        : !batch.Sends && how != new RetryStart() ? RetryStart.NotForCancel
        : how.Fault();

    private void Enter(RetryBatch batch, RetryState state)
    {
        if (batch.State != state)
        {
            (batch.State, batch.StateSince) = (state, time.GetUtcNow());
        }
    }

    /// <param name="change">Gives back why it cannot be done.</param>
    private async Task<RetryOutcome> ChangeAsync(Actor by, long id, ChangeAction action, Func<RetryBatch, string?> change)
    {
        by.Demand(Permission.ActOnMany);
        var outcome = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            if (context.RetryBatches.SingleOrDefault(batch => batch.Id == id) is not { } batch || !MayTouch(by, batch, directory))
            {
                return new RetryOutcome(null);
            }

            var before = batch.State;
            if (change(batch) is { } fault)
            {
                return new RetryOutcome(before, fault);
            }

            if (batch.State != before)   // pausing what is paused is no change
            {
                log.Append(context, by, RetryLines.Of(action, batch, before));
            }

            context.SaveChanges();
            return new RetryOutcome(batch.State);
        });
        if (outcome.Done)
        {
            waker.Wake();
            changes.Raise();
        }

        return outcome;
    }
}
