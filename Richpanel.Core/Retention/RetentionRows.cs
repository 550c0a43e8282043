using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Retention;

/// <summary>The one row of what an admin decided; while a number is null, the option of section Retention holds.</summary>
public sealed class RetentionChoice
{
    public const int TheOne = 1;

    public int Id { get; set; }

    public bool? Enabled { get; set; }

    public int? AcceptedDays { get; set; }

    public int? FailedDays { get; set; }

    public int? RowDays { get; set; }

    public int? RefusedDays { get; set; }

    public DateTimeOffset? ChangedAt { get; set; }

    /// <summary>As the change log names them.</summary>
    public string? ChangedBy { get; set; }

    internal RetentionRules Over(RetentionRules options) => new(
        Enabled ?? options.Enabled, AcceptedDays ?? options.AcceptedDays, FailedDays ?? options.FailedDays, RowDays ?? options.RowDays, RefusedDays ?? options.RefusedDays);
}

/// <summary>A delivery that somebody wants kept, whatever its age.</summary>
public sealed class Pin
{
    public long DeliveryId { get; set; }

    /// <summary>In the person's words, personal values as keyed hashes.</summary>
    public required string Reason { get; set; }

    public required string By { get; set; }

    public DateTimeOffset At { get; set; }
}

/// <summary>One round that removed what was too old.</summary>
public sealed class RetentionRun
{
    /// <summary>Rounds that are remembered.</summary>
    public const int Kept = 100;

    public long Id { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Who asked for it; the product itself for a round that came by its time.</summary>
    public required string By { get; set; }

    /// <summary>Deliveries that lost their content and keep their row.</summary>
    public long Contents { get; set; }

    /// <summary>Deliveries of which only the count is left.</summary>
    public long Rows { get; set; }

    /// <summary>Samples of refused requests.</summary>
    public long Refused { get; set; }

    /// <summary>Bytes of what was removed, as it was kept.</summary>
    public long Bytes { get; set; }

    /// <summary>Bytes that the database file became smaller by.</summary>
    public long GivenBack { get; set; }

    /// <summary>It was ended before its end: by a stop of the product, or by a fault that stands in the log.</summary>
    public bool BrokenOff { get; set; }
}

internal sealed class RetentionConfiguration : IEntityTypeConfiguration<RetentionChoice>, IEntityTypeConfiguration<Pin>, IEntityTypeConfiguration<RetentionRun>
{
    public void Configure(EntityTypeBuilder<RetentionChoice> choice)
    {
        choice.ToTable("RetentionChoice").HasKey(c => c.Id);
        choice.Property(c => c.Id).ValueGeneratedNever();
        choice.Property(c => c.ChangedBy).HasMaxLength(Lengths.Name);
    }

    public void Configure(EntityTypeBuilder<Pin> pin)
    {
        pin.ToTable("Pins").HasKey(p => p.DeliveryId);
        pin.Property(p => p.DeliveryId).ValueGeneratedNever();
        pin.Property(p => p.Reason).HasMaxLength(Lengths.Reason);
        pin.Property(p => p.By).HasMaxLength(Lengths.Name);
    }

    public void Configure(EntityTypeBuilder<RetentionRun> run)
    {
        run.ToTable("RetentionRuns").HasKey(r => r.Id);
        run.Property(r => r.By).HasMaxLength(Lengths.Name);
    }
}
