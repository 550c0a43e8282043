using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Privacy;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Deliveries;

/// <summary>What somebody wrote about one delivery. It stays as long as the row does, whatever is retried.</summary>
public sealed class DeliveryNote
{
    public long Id { get; set; }

    public long DeliveryId { get; set; }

    public DateTimeOffset At { get; set; }

    public ActorKind AuthorKind { get; set; }

    public required string Author { get; set; }

    public required string Text { get; set; }
}

/// <summary>What became of a note.</summary>
/// <param name="Found">False: there is no such delivery for this actor.</param>
/// <param name="Fault">What to do; null when it was written down.</param>
public sealed record NoteOutcome(bool Found, string? Fault = null);

/// <summary>Notes on single deliveries: what was found out, who was asked, what the customer was told.</summary>
public sealed class DeliveryNotes(StoreWriter writer, IDbContextFactory<ConsoleDbContext> contexts, ConnectionDirectory directory, ChangeWriting log, ChangeFeed changes, TimeProvider time)
{
    /// <summary>Characters of one.</summary>
    public const int Longest = 2_000;

    /// <summary>Notes on one delivery.</summary>
    public const int Most = 50;

    /// <summary>Oldest first, e-mails and phones masked for whoever may not see them; null: there is no such delivery for this actor.</summary>
    /// <param name="sight">What an unmasking showed of it; null: as the role sees.</param>
    public async Task<IReadOnlyList<DeliveryNote>?> OfAsync(Actor by, long deliveryId, CancellationToken ct, Sight? sight = null)
    {
        by.Demand(Permission.Read);
        await using var context = await contexts.CreateDbContextAsync(ct);
        var connection = await context.Deliveries.Where(row => row.Id == deliveryId).Select(row => (long?)row.ConnectionId).SingleOrDefaultAsync(ct);
        if (connection is not { } id || directory.Find(id) is not { } of || !by.MayTouch(of))
        {
            return null;
        }

        var notes = await context.DeliveryNotes.AsNoTracking().Where(note => note.DeliveryId == deliveryId).OrderBy(note => note.Id).ToListAsync(ct);
        if (!(sight ?? Sight.Of(by)).Shows(deliveryId))
        {
            notes.ForEach(note => note.Text = TextMask.Name(note.Text)!);
        }

        return notes;
    }

    /// <exception cref="ForbiddenException">The role has not the right.</exception>
    public async Task<NoteOutcome> AddAsync(Actor by, long deliveryId, string? text)
    {
        by.Demand(Permission.ActOnOne);
        if (text?.Trim() is not { Length: > 0 and <= Longest } written)
        {
            return new NoteOutcome(true, $"Write a note of at most {Longest} characters.");
        }

        var outcome = await writer.WriteAsync(session =>
        {
            using var context = session.Context();
            if (context.Deliveries.AsNoTracking().SingleOrDefault(row => row.Id == deliveryId) is not { } delivery)
            {
                return new NoteOutcome(false);
            }

            by.Demand(Permission.ActOnOne, context.Connections.AsNoTracking().Single(connection => connection.Id == delivery.ConnectionId));
            if (context.DeliveryNotes.Count(note => note.DeliveryId == deliveryId) >= Most)
            {
                return new NoteOutcome(true, $"There are {Most} notes already, and no more are kept.");
            }

            context.DeliveryNotes.Add(new DeliveryNote { DeliveryId = deliveryId, At = time.GetUtcNow(), AuthorKind = by.Kind, Author = Lengths.Cut(by.Name, Lengths.Name)!, Text = written });
            log.Append(context, by, new Change(ChangeCatalog.DeliveryNoted, PublicId.Delivery(deliveryId), delivery.EventName));
            context.SaveChanges();
            return new NoteOutcome(true);
        });
        if (outcome is { Found: true, Fault: null })
        {
            changes.Raise();
        }

        return outcome;
    }
}

internal sealed class DeliveryNoteConfiguration : IEntityTypeConfiguration<DeliveryNote>
{
    public void Configure(EntityTypeBuilder<DeliveryNote> note)
    {
        note.ToTable("DeliveryNotes").HasKey(n => n.Id);
        note.Property(n => n.Author).HasMaxLength(Lengths.Name);
        note.Property(n => n.Text).HasMaxLength(DeliveryNotes.Longest);
        note.HasIndex(n => n.DeliveryId);
    }
}
