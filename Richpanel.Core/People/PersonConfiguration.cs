using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Richpanel.Core.Storage;

namespace Richpanel.Core.People;

/// <summary>The tables Identity's stores ask for, and no others: a person has one role, kept in the row itself.</summary>
internal sealed class PersonConfiguration :
    IEntityTypeConfiguration<Person>,
    IEntityTypeConfiguration<IdentityUserClaim<long>>,
    IEntityTypeConfiguration<IdentityUserLogin<long>>,
    IEntityTypeConfiguration<IdentityUserToken<long>>
{
    public void Configure(EntityTypeBuilder<Person> person)
    {
        person.ToTable("People").HasKey(p => p.Id);
        person.Property(p => p.Name).HasMaxLength(Lengths.Name);
        person.Property(p => p.Role).HasConversion<string>().HasMaxLength(16);
        person.Property(p => p.Email).HasMaxLength(Lengths.Key);
        person.Property(p => p.NormalizedEmail).HasMaxLength(Lengths.Key);
        person.Property(p => p.UserName).HasMaxLength(Lengths.Key);
        person.Property(p => p.NormalizedUserName).HasMaxLength(Lengths.Key);
        person.Property(p => p.ConcurrencyStamp).IsConcurrencyToken();
        person.Ignore(p => p.SignsInElsewhere);
        person.HasIndex(p => p.NormalizedUserName).IsUnique();
        person.HasIndex(p => p.NormalizedEmail).IsUnique();
    }

    public void Configure(EntityTypeBuilder<IdentityUserClaim<long>> claim)
    {
        claim.ToTable("PersonClaims").HasKey(c => c.Id);
        claim.HasOne<Person>().WithMany().HasForeignKey(c => c.UserId);
    }

    public void Configure(EntityTypeBuilder<IdentityUserLogin<long>> login)
    {
        login.ToTable("PersonLogins").HasKey(l => new { l.LoginProvider, l.ProviderKey });
        login.Property(l => l.LoginProvider).HasMaxLength(Lengths.Key);
        login.Property(l => l.ProviderKey).HasMaxLength(Lengths.Key);
        login.HasOne<Person>().WithMany().HasForeignKey(l => l.UserId);
    }

    public void Configure(EntityTypeBuilder<IdentityUserToken<long>> token)
    {
        token.ToTable("PersonTokens").HasKey(t => new { t.UserId, t.LoginProvider, t.Name });
        token.Property(t => t.LoginProvider).HasMaxLength(Lengths.Key);
        token.Property(t => t.Name).HasMaxLength(Lengths.Key);
        token.HasOne<Person>().WithMany().HasForeignKey(t => t.UserId);
    }
}
