using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Onboarding;

/// <summary>How far the first steps are.</summary>
public sealed record OnboardingState(IReadOnlySet<OnboardingStep> Done)
{
    /// <summary>A real event got through, so nothing of it is missing: the list is never shown again.</summary>
    public bool IsOver => Done.Contains(OnboardingStep.FirstRealEvent);

    public OnboardingStep? Next => IsOver ? null : Enum.GetValues<OnboardingStep>().Cast<OnboardingStep?>().FirstOrDefault(step => !Done.Contains(step!.Value));
}

/// <summary>Finds out from facts which first steps are done, and remembers them.</summary>
public sealed class FirstSteps(IDbContextFactory<ConsoleDbContext> contexts, StoreWriter writer, ConnectionDirectory directory, ChangeFeed changes, TimeProvider time)
{
    /// <summary>Once it is over nothing has to be asked any more.</summary>
    private volatile bool _isOver;

    public async Task<OnboardingState> ReadAsync(CancellationToken ct)
    {
        if (_isOver)
        {
            return new OnboardingState(new HashSet<OnboardingStep>(Enum.GetValues<OnboardingStep>()));
        }

        await using var context = await contexts.CreateDbContextAsync(ct);
        var known = await context.Milestones.Select(m => m.Step).ToListAsync(ct);
        var found = await FindAsync(context, ct);
        await RememberAsync([.. found.Except(known)]);
        var state = new OnboardingState(found.Union(known).ToHashSet());
        _isOver = state.IsOver;
        return state;
    }

    /// <summary>For what leaves no other trace: a check that passed.</summary>
    public async Task ReachedAsync(OnboardingStep step)
    {
        await RememberAsync([step]);
        changes.Raise();
    }

    private async Task<IReadOnlyList<OnboardingStep>> FindAsync(ConsoleDbContext context, CancellationToken ct)
    {
        var real = directory.Connections.Where(connection => !connection.IsSandbox).ToList();
        var ids = real.Select(connection => connection.Id).ToList();
        var counts = await context.Ledger.Where(line => line.Count > 0).ToListAsync(ct);
        var letIn = await context.RequestCounts.Where(line => line.Cause == "" && line.Count > 0).Select(line => line.ConnectionId).ToListAsync(ct);
        List<OnboardingStep> found = [];
        void Add(OnboardingStep step, bool isDone)
        {
            if (isDone)
            {
                found.Add(step);
            }
        }

        var arrived = counts.Where(line => ids.Contains(line.ConnectionId) && line.Origin != Origin.Lab).ToList();
        Add(OnboardingStep.AddCredentials, real.Exists(connection => connection.ProtectedSecret is not null));
        Add(OnboardingStep.SendSample, counts.Count > 0);
        Add(OnboardingStep.PointSegment, arrived.Count > 0 && letIn.Intersect(ids).Any());
        Add(OnboardingStep.FirstRealEvent, arrived.Exists(line => line.State == DeliveryState.Accepted));
        return found;
    }

    private Task RememberAsync(IReadOnlyList<OnboardingStep> steps) => steps.Count == 0
        ? Task.CompletedTask
        : writer.WriteAsync(session =>
        {
            foreach (var step in steps)
            {
                var insert = session.Command("""INSERT OR IGNORE INTO "Milestones" ("Step","At") VALUES ($s,$at)""", "$s", "$at");
                (insert.Parameters[0].Value, insert.Parameters[1].Value) = (step.ToString(), time.GetUtcNow().UtcTicks);
                insert.ExecuteNonQuery();
            }
        });
}
