using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Ledger;

/// <summary>
/// Rollups are read by connection and span, and each commit adds to a few of their lines: their migration makes them tables
/// without a row id, which have one tree instead of two.
/// </summary>
internal sealed class LedgerConfiguration :
    IEntityTypeConfiguration<LedgerCount>,
    IEntityTypeConfiguration<HourlyRollup>,
    IEntityTypeConfiguration<SlotRollup>,
    IEntityTypeConfiguration<QuarterRollup>,
    IEntityTypeConfiguration<HourlyLatency>,
    IEntityTypeConfiguration<SlotLatency>,
    IEntityTypeConfiguration<QuarterLatency>,
    IEntityTypeConfiguration<RequestSlot>
{
    public void Configure(EntityTypeBuilder<LedgerCount> count) =>
        count.ToTable("Ledger").HasKey(c => new { c.ConnectionId, c.Origin, c.State });

    public void Configure(EntityTypeBuilder<HourlyRollup> rollup)
    {
        rollup.ToTable("HourlyRollups").HasKey(r => new { r.ConnectionId, r.Hour, r.Origin, r.State, r.OnRetry, r.StatusCode, r.EventName, r.Code });
        Texts(rollup);
    }

    public void Configure(EntityTypeBuilder<SlotRollup> rollup)
    {
        rollup.ToTable("SlotRollups").HasKey(r => new { r.ConnectionId, r.Slot, r.Origin, r.State, r.OnRetry, r.StatusCode, r.EventName, r.Code });
        Texts(rollup);
    }

    public void Configure(EntityTypeBuilder<QuarterRollup> rollup)
    {
        rollup.ToTable("QuarterRollups").HasKey(r => new { r.ConnectionId, r.Quarter, r.Origin, r.State, r.OnRetry, r.StatusCode, r.EventName, r.Code });
        Texts(rollup);
    }

    public void Configure(EntityTypeBuilder<HourlyLatency> latency) =>
        latency.ToTable("HourlyLatencies").HasKey(l => new { l.ConnectionId, l.Hour, l.Origin, l.Bucket });

    public void Configure(EntityTypeBuilder<SlotLatency> latency) =>
        latency.ToTable("SlotLatencies").HasKey(l => new { l.ConnectionId, l.Slot, l.Origin, l.Bucket });

    public void Configure(EntityTypeBuilder<QuarterLatency> latency) =>
        latency.ToTable("QuarterLatencies").HasKey(l => new { l.ConnectionId, l.Quarter, l.Origin, l.Bucket });

    public void Configure(EntityTypeBuilder<RequestSlot> requests)
    {
        requests.ToTable("RequestSlots").HasKey(r => new { r.ConnectionId, r.Slot, r.Cause });
        requests.Property(r => r.Cause).HasMaxLength(Lengths.Cause);
    }

    private static void Texts<T>(EntityTypeBuilder<T> rollup)
        where T : Rollup
    {
        rollup.Property(r => r.EventName).HasMaxLength(Lengths.EventName);
        rollup.Property(r => r.Code).HasMaxLength(Lengths.Cause);
    }
}
