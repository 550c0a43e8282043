using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Richpanel.Core.Access;
using Richpanel.Core.Storage;

namespace Richpanel.Core.ChangeLog;

/// <summary>
/// One line of the change log: who did what to what, from where, why and when. Never changed, never removed: the database refuses
/// it, and each line's hash covers the one before. Secrets stand in it as "changed", customers' values only as keyed hashes.
/// </summary>
public sealed class ChangeEntry
{
    /// <summary>1, 2, 3 … without gaps.</summary>
    public long Id { get; init; }

    public DateTimeOffset At { get; init; }

    public ActorKind ActorKind { get; init; }

    public long? ActorId { get; init; }

    public required string ActorName { get; init; }

    /// <summary>Code of <see cref="ChangeCatalog"/>, such as <c>connection.changed</c>.</summary>
    public required string Action { get; init; }

    /// <summary>Public id of what was changed, such as <c>con_1</c>; null when it is the product itself.</summary>
    public string? ObjectId { get; init; }

    public string? ObjectName { get; init; }

    /// <summary>JSON array of {field, before, after}; null when nothing has a before and after.</summary>
    public string? Fields { get; init; }

    /// <summary>How many things it touched, where that is not one.</summary>
    public long? Count { get; init; }

    /// <summary>In the person's words.</summary>
    public string? Reason { get; init; }

    /// <summary>Remote address; null when there was none.</summary>
    public string? Address { get; init; }

    /// <summary>SHA-256 over the hash before and everything above.</summary>
    public byte[] Hash { get; internal set; } = [];

    /// <summary>Keyed hash of <see cref="Hash"/>: who has only the database cannot make it.</summary>
    public byte[] Seal { get; internal set; } = [];
}

internal sealed class ChangeEntryConfiguration : IEntityTypeConfiguration<ChangeEntry>
{
    public void Configure(EntityTypeBuilder<ChangeEntry> entry)
    {
        entry.ToTable("ChangeLog").HasKey(e => e.Id);
        entry.Property(e => e.Id).ValueGeneratedNever();
        entry.Property(e => e.ActorName).HasMaxLength(Lengths.Name);
        entry.Property(e => e.Action).HasMaxLength(Lengths.Cause);
        entry.Property(e => e.ObjectId).HasMaxLength(Lengths.Key);
        entry.Property(e => e.ObjectName).HasMaxLength(Lengths.EventName);
        entry.Property(e => e.Reason).HasMaxLength(Lengths.Reason);
        entry.Property(e => e.Address).HasMaxLength(64);
        entry.HasIndex(e => new { e.ObjectId, e.Id });
        entry.HasIndex(e => new { e.ActorKind, e.ActorId, e.Id });
    }
}
