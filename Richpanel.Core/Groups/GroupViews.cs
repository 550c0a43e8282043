using Richpanel.Core.Access;
using Richpanel.Core.Causes;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Deliveries.Log;

namespace Richpanel.Core.Groups;

/// <summary>Which groups a list shows; null = not narrowed by it.</summary>
/// <param name="State">As it is now, ended snoozes being open.</param>
/// <param name="NeedsAttention">Only open and acknowledged ones.</param>
/// <param name="Cause">Code of the cause catalogue.</param>
/// <param name="Assignee">Key of the person who looks after it; <see cref="Nobody"/> = nobody does; see <see cref="AssigneeOf"/>.</param>
public sealed record GroupFilter(GroupState? State = null, bool NeedsAttention = false, long? ConnectionId = null, string? Cause = null, long? Assignee = null)
{
    /// <summary>No person has this key.</summary>
    public const long Nobody = 0;

    /// <summary>The word of pages and API for who asks.</summary>
    public const string MeWord = "me";

    /// <summary>The word of pages and API for <see cref="Nobody"/>.</summary>
    public const string NobodyWord = "nobody";

    /// <param name="word"><see cref="MeWord"/>, <see cref="NobodyWord"/>, or the public id of a person.</param>
    /// <returns>Null for a word that names nobody, and for <see cref="MeWord"/> of who is no person.</returns>
    public static long? AssigneeOf(string word, Actor by) => word.ToLowerInvariant() switch
    {
        MeWord => by.Kind == ActorKind.Person ? by.Id : null,
        NobodyWord => Nobody,
        var id => PublicId.Parse(id, "per"),
    };
}

/// <summary>Where a page of groups begins: below this one, in the order of their last failure.</summary>
public sealed record GroupCursor(DateTimeOffset LastSeenAt, long Id)
{
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{LastSeenAt.UtcTicks}-{Id}");

    /// <summary>Null for what is no cursor.</summary>
    public static GroupCursor? Parse(string? text) =>
        text?.Split('-') is [var ticks, var id] && Number(ticks) is { } at && at <= DateTimeOffset.MaxValue.UtcTicks && Number(id) is { } key
            ? new GroupCursor(new DateTimeOffset(at, TimeSpan.Zero), key)
            : null;

    private static long? Number(string text) => long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>How many customers are among a group's newest deliveries.</summary>
/// <param name="LookedAt">Not null when only so many of the newest were looked at.</param>
public sealed record GroupCustomers(int Count, int? LookedAt);

/// <summary>A customer among a group's newest deliveries.</summary>
/// <param name="Deliveries">How many of those are theirs.</param>
/// <param name="Newest">Their newest one in the group, masked by sight.</param>
public sealed record GroupCustomer(int Deliveries, LogRow Newest);

/// <summary>A group that was merged into another one.</summary>
/// <param name="Cause">Code of the cause catalogue.</param>
public sealed record GroupPart(long Id, string Cause);

/// <summary>What is failed now, counted by one thing that the log knows of each delivery.</summary>
/// <param name="Total">Everything that is failed now, however many values there are.</param>
public sealed record FailedBy(LogValueCounts Counts, long Total);

/// <summary>A group as a list shows it.</summary>
/// <param name="Group">Its pattern masked for whoever may not see personal data.</param>
/// <param name="State">As it is now.</param>
/// <param name="Hours">Failures of the last 24 hours, oldest first; the last of them is the one under way.</param>
/// <param name="DayBefore">Failures of the 24 hours before those.</param>
/// <param name="Note">The newest note, of a part of it too; null when there is none.</param>
/// <param name="Parts">Other groups that were merged into it.</param>
public sealed record GroupLine(FailureGroup Group, GroupState State, IReadOnlyList<long> Hours, long DayBefore, GroupCustomers Customers, GroupNote? Note, IReadOnlyList<GroupPart> Parts)
{
    public const int HoursShown = 24;

    public Cause Cause => CauseCatalog.Find(Group.Cause);

    public long LastDay => Hours.Sum();

    /// <summary>Keys: its own and its parts'.</summary>
    public IReadOnlyList<long> Family => [Group.Id, .. Parts.Select(part => part.Id)];
}

/// <summary>A page of groups, the one that failed last first.</summary>
/// <param name="IsPartial">Failures of an earlier version are still being grouped: there is more than this says.</param>
public sealed record GroupList(IReadOnlyList<GroupLine> Lines, GroupCursor? Next, bool IsPartial = false);

/// <summary>What sort of thing was changed, for whoever may not read by whom and what exactly.</summary>
public enum GroupChangeKind
{
    /// <summary>A setting of the connection or of one of its sources.</summary>
    Setting,

    /// <summary>A secret or a write key.</summary>
    Secret,

    /// <summary>Paused, resumed or released.</summary>
    Flow,

    /// <summary>The scenario of the sandbox.</summary>
    Scenario,

    /// <summary>This product was started, perhaps as another version.</summary>
    Start,

    /// <summary>This product went on from a backup.</summary>
    Restore,
}

/// <summary>Something that was changed shortly before a flare-up began.</summary>
/// <param name="Line">Null for whoever may not read the change log: then only when, and of what kind.</param>
public sealed record GroupChange(DateTimeOffset At, GroupChangeKind Kind, ChangeEntry? Line)
{
    private static readonly string[] s_flow = [ChangeCatalog.ConnectionPaused.Code, ChangeCatalog.ConnectionResumed.Code, ChangeCatalog.ConnectionReleased.Code];
    private static readonly string[] s_secrets = ["secret.", "webhook-secret.", ChangeCatalog.WriteKeyRotated.Code, ChangeCatalog.OldWriteKeyEnded.Code];

    /// <param name="action">Code of the change catalogue.</param>
    public static GroupChangeKind KindOf(string action) => action switch
    {
        _ when action == ChangeCatalog.Started.Code => GroupChangeKind.Start,
        _ when action == ChangeCatalog.BackupRestored.Code => GroupChangeKind.Restore,
        _ when action == ChangeCatalog.ScenarioSet.Code => GroupChangeKind.Scenario,
        _ when s_flow.Contains(action) => GroupChangeKind.Flow,
        _ when s_secrets.Any(family => action.StartsWith(family, StringComparison.Ordinal)) => GroupChangeKind.Secret,
        _ => GroupChangeKind.Setting,
    };
}

/// <summary>A group with everything a person wants to see of it.</summary>
/// <param name="Notes">Oldest first.</param>
/// <param name="Changes">Newest first.</param>
/// <param name="IsBeforeLog">The flare-up began before the change log does, so that nobody knows what was changed then.</param>
/// <param name="MostAffected">The customers with the most deliveries in it, the one with most first.</param>
/// <param name="Samples">The newest deliveries of it, masked by sight.</param>
/// <param name="IsPartial">As in <see cref="GroupList"/>.</param>
/// <param name="Parts">Groups that were merged into it, with their own counts, the one that failed last first.</param>
/// <param name="Whole">The group it was merged into; null when it stands for itself.</param>
public sealed record GroupDetail(
    GroupLine Line, IReadOnlyList<GroupNote> Notes, IReadOnlyList<GroupChange> Changes, bool IsBeforeLog, IReadOnlyList<GroupCustomer> MostAffected, IReadOnlyList<LogRow> Samples, bool IsPartial,
    IReadOnlyList<FailureGroup> Parts, FailureGroup? Whole);
