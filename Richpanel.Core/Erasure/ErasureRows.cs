using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Erasure;

/// <summary>What a customer is known by. Stored as a number: never renumber.</summary>
public enum CustomerKeyKind
{
    Email = 1,
    User = 2,
    Anonymous = 3,
}

/// <summary>One of a customer's names here.</summary>
public sealed record CustomerKey(CustomerKeyKind Kind, string Value)
{
    /// <summary>Never the value.</summary>
    public override string ToString() => $"{Kind}";
}

/// <summary>Stored as a number: never renumber.</summary>
public enum ErasureState
{
    /// <summary>Asked for; goes on with it by itself, also after a restart.</summary>
    Running = 1,

    /// <summary>Everything is gone, and was looked for once more.</summary>
    Done = 2,

    /// <summary>It can never go on: its names cannot be opened any more. <see cref="CustomerErasure.Fault"/> says so; somebody asks anew.</summary>
    GivenUp = 3,
}

/// <summary>
/// The erasure of one customer, and at its end the receipt of it: how much was taken away where, and nothing that says whose it was but
/// keyed hashes.
/// </summary>
public sealed class CustomerErasure
{
    public long Id { get; set; }

    public ErasureState State { get; set; }

    public required string AskedBy { get; set; }

    public DateTimeOffset AskedAt { get; set; }

    /// <summary>In the person's words, personal values as keyed hashes.</summary>
    public required string Reason { get; set; }

    /// <summary>Kinds and keyed hashes of the names it was asked by, such as <c>e-mail #1a2b3c4d5e6f</c>, with commas between.</summary>
    public required string Names { get; set; }

    /// <summary>The names themselves, sealed by the key ring, for as long as it takes; null afterwards.</summary>
    public byte[]? SealedKeys { get; set; }

    /// <summary>The privacy task it was asked from.</summary>
    public long? TaskId { get; set; }

    /// <summary>What is being done now; null at the end.</summary>
    public string? Step { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Places and counts as a JSON object, see <see cref="ErasurePlaces"/>; it grows while the work goes on.</summary>
    public string Counts { get; set; } = "{}";

    /// <summary>Deliveries that had still to go out, and never will.</summary>
    public long NeverSent { get; set; }

    /// <summary>Names of the files that may still hold the customer, which the product does not change: backups and copies from before upgrades.</summary>
    public string Files { get; set; } = "[]";

    /// <summary>The write-ahead logs were emptied, the sandbox's too, so that the bytes are in no file of the product any more. While false it is tried again each minute.</summary>
    public bool BytesGone { get; set; }

    /// <summary>Why it stands still or was given up; null while it goes on.</summary>
    public string? Fault { get; set; }

    public IReadOnlyDictionary<string, long> CountsByPlace => JsonSerializer.Deserialize<Dictionary<string, long>>(Counts) ?? [];

    public IReadOnlyList<string> FileNames => JsonSerializer.Deserialize<List<string>>(Files) ?? [];
}

/// <summary>
/// Segment asked to delete a customer. Richpanel has no call for it, so a person does it, there and here, and says so; nothing else closes
/// it. Due in 30 days.
/// </summary>
public sealed class PrivacyTask
{
    public static readonly TimeSpan DueIn = TimeSpan.FromDays(30);

    public long Id { get; set; }

    /// <summary>The first call that asked; it may be gone by now.</summary>
    public long DeliveryId { get; set; }

    public long ConnectionId { get; set; }

    /// <summary>Keyed hash of the customer's id; null when the call named none.</summary>
    public long? CustomerHash { get; set; }

    /// <summary>Calls that asked for the same while it is open.</summary>
    public int Calls { get; set; } = 1;

    public DateTimeOffset AskedAt { get; set; }

    public DateTimeOffset DueAt { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    public string? ClosedBy { get; set; }

    /// <summary>What the person did, in the own words; personal values as keyed hashes.</summary>
    public string? Note { get; set; }
}

internal sealed class ErasureConfiguration : IEntityTypeConfiguration<CustomerErasure>, IEntityTypeConfiguration<PrivacyTask>
{
    public void Configure(EntityTypeBuilder<CustomerErasure> erasure)
    {
        erasure.ToTable("Erasures").HasKey(e => e.Id);
        erasure.Property(e => e.AskedBy).HasMaxLength(Lengths.Name);
        erasure.Property(e => e.Reason).HasMaxLength(Lengths.Reason);
        erasure.Property(e => e.Names).HasMaxLength(Lengths.Url);
        erasure.Property(e => e.Step).HasMaxLength(Lengths.EventName);
        erasure.Property(e => e.Fault).HasMaxLength(Lengths.Reason);
        erasure.Ignore(e => e.CountsByPlace).Ignore(e => e.FileNames);
    }

    public void Configure(EntityTypeBuilder<PrivacyTask> task)
    {
        task.ToTable("PrivacyTasks").HasKey(t => t.Id);
        task.Property(t => t.ClosedBy).HasMaxLength(Lengths.Name);
        task.Property(t => t.Note).HasMaxLength(Lengths.Reason);

        // What is open, the most urgent first, and by which call? Few.
        task.HasIndex(t => new { t.DueAt, t.Id }, "IX_PrivacyTasks_Open").HasFilter("\"ClosedAt\" IS NULL");
        task.HasIndex(t => t.DeliveryId, "IX_PrivacyTasks_Delivery");

        // Is one open for this customer already? Asked by the writer for each delete call.
        task.HasIndex(t => new { t.ConnectionId, t.CustomerHash }, "IX_PrivacyTasks_Customer").HasFilter("\"ClosedAt\" IS NULL");
    }
}
