using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Retention;

/// <summary>The rules that hold, and how they came to.</summary>
/// <param name="Defaults">What the options say: it holds where nobody chose.</param>
/// <param name="ChangedBy">Who chose last, as the change log names them; null: nobody has.</param>
public sealed record RetentionSettings(RetentionRules Rules, RetentionRules Defaults, DateTimeOffset? ChangedAt, string? ChangedBy);

/// <summary>One delivery's time.</summary>
/// <param name="ContentRemoved">Its content is gone by its age.</param>
/// <param name="Pin">Null: nobody pinned it.</param>
public sealed record RetentionOfOne(long ConnectionId, RetentionFate Fate, bool ContentRemoved, Pin? Pin);

/// <summary>How long what is kept stays: what was decided, what holds for one delivery, and the rounds so far.</summary>
public sealed class RetentionStore(
    StoreWriter writer, IDbContextFactory<ConsoleDbContext> contexts, IOptions<RetentionOptions> options, ChangeWriting log, ChangeFeed changes, TimeProvider time)
{
    /// <summary>Somebody switched retention off: a round under way must not go on by rules that hold no more.</summary>
    internal event Action? SwitchedOff;

    public async Task<RetentionSettings> SettingsAsync(CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        return Of(await context.RetentionChoices.SingleOrDefaultAsync(ct));
    }

    /// <summary>Holds from the next round on; one that is under way is stopped when retention is switched off.</summary>
    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<SaveOutcome<RetentionSettings>> SaveAsync(Actor by, RetentionRules rules)
    {
        by.DemandForAll(Permission.Administer);
        if (rules.Faults().Select(fault => new FieldFault(fault.Field, fault.Text)).ToList() is { Count: > 0 } faults)
        {
            return new SaveOutcome<RetentionSettings>.Invalid(faults);
        }

        var saved = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            var choice = context.RetentionChoices.SingleOrDefault();
            var before = Of(choice).Rules;
            if (before == rules)
            {
                return Of(choice);
            }

            if (choice is null)
            {
                context.RetentionChoices.Add(choice = new RetentionChoice { Id = RetentionChoice.TheOne });
            }

            (choice.Enabled, choice.AcceptedDays, choice.FailedDays, choice.RowDays, choice.RefusedDays) =
                (rules.Enabled, rules.AcceptedDays, rules.FailedDays, rules.RowDays, rules.RefusedDays);
            (choice.ChangedAt, choice.ChangedBy) = (time.GetUtcNow(), Lengths.Cut(by.Name, Lengths.Name));
            log.Append(context, by, new Change(ChangeCatalog.RetentionChanged)
            {
                Fields = FieldChange.Between(
                    ("enabled", before.Enabled, rules.Enabled), ("acceptedDays", before.AcceptedDays, rules.AcceptedDays), ("failedDays", before.FailedDays, rules.FailedDays),
                    ("rowDays", before.RowDays, rules.RowDays), ("refusedDays", before.RefusedDays, rules.RefusedDays)),
            });
            context.SaveChanges();
            return Of(choice);
        });
        if (!saved.Rules.Enabled)
        {
            SwitchedOff?.Invoke();
        }

        changes.Raise();
        return new SaveOutcome<RetentionSettings>.Saved(saved);
    }

    /// <summary>Until when this one stays; null: there is no such delivery.</summary>
    public async Task<RetentionOfOne?> OfAsync(long deliveryId, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        if (await context.Deliveries.SingleOrDefaultAsync(delivery => delivery.Id == deliveryId, ct) is not { } row)
        {
            return null;
        }

        var pin = await context.Pins.SingleOrDefaultAsync(one => one.DeliveryId == deliveryId, ct);
        var task = await context.PrivacyTasks.AnyAsync(one => one.DeliveryId == deliveryId && one.ClosedAt == null, ct);
        var rules = Of(await context.RetentionChoices.SingleOrDefaultAsync(ct)).Rules;
        return new RetentionOfOne(row.ConnectionId, rules.FateOf(RetentionFacts.Of(row, pin is not null, task)), row.Marks.HasFlag(DeliveryMarks.ContentRemoved), pin);
    }

    /// <summary>Until when these stay; unknown ids are left out.</summary>
    public async Task<IReadOnlyDictionary<long, RetentionOfOne>> OfAsync(IReadOnlyCollection<long> deliveryIds, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        var rows = await context.Deliveries.Where(delivery => deliveryIds.Contains(delivery.Id))
            .Select(d => new { d.Id, d.ConnectionId, d.State, d.ReceivedAt, d.EndedAt, d.LastAttemptAt, d.Marks }).ToListAsync(ct);
        var pins = await context.Pins.Where(pin => deliveryIds.Contains(pin.DeliveryId)).ToDictionaryAsync(pin => pin.DeliveryId, ct);
        var tasks = (await context.PrivacyTasks.Where(one => deliveryIds.Contains(one.DeliveryId) && one.ClosedAt == null).Select(one => one.DeliveryId).ToListAsync(ct)).ToHashSet();
        var rules = Of(await context.RetentionChoices.SingleOrDefaultAsync(ct)).Rules;
        return rows.ToDictionary(row => row.Id, row =>
        {
            var pin = pins.GetValueOrDefault(row.Id);
            var facts = new RetentionFacts(row.State, row.ReceivedAt, row.EndedAt, row.LastAttemptAt, pin is not null, tasks.Contains(row.Id));
            return new RetentionOfOne(row.ConnectionId, rules.FateOf(facts), row.Marks.HasFlag(DeliveryMarks.ContentRemoved), pin);
        });
    }

    /// <summary>The last rounds, newest first.</summary>
    public async Task<IReadOnlyList<RetentionRun>> RunsAsync(int most, CancellationToken ct)
    {
        await using var context = await contexts.CreateDbContextAsync(ct);
        return await context.RetentionRuns.OrderByDescending(run => run.Id).Take(most).ToListAsync(ct);
    }

    private RetentionSettings Of(RetentionChoice? choice)
    {
        var defaults = options.Value.Rules;
        return new RetentionSettings(choice?.Over(defaults) ?? defaults, defaults, choice?.ChangedAt, choice?.ChangedBy);
    }
}
