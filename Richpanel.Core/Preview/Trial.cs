using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Richpanel.Core.Connections;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Preview;

/// <summary>How one event of a trial is sent.</summary>
/// <param name="Hash">Null: unsigned, which is possible on <c>/t</c> only.</param>
public readonly record struct TrialWay(Transport Transport, SignatureHash? Hash)
{
    /// <summary>Every way that was seen somewhere (richpanel.md section 2), the most likely first.</summary>
    public static IReadOnlyList<TrialWay> All { get; } =
    [
        new(Transport.Single, SignatureHash.Sha256), new(Transport.Single, SignatureHash.Md5), new(Transport.Single, null),
        new(Transport.Batch, SignatureHash.Sha256), new(Transport.Batch, SignatureHash.Md5),
    ];

    /// <summary>As the connection is set to send now.</summary>
    public static TrialWay Of(Connection connection) => new(connection.Transport, connection.ProtectedSecret is null ? null : connection.SignatureHash);

    public string Words => (Transport == Transport.Single ? "/t" : "/bt") + Hash switch
    {
        SignatureHash.Sha256 => ", SHA-256",
        SignatureHash.Md5 => ", MD5",
        _ => ", unsigned",
    };
}

/// <summary>What a person saw of a test visitor in Richpanel.</summary>
public enum TrialAnswer
{
    Seen = 1,
    NotSeen = 2,
}

/// <summary>
/// One marked test visitor sent to a connection by hand, to learn by looking into Richpanel whether what it answers 200 to arrives. Not
/// a delivery: it tests how to send, not what.
/// </summary>
public sealed class Trial
{
    public long Id { get; set; }

    public long ConnectionId { get; set; }

    public Transport Transport { get; set; }

    /// <summary>Null: unsigned.</summary>
    public SignatureHash? Hash { get; set; }

    /// <summary>What to look for in Richpanel; belongs to this one alone.</summary>
    public required string VisitorName { get; set; }

    public DateTimeOffset SentAt { get; set; }

    public required string SentBy { get; set; }

    public int? StatusCode { get; set; }

    public int Milliseconds { get; set; }

    /// <summary>Code of the cause catalogue when it was not accepted; null when it was.</summary>
    public string? Cause { get; set; }

    public TrialAnswer? Answer { get; set; }

    public DateTimeOffset? AnsweredAt { get; set; }

    public string? AnsweredBy { get; set; }

    public TrialWay Way => new(Transport, Hash);
}

internal sealed class TrialConfiguration : IEntityTypeConfiguration<Trial>
{
    public void Configure(EntityTypeBuilder<Trial> trial)
    {
        trial.ToTable("Trials").HasKey(t => t.Id);
        trial.Ignore(t => t.Way);
        trial.Property(t => t.VisitorName).HasMaxLength(Lengths.Name);
        trial.Property(t => t.SentBy).HasMaxLength(Lengths.Name);
        trial.Property(t => t.AnsweredBy).HasMaxLength(Lengths.Name);
        trial.Property(t => t.Cause).HasMaxLength(Lengths.Cause);
        trial.HasOne<Connection>().WithMany().HasForeignKey(t => t.ConnectionId).OnDelete(DeleteBehavior.Restrict);
    }
}
