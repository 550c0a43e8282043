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

        var moved = PartsOf(context, id);
        var parts = PartsOf(context, into);
        if (WhyNot(part, whole, moved.Count + parts.Count + 1) is { } fault)
        {
            return fault;
        }

        var together = GroupFigures.Together([whole.Figures, part.Figures]);   // each with what is in it
        if (context.GroupOwn.AsTracking().SingleOrDefault(own => own.GroupId == id) is { } ownOfPart)
        {
            part.Figures = ownOfPart.Figures;   // one deep: its parts go along
            context.Remove(ownOfPart);
        }

        foreach (var one in moved)
        {
            Move(context, by, one, whole, ChangeCatalog.GroupMerged);
        }

        Move(context, by, part, whole, ChangeCatalog.GroupMerged);
        if (parts.Count == 0)
        {
            context.Add(new GroupOwn { GroupId = into, Figures = whole.Figures });
        }

        whole.Figures = together;
        return null;
    });

    /// <summary>Lets it stand for itself again: open, and nobody's.</summary>
    public Task<GroupOutcome> SplitAsync(Actor by, long id) => DoAsync(by, id, (context, part) =>
    {
        if (part.MergedIntoId is not { } into)
        {
            return null;
        }

        var whole = context.FailureGroups.AsTracking().Single(one => one.Id == into);
        var own = context.GroupOwn.AsTracking().Single(one => one.GroupId == into);
        var left = PartsOf(context, into).Where(one => one.Id != id).ToList();
        whole.Figures = GroupFigures.Together([own.Figures, .. left.Select(one => one.Figures)]).WithoutBefore(whole.BeganAt);
        if (left.Count == 0)
        {
            context.Remove(own);
        }

        Move(context, by, part, null, ChangeCatalog.GroupSplit);
        return null;
    });

    private static List<FailureGroup> PartsOf(ConsoleDbContext context, long id) => [.. context.FailureGroups.AsTracking().Where(one => one.MergedIntoId == id)];

    /// <summary>What people made of it ends here: a part has no state, and what is split off is open and nobody's.</summary>
    private void Move(ConsoleDbContext context, Actor by, FailureGroup part, FailureGroup? into, ChangeAction action)
    {
        var fields = FieldChange.Between(
            ("mergedInto", Id(part.MergedIntoId), Id(into?.Id)), ("state", part.State, GroupState.Open), ("assignee", part.Assignee, null), ("until", part.SnoozedUntil, null));
        if (into is not null)
        {
            Append(context, by, ChangeCatalog.GroupTookIn, into, [new FieldChange("part", null, Id(part.Id))]);
        }

        Append(context, by, action, part, fields);
        part.MergedIntoId = into?.Id;
        part.Reset(time.GetUtcNow(), into is null ? null : by.Name);

        static string? Id(long? group) => group is { } key ? PublicId.Group(key) : null;
    }

    /// <summary>Saved at once, because a line is chained to the one before.</summary>
    private void Append(ConsoleDbContext context, Actor by, ChangeAction action, FailureGroup group, IReadOnlyList<FieldChange> fields)
    {
        log.Append(context, by, new Change(action, PublicId.Group(group.Id), CauseCatalog.Find(group.Cause).Title) { Fields = fields });
        context.SaveChanges();
    }

    private static string? WhyNot(FailureGroup part, FailureGroup whole, int parts) =>
        part.Id == whole.Id ? "A group cannot be merged into itself. Choose another one."
        : whole.MergedIntoId == part.Id ? $"{PublicId.Group(whole.Id)} is part of this one. Split it off first."
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
}
