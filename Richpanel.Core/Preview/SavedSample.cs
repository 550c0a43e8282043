using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Preview;

/// <summary>A call that somebody saved for everybody.</summary>
public sealed class SavedSample
{
    public long Id { get; set; }

    /// <summary>Unique without regard to case.</summary>
    public required string Name { get; set; }

    /// <summary>The Segment call as JSON text, formatted as it was typed; a write key in it was removed.</summary>
    public required string Call { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>As the change log names them.</summary>
    public required string CreatedBy { get; set; }
}

internal sealed class SavedSampleConfiguration : IEntityTypeConfiguration<SavedSample>
{
    public void Configure(EntityTypeBuilder<SavedSample> sample)
    {
        sample.ToTable("Samples").HasKey(s => s.Id);
        sample.Property(s => s.Name).HasMaxLength(Lengths.Name);
        sample.Property(s => s.CreatedBy).HasMaxLength(Lengths.Name);
        sample.HasIndex(s => s.Name).IsUnique();
    }
}
