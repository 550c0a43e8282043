using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Causes;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Groups;

/// <summary>
/// A person says that two failure groups are one thing, or that they are not after all. Rows stay in the group of their kind, so that
/// nothing has to be moved, whatever the size of a group, and everything can be taken back.
/// </summary>
public sealed class GroupMerges(StoreWriter writer, ChangeWriting log, ChangeFeed changes, TimeProvider time)
{
    /// <summary>Makes a group, with what was merged into it, part of another of its connection.</summary>
    public Task<GroupOutcome> MergeAsync(Actor by, long id, long into) => DoAsync(by, id, (context, part) =>
    {
        if (part.MergedIntoId == into)
        {
            return null;
        }

        if (context.FailureGroups.AsTracking().SingleOrDefault(one => one.Id == into && one.ConnectionId == part.ConnectionId) is not { } whole)
        {
            return "This connection has no such failure group. Only groups of the same connection can be merged.";
        }

        var parts = context.FailureGroups.AsTracking().Where(one => one.MergedIntoId == id).ToList();
        if (WhyNot(part, whole, parts.Count + 1 + context.FailureGroups.Count(one => one.MergedIntoId == into)) is { } fault)
        {
            return fault;
        }

        foreach (var one in parts)   // one deep
        {
            part.Leave(one, GroupTimes.Of(context, [id]));
            whole.Take(one);
        }

        whole.Take(part);
        part.Reset(time.GetUtcNow(), by.Name);
        Append(context, by, part, ChangeCatalog.GroupMerged, null, PublicId.Group(into));
        return null;
    });

    /// <summary>Lets it stand for itself again: open, and nobody's.</summary>
    public Task<GroupOutcome> SplitAsync(Actor by, long id) => DoAsync(by, id, (context, part) =>
    {
        if (part.MergedIntoId is not { } into)
        {
            return null;
        }

        var left = context.FailureGroups.Where(one => one.MergedIntoId == into && one.Id != id).Select(one => one.Id).ToList();
        context.FailureGroups.AsTracking().Single(one => one.Id == into).Leave(part, GroupTimes.Of(context, [into, .. left]));
        part.MergedIntoId = null;
        part.Reset(time.GetUtcNow(), null);
        Append(context, by, part, ChangeCatalog.GroupSplit, PublicId.Group(into), null);
        return null;
    });

    private static string? WhyNot(FailureGroup part, FailureGroup whole, int parts) =>
        part.Id == whole.Id ? "A group cannot be merged into itself. Choose another one."
        : part.MergedIntoId is { } other ? $"It is part of {PublicId.Group(other)} already. Split it off first."
        : whole.MergedIntoId is { } larger ? $"{PublicId.Group(whole.Id)} is part of {PublicId.Group(larger)}. Choose that one."
        : whole.State == GroupState.Resolved ? $"{PublicId.Group(whole.Id)} is resolved. Open it again first."
        : parts > FailureGroups.MostParts ? $"A group is merged of at most {FailureGroups.MostParts} others."
        : null;

    /// <param name="change">Changes it; why not, a sentence, or null.</param>
    private async Task<GroupOutcome> DoAsync(Actor by, long id, Func<ConsoleDbContext, FailureGroup, string?> change)
    {
        by.Demand(Permission.Operate);
        var outcome = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            if (GroupActions.Find(context, by, Permission.Operate, id) is not { } group)
            {
                return GroupOutcome.Missing;
            }

            var fault = change(context, group);
            if (fault is null)
            {
                context.SaveChanges();
            }

            return fault is null ? GroupOutcome.Done : new GroupOutcome(true, "into", fault);
        });
        changes.Raise();
        return outcome;
    }

    private void Append(ConsoleDbContext context, Actor by, FailureGroup group, ChangeAction action, string? before, string? after) =>
        log.Append(context, by, new Change(action, PublicId.Group(group.Id), CauseCatalog.Find(group.Cause).Title) { Fields = FieldChange.Between(("mergedInto", before, after)) });
}
