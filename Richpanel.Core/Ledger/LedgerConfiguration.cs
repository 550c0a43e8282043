using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Ledger;

internal sealed class LedgerConfiguration : IEntityTypeConfiguration<LedgerCount>, IEntityTypeConfiguration<HourlyRollup>
{
    public void Configure(EntityTypeBuilder<LedgerCount> count) =>
        count.ToTable("Ledger").HasKey(c => new { c.ConnectionId, c.Origin, c.State });

    public void Configure(EntityTypeBuilder<HourlyRollup> rollup)
    {
        rollup.ToTable("HourlyRollups").HasKey(r => new { r.ConnectionId, r.Hour, r.Origin, r.State, r.EventName, r.Code });
        rollup.Property(r => r.EventName).HasMaxLength(Lengths.EventName);
        rollup.Property(r => r.Code).HasMaxLength(Lengths.Cause);
    }
}
