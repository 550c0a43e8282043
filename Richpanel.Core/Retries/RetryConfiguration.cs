using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Retries;

/// <summary>Items and counts have no row id (their migration says so): one tree instead of two for a hundred thousand rows at once.</summary>
internal sealed class RetryConfiguration :
    IEntityTypeConfiguration<RetryBatch>, IEntityTypeConfiguration<RetryItem>, IEntityTypeConfiguration<RetryCount>
{
    public void Configure(EntityTypeBuilder<RetryBatch> batch)
    {
        batch.ToTable("RetryBatches").HasKey(b => b.Id);
        batch.Property(b => b.ByName).HasMaxLength(Lengths.Name);
        batch.Property(b => b.Scope).HasMaxLength(Lengths.Url);
        batch.HasIndex(b => b.State, "IX_RetryBatches_State");
        batch.Ignore(b => b.Left).Ignore(b => b.IsActive).Ignore(b => b.HasEnded).Ignore(b => b.Sends);
    }

    public void Configure(EntityTypeBuilder<RetryItem> item)
    {
        item.ToTable("RetryItems").HasKey(i => new { i.BatchId, i.DeliveryId });
        item.Property(i => i.Reason).HasMaxLength(Lengths.Cause);

        // What goes next, by connection, so that one that is stopped holds up no other.
        item.HasIndex(i => new { i.BatchId, i.ConnectionId, i.DeliveryId }, "IX_RetryItems_Planned").HasFilter("\"State\" = 1");

        // Which were left alone, and why? Few.
        item.HasIndex(i => new { i.BatchId, i.DeliveryId }, "IX_RetryItems_Skipped").HasFilter("\"State\" = 3");
    }

    public void Configure(EntityTypeBuilder<RetryCount> count)
    {
        count.ToTable("RetryCounts").HasKey(c => new { c.BatchId, c.State, c.Cause });
        count.Property(c => c.Cause).HasMaxLength(Lengths.Cause);
    }
}
