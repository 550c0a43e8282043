using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Alerts;

internal sealed class AlertChannelConfiguration : IEntityTypeConfiguration<AlertChannel>
{
    public void Configure(EntityTypeBuilder<AlertChannel> channel)
    {
        channel.ToTable("AlertChannels").HasKey(c => c.Id);
        channel.Property(c => c.Name).HasMaxLength(Lengths.Name).UseCollation("NOCASE");
        channel.HasIndex(c => c.Name).IsUnique();
        channel.Property(c => c.SecretFingerprint).HasMaxLength(8);
        channel.Property(c => c.Host).HasMaxLength(Lengths.Key);
        channel.Property(c => c.UserName).HasMaxLength(Lengths.Key);
        channel.Property(c => c.From).HasMaxLength(Lengths.Key);
        channel.Property(c => c.To).HasMaxLength(AlertChannelValidator.LongestTo);
        channel.Ignore(c => c.Recipients);
        channel.Ignore(c => c.Connections);
    }
}

internal sealed class AlertConfiguration : IEntityTypeConfiguration<Alert>
{
    public void Configure(EntityTypeBuilder<Alert> alert)
    {
        alert.ToTable("Alerts").HasKey(a => a.Id);
        alert.Property(a => a.Summary).HasMaxLength(AlertOutbox.LongestSummary);
        alert.HasIndex(a => a.At);   // the old ones are taken away
    }
}

internal sealed class AlertSendConfiguration : IEntityTypeConfiguration<AlertSend>
{
    public void Configure(EntityTypeBuilder<AlertSend> send)
    {
        send.ToTable("AlertSends").HasKey(s => s.Id);
        send.Property(s => s.ChannelName).HasMaxLength(Lengths.Name);
        send.HasIndex(s => s.AlertId);
        send.HasIndex(s => new { s.ChannelId, s.Id });   // how a channel did last
        send.HasIndex(s => s.State).HasFilter("\"State\" = 1");   // what is still to go out at a start
        send.HasOne<Alert>().WithMany().HasForeignKey(s => s.AlertId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class AlertTryConfiguration : IEntityTypeConfiguration<AlertTry>
{
    public void Configure(EntityTypeBuilder<AlertTry> attempt)
    {
        attempt.ToTable("AlertTries").HasKey(t => t.Id);
        attempt.Property(t => t.Outcome).HasMaxLength(Lengths.Reason);
        attempt.HasIndex(t => t.SendId);
        attempt.HasOne<AlertSend>().WithMany().HasForeignKey(t => t.SendId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class AlertBookConfiguration : IEntityTypeConfiguration<AlertBook>
{
    public void Configure(EntityTypeBuilder<AlertBook> book)
    {
        book.ToTable("AlertBook").HasKey(b => b.Id);
        book.Property(b => b.Id).ValueGeneratedNever();
        book.Property(b => b.ConsoleUrl).HasMaxLength(Lengths.Url);
    }
}
