using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Causes;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.People;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Groups;

/// <summary>What became of a wish about a group.</summary>
/// <param name="Found">False: there is no such group.</param>
/// <param name="Fault">Why it was not done, a sentence; null when it was.</param>
/// <param name="Field">What the sentence is about.</param>
public sealed record GroupOutcome(bool Found, string? Field = null, string? Fault = null)
{
    public static GroupOutcome Missing { get; } = new(false);

    public static GroupOutcome Done { get; } = new(true);

    public bool IsDone => Found && Fault is null;
}

/// <summary>
/// What people make of a group: one method, one commit with its line of the change log. Doing again what is so already is harmless and
/// writes no line.
/// </summary>
public sealed class GroupActions(StoreWriter writer, PeopleDirectory people, ChangeWriting log, ChangeFeed changes, TimeProvider time)
{
    /// <summary>Somebody looks after it.</summary>
    /// <param name="assignee">Key of the person who shall; null = whoever does it.</param>
    /// <exception cref="ForbiddenException">As for every act; and for giving it to somebody else without <see cref="MayAssign"/>.</exception>
    public Task<GroupOutcome> AcknowledgeAsync(Actor by, long id, long? assignee = null)
    {
        by.Demand(Permission.ActOnOne);
        var (name, key) = (by.Name, by.Kind == ActorKind.Person ? by.Id : null);
        if (assignee is { } other && other != key)
        {
            by.DemandForAll(Permission.Operate);
            if (people.Find(other) is not { } person || !MayLookAfter(person))
            {
                return Task.FromResult(new GroupOutcome(true, "assignee", "There is no such person, or none who may look after it."));
            }

            (name, key) = (person.Name, other);
        }

        return ChangeAsync(by, Permission.ActOnOne, id, ChangeCatalog.GroupAcknowledged, group => WhyNot(group) ?? Put(group, GroupState.Acknowledged, name, key));
    }

    /// <summary>Whoever gives it to somebody else reads the names of colleagues.</summary>
    public static bool MayAssign(Actor by) => by.May(Permission.Operate) && by.Connections is null;

    /// <summary>Who can sign in and may then do something about it.</summary>
    public static bool MayLookAfter(Person person) => person is { DisabledAt: null, InvitedUntil: null } && Rights.May(person.Role, Permission.ActOnOne);

    /// <summary>Out of sight until then, whatever fails meanwhile.</summary>
    public Task<GroupOutcome> SnoozeAsync(Actor by, long id, DateTimeOffset until)
    {
        by.Demand(Permission.ActOnOne);
        var now = time.GetUtcNow();
        if (until <= now || until > now + FailureGroups.LongestSnooze)
        {
            return Task.FromResult(new GroupOutcome(true, "until", "Give a time that is still to come, at most 90 days from now."));
        }

        return ChangeAsync(by, Permission.ActOnOne, id, ChangeCatalog.GroupSnoozed, group => WhyNot(group) ?? Put(group, GroupState.Snoozed, until: until));
    }

    /// <summary>It is over. A failure later than this opens it again.</summary>
    public Task<GroupOutcome> ResolveAsync(Actor by, long id) => StateAsync(by, Permission.Operate, id, ChangeCatalog.GroupResolved, GroupState.Resolved);

    /// <summary>It is no trouble, and never will be.</summary>
    public Task<GroupOutcome> IgnoreAsync(Actor by, long id) => StateAsync(by, Permission.Operate, id, ChangeCatalog.GroupIgnored, GroupState.Ignored);

    /// <summary>It is trouble after all: open, and nobody's.</summary>
    /// <exception cref="ForbiddenException">As for every act; and where it is over without <see cref="ToReopen"/>.</exception>
    public Task<GroupOutcome> ReopenAsync(Actor by, long id) => ChangeAsync(by, Permission.ActOnOne, id, ChangeCatalog.GroupReopened, group =>
    {
        by.Demand(ToReopen(group.State));
        return Put(group, GroupState.Open);
    });

    /// <summary>Who says that it is over, or no trouble, also takes that back.</summary>
    public static Permission ToReopen(GroupState state) => state is GroupState.Resolved or GroupState.Ignored ? Permission.Operate : Permission.ActOnOne;

    /// <summary>Adds a note. It stays, whatever becomes of the deliveries.</summary>
    public async Task<GroupOutcome> NoteAsync(Actor by, long id, string? text)
    {
        by.Demand(Permission.ActOnOne);
        var written = text?.Trim() ?? "";
        if (written.Length is 0 or > FailureGroups.LongestNote)
        {
            return new GroupOutcome(true, "text", $"Write a note of at most {FailureGroups.LongestNote} characters.");
        }

        var outcome = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            if (Find(context, by, Permission.ActOnOne, id) is not { } group)
            {
                return GroupOutcome.Missing;
            }

            if (context.GroupNotes.Count(note => note.GroupId == id) >= FailureGroups.MostNotes)
            {
                return new GroupOutcome(true, "text", $"There are {FailureGroups.MostNotes} notes already, and no more are kept.");
            }

            context.GroupNotes.Add(new GroupNote { GroupId = id, At = time.GetUtcNow(), AuthorKind = by.Kind, Author = Lengths.Cut(by.Name, Lengths.Name)!, Text = written });
            Append(context, by, group, ChangeCatalog.GroupNoted, []);
            context.SaveChanges();
            return GroupOutcome.Done;
        });
        changes.Raise();
        return outcome;
    }

    private Task<GroupOutcome> StateAsync(Actor by, Permission right, long id, ChangeAction action, GroupState state) =>
        ChangeAsync(by, right, id, action, group => Put(group, state));

    /// <param name="change">Changes it, and says what it changed.</param>
    private async Task<GroupOutcome> ChangeAsync(Actor by, Permission right, long id, ChangeAction action, Func<FailureGroup, Changed> change)
    {
        by.Demand(right);
        var outcome = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            if (Find(context, by, right, id) is not { } group)
            {
                return GroupOutcome.Missing;
            }

            if (group.MergedIntoId is { } whole)
            {
                return new GroupOutcome(true, "state", $"It is part of {PublicId.Group(whole)} and has no state of its own. Act on that one, or split it off first.");
            }

            var now = time.GetUtcNow();
            group.EndSnooze(now);   // what the clock has ended is over, whether or not the row says so already
            var (fields, fault) = change(group);
            if (fault is null && fields.Count > 0)
            {
                (group.StateAt, group.StateBy) = (now, Lengths.Cut(by.Name, Lengths.Name));
                Append(context, by, group, action, fields);
            }

            context.SaveChanges();
            return fault is null ? GroupOutcome.Done : new GroupOutcome(true, "state", fault);
        });
        changes.Raise();
        return outcome;
    }

    /// <summary>Nobody looks after what is over or ignored.</summary>
    private static Changed? WhyNot(FailureGroup group) => group.State switch
    {
        GroupState.Resolved => new([], "It is resolved. Open it again first."),
        GroupState.Ignored => new([], "It is ignored. Open it again first."),
        _ => null,
    };

    /// <summary>Only of an acknowledged group somebody looks after it; only a snoozed one has an end of it.</summary>
    private static Changed Put(FailureGroup group, GroupState state, string? assignee = null, long? assigneeId = null, DateTimeOffset? until = null)
    {
        assignee = Lengths.Cut(assignee, Lengths.Name);
        var fields = FieldChange.Between(("assignee", group.Assignee, assignee), ("state", group.State, state), ("until", group.SnoozedUntil, until));
        (group.State, group.Assignee, group.AssigneeId, group.SnoozedUntil) = (state, assignee, assigneeId, until);
        group.IsRegressed = group.IsRegressed && state is not (GroupState.Resolved or GroupState.Ignored);
        return new(fields);
    }

    internal static FailureGroup? Find(ConsoleDbContext context, Actor by, Permission right, long id)
    {
        if (context.FailureGroups.AsTracking().SingleOrDefault(group => group.Id == id) is not { } group)
        {
            return null;
        }

        by.Demand(right, context.Connections.AsNoTracking().Single(connection => connection.Id == group.ConnectionId));
        return group;
    }

    private void Append(ConsoleDbContext context, Actor by, FailureGroup group, ChangeAction action, IReadOnlyList<FieldChange> fields) =>
        log.Append(context, by, new Change(action, PublicId.Group(group.Id), CauseCatalog.Find(group.Cause).Title) { Fields = fields });

    /// <param name="Fault">Why nothing was changed, a sentence.</param>
    private sealed record Changed(IReadOnlyList<FieldChange> Fields, string? Fault = null);
}
