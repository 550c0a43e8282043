using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Richpanel.Core.Sandbox;

/// <summary>The sandbox's own database file: what happens there never touches the log.</summary>
public sealed class SandboxDbContext(DbContextOptions<SandboxDbContext> options) : DbContext(options)
{
    /// <summary>Conditions of partial indexes: a question must say them in the same words to use one.</summary>
    private const string Broken = "\"KeepsContract\" = 0";

    private const string NotTaken = "\"Taken\" = 0";

    public DbSet<SandboxRequest> Requests => Set<SandboxRequest>();

    /// <summary>Requests that broke a rule of the contract, without looking at the others.</summary>
    public IQueryable<SandboxRequest> BrokenRequests => Requests.FromSqlRaw("SELECT * FROM \"Requests\" WHERE " + Broken);

    /// <summary>Requests that were answered otherwise than Richpanel would, without looking at the others.</summary>
    public IQueryable<SandboxRequest> NotTakenRequests => Requests.FromSqlRaw("SELECT * FROM \"Requests\" WHERE " + NotTaken);

    public DbSet<SandboxCustomer> Customers => Set<SandboxCustomer>();

    public DbSet<SandboxVisitor> Visitors => Set<SandboxVisitor>();

    public DbSet<SandboxSession> Sessions => Set<SandboxSession>();

    public DbSet<SandboxEvent> Events => Set<SandboxEvent>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicks>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<SandboxRequest>().HasIndex(r => r.At);
        modelBuilder.Entity<SandboxRequest>().HasIndex(r => r.KeepsContract).HasFilter(Broken);
        modelBuilder.Entity<SandboxRequest>().HasIndex(r => r.Taken).HasFilter(NotTaken);
        modelBuilder.Entity<SandboxCustomer>().HasIndex(c => c.Uid).IsUnique();
        modelBuilder.Entity<SandboxVisitor>().HasIndex(v => v.Did).IsUnique();
        modelBuilder.Entity<SandboxSession>().HasIndex(s => new { s.Owner, s.LastAt });
        modelBuilder.Entity<SandboxEvent>().HasIndex(e => e.EventId);
        modelBuilder.Entity<SandboxEvent>().HasIndex(e => e.RequestId);
        modelBuilder.Entity<SandboxEvent>().HasIndex(e => e.SessionId);
        modelBuilder.Entity<SandboxEvent>().HasIndex(e => new { e.Uid, e.OccurredAt });
        modelBuilder.Entity<SandboxEvent>().HasIndex(e => new { e.Did, e.OccurredAt });
    }

    /// <summary>SQLite cannot order DateTimeOffset.</summary>
    private sealed class UtcTicks() : ValueConverter<DateTimeOffset, long>(time => time.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
}

/// <summary>Lets <c>dotnet ef migrations add --context SandboxDbContext</c> work without starting the product.</summary>
internal sealed class SandboxDesignTime : IDesignTimeDbContextFactory<SandboxDbContext>
{
    public SandboxDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SandboxDbContext>().UseSqlite("Data Source=:memory:").Options);
}
