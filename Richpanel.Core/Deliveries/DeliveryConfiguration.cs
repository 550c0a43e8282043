using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

internal sealed class DeliveryConfiguration :
    IEntityTypeConfiguration<Delivery>,
    IEntityTypeConfiguration<Attempt>,
    IEntityTypeConfiguration<Exchange>,
    IEntityTypeConfiguration<MappedCall>,
    IEntityTypeConfiguration<SearchState>
{
    /// <summary>
    /// What ended otherwise than accepted, by event, newest first. Made by its migration: a model cannot say that an index compares without
    /// case. SQLite uses it only where <see cref="EndedOtherwise"/> stands word for word.
    /// </summary>
    internal const string EndedEventIndex = "IX_Deliveries_EndedEvent";

    internal const string EndedOtherwise = """ "State" IN (4,5,6) """;

    public void Configure(EntityTypeBuilder<Delivery> delivery)
    {
        delivery.ToTable("Deliveries").HasKey(d => d.Id);
        delivery.Property(d => d.EventName).HasMaxLength(Lengths.EventName);
        delivery.Property(d => d.MessageId).HasMaxLength(Lengths.MessageId);
        delivery.Property(d => d.UserId).HasMaxLength(Lengths.Key);
        delivery.Property(d => d.AnonymousId).HasMaxLength(Lengths.Key);
        delivery.Property(d => d.Email).HasMaxLength(Lengths.Key);
        delivery.Property(d => d.OrderId).HasMaxLength(Lengths.Key);
        delivery.Property(d => d.Cause).HasMaxLength(Lengths.Cause);

        // What is due? Only rows that still have a next attempt are in it. The lane lets a claim pass over a crowded one without
        // looking at its rows.
        delivery.HasIndex(d => new { d.ConnectionId, d.DueAt, d.Id, d.Lane }, "IX_Deliveries_Due").HasFilter("\"State\" = 1");

        // What was being sent when the process stopped?
        delivery.HasIndex(d => new { d.ConnectionId, d.ClaimedUntil }, "IX_Deliveries_Claimed").HasFilter("\"State\" = 2");

        // Did a later delivery overtake one that waits for a retry? A delivery accepted at first never enters it.
        delivery.HasIndex(d => new { d.ConnectionId, d.Lane, d.Id }, "IX_Deliveries_LaneRetry")
            .HasFilter("\"AttemptCount\" > 0 AND \"State\" IN (1,2)");

        // Seen before? (promise 9)
        delivery.HasIndex(d => new { d.ConnectionId, d.MessageHash }, "IX_Deliveries_Message");

        // Lists by connection and state, newest first. Rows of one state come in by id, so it grows at few places.
        delivery.HasIndex(d => new { d.ConnectionId, d.State, d.Id }, "IX_Deliveries_ConnectionState");

        // What was sent anew of this one? Few have an entry.
        delivery.HasIndex(d => d.CopyOf, "IX_Deliveries_CopyOf").HasFilter("\"CopyOf\" IS NOT NULL");

        // What became of this request? (Send waits for it; retention frees bodies nobody points at.)
        delivery.HasIndex(d => d.RequestId, "IX_Deliveries_Request");

        // What was refused, newest first, by the status it got. A delivery accepted at first never enters it.
        delivery.HasIndex(d => new { d.StatusCode, d.Id }, "IX_Deliveries_Refused").HasFilter("\"StatusCode\" >= 400");

        // A failure group's rows, newest first, and how many customers they are of.
        delivery.HasIndex(d => new { d.GroupId, d.Id, d.UserHash }, "IX_Deliveries_Group").HasFilter("\"GroupId\" IS NOT NULL");

        // What failed in an earlier version and is in no group yet: empty but for the time after an upgrade.
        delivery.HasIndex(d => d.Id, "IX_Deliveries_Ungrouped").HasFilter("\"State\" = 4 AND \"GroupId\" IS NULL");

        // Exact search, newest first.
        delivery.HasIndex(d => new { d.UserHash, d.Id }, "IX_Deliveries_User").HasFilter("\"UserHash\" IS NOT NULL");
        delivery.HasIndex(d => new { d.AnonymousHash, d.Id }, "IX_Deliveries_Anonymous").HasFilter("\"AnonymousHash\" IS NOT NULL");
        delivery.HasIndex(d => new { d.EmailHash, d.Id }, "IX_Deliveries_Email").HasFilter("\"EmailHash\" IS NOT NULL");
        delivery.HasIndex(d => new { d.OrderHash, d.Id }, "IX_Deliveries_Order").HasFilter("\"OrderHash\" IS NOT NULL");
    }

    public void Configure(EntityTypeBuilder<Attempt> attempt)
    {
        attempt.ToTable("Attempts").HasKey(a => a.Id);
        attempt.HasIndex(a => new { a.DeliveryId, a.Number }).IsUnique();
        attempt.Property(a => a.Outcome).HasMaxLength(16);
        attempt.Property(a => a.Cause).HasMaxLength(Lengths.Cause);
    }

    public void Configure(EntityTypeBuilder<Exchange> exchange)
    {
        exchange.ToTable("Exchanges").HasKey(e => e.Id);
        exchange.Property(e => e.Url).HasMaxLength(Lengths.Url);
    }

    public void Configure(EntityTypeBuilder<MappedCall> mapped)
    {
        mapped.ToTable("MappedCalls").HasKey(m => m.Id);
        mapped.HasIndex(m => m.DeliveryId);
    }

    public void Configure(EntityTypeBuilder<SearchState> state)
    {
        state.ToTable("SearchState").HasKey(s => s.Id);
        state.Property(s => s.Id).ValueGeneratedNever();
    }
}
