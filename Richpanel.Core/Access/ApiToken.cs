using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Access;

/// <summary>A bearer token of the API. Only its hash is kept.</summary>
public sealed class ApiToken
{
    public long Id { get; set; }

    public required string Name { get; set; }

    /// <summary>viewer, support, qa, operator or admin.</summary>
    public required string Role { get; set; }

    public required byte[] Hash { get; set; }

    /// <summary>Names of the connections it may touch, comma-separated; null = all.</summary>
    public string? Connections { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Who made it, as the change log names them.</summary>
    public string? CreatedBy { get; set; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>To the minute: written at most once in that time.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>The hash under which a token, which is long and random, is stored.</summary>
    public static byte[] HashOf(string bearer) => SHA256.HashData(Encoding.UTF8.GetBytes(bearer));

    /// <summary>Null for a role this version does not know: such a token opens nothing.</summary>
    public Actor? Holder(string? address) => Rights.Parse(Role) is { } role
        ? new Actor(ActorKind.Token, Id, Name, role, Connections?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), address)
        : null;
}

internal sealed class ApiTokenConfiguration : IEntityTypeConfiguration<ApiToken>
{
    public void Configure(EntityTypeBuilder<ApiToken> token)
    {
        token.ToTable("ApiTokens").HasKey(t => t.Id);
        token.Property(t => t.Name).HasMaxLength(Lengths.Name);
        token.Property(t => t.CreatedBy).HasMaxLength(Lengths.Name);
        token.HasIndex(t => t.Hash).IsUnique();
    }
}
