using Microsoft.AspNetCore.Http.HttpResults;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Deliveries;

namespace Richpanel.Console.Api;

/// <summary>A note to be written on a delivery: 1 to 2,000 characters.</summary>
public sealed record DeliveryNoteWish(string? Text = null);

/// <summary>A note on a delivery; e-mails and phones in it are masked for whoever may not see them.</summary>
public sealed record DeliveryNoteShape(DateTimeOffset At, string Author, string Text)
{
    public static IReadOnlyList<DeliveryNoteShape> Of(IEnumerable<DeliveryNote> notes) => [.. notes.Select(note => new DeliveryNoteShape(note.At, note.Author, note.Text))];
}

/// <summary><c>/deliveries/{id}/notes</c>: oldest first. A note stays as long as the delivery's row does, whatever is retried.</summary>
internal static class DeliveryNotesApi
{
    public static void MapDeliveryNotes(this RouteGroupBuilder api)
    {
        var notes = api.MapGroup("/deliveries/{id}/notes").WithTags("Deliveries");
        notes.MapGet("/", ListAsync).RequireAuthorization(nameof(Permission.Read));
        notes.MapPost("/", AddAsync).RequireAuthorization(nameof(Permission.ActOnOne));
    }

    private static async Task<Results<Ok<IReadOnlyList<DeliveryNoteShape>>, ProblemHttpResult>> ListAsync(string id, HttpContext http, DeliveryNotes notes, CancellationToken ct) =>
        PublicId.Parse(id, "dlv") is { } key && await notes.OfAsync(Caller.Of(http), key, ct) is { } found ? TypedResults.Ok(DeliveryNoteShape.Of(found)) : Missing(id);

    private static async Task<Results<Ok<IReadOnlyList<DeliveryNoteShape>>, ProblemHttpResult>> AddAsync(string id, DeliveryNoteWish wish, HttpContext http, DeliveryNotes notes, CancellationToken ct)
    {
        var by = Caller.Of(http);
        if (PublicId.Parse(id, "dlv") is not { } key || await notes.OfAsync(by, key, ct) is null)
        {
            return Missing(id);
        }

        var outcome = await notes.AddAsync(by, key, wish.Text);
        return outcome.Fault is { } fault ? ApiProblems.BadRequest($"text: {fault}") : outcome.Found ? await ListAsync(id, http, notes, ct) : Missing(id);
    }

    private static ProblemHttpResult Missing(string id) => ApiProblems.NotFound($"There is no delivery '{id}' that this token may see.");
}
