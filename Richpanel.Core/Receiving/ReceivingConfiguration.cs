using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Receiving;

internal sealed class ReceivingConfiguration :
    IEntityTypeConfiguration<ReceivedRequest>,
    IEntityTypeConfiguration<ExpansionCursor>,
    IEntityTypeConfiguration<RejectedRequest>,
    IEntityTypeConfiguration<RequestCount>
{
    public void Configure(EntityTypeBuilder<ReceivedRequest> request) => request.ToTable("Requests").HasKey(r => r.Id);

    public void Configure(EntityTypeBuilder<ExpansionCursor> cursor)
    {
        cursor.ToTable("ExpansionCursor").HasKey(c => c.Id);
        cursor.Property(c => c.Id).ValueGeneratedNever();
        cursor.HasData(new ExpansionCursor { Id = 1, RequestId = 0 });
    }

    public void Configure(EntityTypeBuilder<RejectedRequest> rejected)
    {
        rejected.ToTable("RejectedRequests").HasKey(r => r.Id);
        rejected.Property(r => r.Cause).HasMaxLength(Lengths.Cause);
    }

    public void Configure(EntityTypeBuilder<RequestCount> count)
    {
        count.ToTable("RequestCounts").HasKey(c => new { c.ConnectionId, c.Cause });
        count.Property(c => c.Cause).HasMaxLength(Lengths.Cause);
    }
}
