using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Connections;

internal sealed class ConnectionConfiguration :
    IEntityTypeConfiguration<Connection>,
    IEntityTypeConfiguration<Source>,
    IEntityTypeConfiguration<BootstrapEntry>
{
    public void Configure(EntityTypeBuilder<Connection> connection)
    {
        connection.ToTable("Connections").HasKey(c => c.Id);
        connection.Property(c => c.Name).HasMaxLength(Lengths.Name).UseCollation("NOCASE");
        connection.Property(c => c.BaseUrl).HasMaxLength(Lengths.Url);
        connection.Property(c => c.ApiKey).HasMaxLength(Lengths.Key);
        connection.Property(c => c.HoldCause).HasMaxLength(Lengths.Cause);
        connection.Property(c => c.RetryWaits).HasMaxLength(RetryWaits.LongestText);
        connection.Ignore(c => c.Mapping);
        connection.HasIndex(c => c.Name).IsUnique();
    }

    public void Configure(EntityTypeBuilder<Source> source)
    {
        source.ToTable("Sources").HasKey(s => s.Id);
        source.Property(s => s.Name).HasMaxLength(Lengths.Name);
        source.Property(s => s.PublicId).HasMaxLength(32);
        source.HasOne<Connection>().WithMany().HasForeignKey(s => s.ConnectionId).OnDelete(DeleteBehavior.Restrict);
        source.HasIndex(s => s.PublicId).IsUnique();
        source.HasIndex(s => s.WriteKeyHash).IsUnique();
    }

    public void Configure(EntityTypeBuilder<BootstrapEntry> entry) => entry.ToTable("BootstrapEntries").HasKey(e => e.Key);
}
