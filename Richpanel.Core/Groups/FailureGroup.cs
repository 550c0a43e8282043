using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Groups;

/// <summary>What people made of a group. Stored as a number: never renumber.</summary>
public enum GroupState
{
    Open = 1,
    Acknowledged = 2,

    /// <summary>Out of sight until a time; then it is open again by itself.</summary>
    Snoozed = 3,

    /// <summary>Over. A new failure opens it again, as regressed.</summary>
    Resolved = 4,

    /// <summary>Counted, and asks for nobody, whatever comes.</summary>
    Ignored = 5,
}

/// <summary>
/// Deliveries of one connection that failed alike (<see cref="FailurePrint"/>). Its counts move in the same transaction as the rows;
/// a row that fails anew in another way moves to that group, and the total of this one stays.
/// </summary>
public sealed class FailureGroup
{
    public long Id { get; set; }

    public long ConnectionId { get; set; }

    /// <summary><see cref="FailurePrint.HashFor"/>.</summary>
    public long Fingerprint { get; set; }

    public FailureStage Stage { get; set; }

    /// <summary>Code of the cause catalogue.</summary>
    public required string Cause { get; set; }

    /// <summary>HTTP status, where it tells more than the cause; else null.</summary>
    public int? StatusCode { get; set; }

    /// <summary>
    /// The group it is part of, because a person said that they are one thing; null = it stands for itself. That one's totals and times then
    /// hold this one's too, and only that one has a state. One deep: a part has no parts.
    /// </summary>
    public long? MergedIntoId { get; set; }

    /// <summary>What the other side said, with ids, numbers, e-mails, addresses, times and quoted values taken out of it; null when it said nothing.</summary>
    public string? Pattern { get; set; }

    public GroupState State { get; set; } = GroupState.Open;

    /// <summary>It was resolved, and came back.</summary>
    public bool IsRegressed { get; set; }

    /// <summary>Since when it is in its state.</summary>
    public DateTimeOffset StateAt { get; set; }

    /// <summary>Who put it there, as the change log names them; null = it came about by itself.</summary>
    public string? StateBy { get; set; }

    /// <summary>End of the snooze; null when it is not snoozed.</summary>
    public DateTimeOffset? SnoozedUntil { get; set; }

    /// <summary>Who looks after it, by name, while it is acknowledged; null = nobody.</summary>
    public string? Assignee { get; set; }

    public long? AssigneeId { get; set; }

    /// <summary>Deliveries that ever failed this way; of a part without those that failed in another way of the same whole later.</summary>
    public long Total { get; set; }

    /// <summary>Deliveries that are failed this way now.</summary>
    public long StillFailed { get; set; }

    public DateTimeOffset FirstSeenAt { get; set; }

    /// <summary>
    /// When the present flare-up began, after it was resolved or after <see cref="FailureGroups.Quiet"/> without a failure: the first try
    /// that went this way. With a schedule of retries that is long before the first delivery was given up.
    /// </summary>
    public DateTimeOffset BeganAt { get; set; }

    public DateTimeOffset LastSeenAt { get; set; }

    /// <summary>When a delivery of it last went out because somebody asked for it.</summary>
    public DateTimeOffset? LastRetriedAt { get; set; }

    /// <summary>Of a part its own; of a whole its own and its parts' together.</summary>
    internal GroupFigures Figures
    {
        get => new(Total, StillFailed, FirstSeenAt, BeganAt, LastSeenAt, LastRetriedAt);
        set => (Total, StillFailed, FirstSeenAt, BeganAt, LastSeenAt, LastRetriedAt) = value;
    }

    /// <summary>Open, and nobody has made anything of it.</summary>
    /// <param name="by">Who merged it into another; null when it stands for itself.</param>
    internal void Reset(DateTimeOffset now, string? by) =>
        (State, StateAt, StateBy, IsRegressed, SnoozedUntil, Assignee, AssigneeId) = (GroupState.Open, now, Lengths.Cut(by, Lengths.Name), false, null, null, null);

    /// <summary>A snooze ends by its clock, whether or not the row says so already.</summary>
    public GroupState StateNow(DateTimeOffset now) => State == GroupState.Snoozed && SnoozedUntil <= now ? GroupState.Open : State;

    /// <summary>Says so, if its time has come: nobody's, since then, and by nobody. False when there is nothing to end.</summary>
    public bool EndSnooze(DateTimeOffset now)
    {
        if (State != GroupState.Snoozed || SnoozedUntil is not { } until || until > now)
        {
            return false;
        }

        (State, StateAt, StateBy, SnoozedUntil, Assignee, AssigneeId) = (GroupState.Open, until, null, null, null, null);
        return true;
    }
}

/// <summary>Of a group with parts: its own figures, which its row counts together with theirs. There is one as long as it has parts.</summary>
public sealed class GroupOwn
{
    public long GroupId { get; set; }

    public long Total { get; set; }

    public long StillFailed { get; set; }

    public DateTimeOffset FirstSeenAt { get; set; }

    public DateTimeOffset BeganAt { get; set; }

    public DateTimeOffset LastSeenAt { get; set; }

    public DateTimeOffset? LastRetriedAt { get; set; }

    internal GroupFigures Figures
    {
        get => new(Total, StillFailed, FirstSeenAt, BeganAt, LastSeenAt, LastRetriedAt);
        set => (Total, StillFailed, FirstSeenAt, BeganAt, LastSeenAt, LastRetriedAt) = value;
    }
}

/// <summary>Failures of a group in one hour, by the time they failed. A delivery that fails twice counts twice.</summary>
public sealed class GroupHour
{
    public long GroupId { get; set; }

    /// <summary>Hours since 1970-01-01T00:00Z.</summary>
    public int Hour { get; set; }

    public long Count { get; set; }
}

/// <summary>What somebody wrote about a group. It stays whatever becomes of the deliveries.</summary>
public sealed class GroupNote
{
    public long Id { get; set; }

    public long GroupId { get; set; }

    public DateTimeOffset At { get; set; }

    public ActorKind AuthorKind { get; set; }

    public required string Author { get; set; }

    public required string Text { get; set; }
}

/// <summary>The numbers failure groups go by.</summary>
public static class FailureGroups
{
    public const int LongestNote = 2_000;

    public const int MostNotes = 200;

    /// <summary>Groups that one may be merged of, beside itself.</summary>
    public const int MostParts = 50;

    /// <summary>Different messages of one cause that get a group each; others share one as long as there are so many.</summary>
    public const int MostPatterns = 100;

    /// <summary>A group without a failure for so long, or a resolved one, takes the room of no other message.</summary>
    public static readonly TimeSpan PatternsCountedFor = TimeSpan.FromDays(30);

    /// <summary>After so long without a failure the next one begins a new flare-up.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromHours(6);

    /// <summary>Without a failure for so long, and with none failed left, a group resolves by itself.</summary>
    public static readonly TimeSpan ResolvedAfter = TimeSpan.FromDays(7);

    public static readonly TimeSpan LongestSnooze = TimeSpan.FromDays(90);

    /// <summary>A change this short before a flare-up is told beside it.</summary>
    public static readonly TimeSpan ChangesBefore = TimeSpan.FromMinutes(15);

    /// <summary>How long failures by hour are kept.</summary>
    public static readonly TimeSpan HoursKept = TimeSpan.FromDays(30);
}

internal sealed class FailureGroupConfiguration :
    IEntityTypeConfiguration<FailureGroup>,
    IEntityTypeConfiguration<GroupOwn>,
    IEntityTypeConfiguration<GroupHour>,
    IEntityTypeConfiguration<GroupNote>
{
    public void Configure(EntityTypeBuilder<FailureGroup> group)
    {
        group.ToTable("FailureGroups").HasKey(g => g.Id);
        group.Property(g => g.Cause).HasMaxLength(Lengths.Cause);
        group.Property(g => g.Pattern).HasMaxLength(MessagePattern.Longest);
        group.Property(g => g.StateBy).HasMaxLength(Lengths.Name);
        group.Property(g => g.Assignee).HasMaxLength(Lengths.Name);
        group.HasIndex(g => g.Fingerprint).IsUnique();
        group.HasIndex(g => new { g.ConnectionId, g.Stage, g.Cause });
        group.HasIndex(g => new { g.LastSeenAt, g.Id });
        group.HasIndex(g => g.MergedIntoId).HasFilter("\"MergedIntoId\" IS NOT NULL");
    }

    public void Configure(EntityTypeBuilder<GroupOwn> own)
    {
        own.ToTable("FailureGroupOwn").HasKey(o => o.GroupId);
        own.Property(o => o.GroupId).ValueGeneratedNever();
    }

    public void Configure(EntityTypeBuilder<GroupHour> hour)
    {
        hour.ToTable("FailureGroupHours").HasKey(h => new { h.GroupId, h.Hour });
        hour.HasIndex(h => h.Hour);
    }

    public void Configure(EntityTypeBuilder<GroupNote> note)
    {
        note.ToTable("FailureGroupNotes").HasKey(n => n.Id);
        note.Property(n => n.Author).HasMaxLength(Lengths.Name);
        note.Property(n => n.Text).HasMaxLength(FailureGroups.LongestNote);
        note.HasIndex(n => n.GroupId);
    }
}
