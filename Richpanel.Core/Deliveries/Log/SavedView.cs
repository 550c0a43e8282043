using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>A view of the delivery log that somebody keeps.</summary>
public sealed class SavedView
{
    public long Id { get; set; }

    /// <summary>Kind and key of who made it, such as <c>Person:7</c>.</summary>
    public required string Owner { get; set; }

    public required string Name { get; set; }

    public bool IsShared { get; set; }

    /// <summary>Among its owner's, or among the shared ones.</summary>
    public int Position { get; set; }

    /// <summary>The query's text, sealed by the key ring: it may hold a customer's e-mail.</summary>
    public required byte[] SealedQuery { get; set; }

    /// <summary>Names of columns with commas between; null = as the person has them.</summary>
    public string? Columns { get; set; }
}

internal sealed class SavedViewConfiguration : IEntityTypeConfiguration<SavedView>
{
    public void Configure(EntityTypeBuilder<SavedView> view)
    {
        view.ToTable("SavedViews").HasKey(v => v.Id);
        view.Property(v => v.Owner).HasMaxLength(Lengths.Name);
        view.Property(v => v.Name).HasMaxLength(Lengths.Name);
        view.Property(v => v.Columns).HasMaxLength(1_000);
        view.HasIndex(v => v.Owner);
    }
}
