using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;

namespace Richpanel.Console.Api;

/// <summary>A new source. Without a write key a random one is made; the answer shows it.</summary>
public sealed record SourceWish(string? Connection = null, string? Name = null, string? WriteKey = null, string? WebhookSecret = null, string? AllowedOrigins = null,
    string? AllowedAddresses = null, bool? RequiresSignature = null)
{
    public SourceDraft Draft() => new()
    {
        Name = Name ?? "",
        WriteKey = WriteKey,
        WebhookSecret = WebhookSecret,
        AllowedOrigins = AllowedOrigins,
        AllowedAddresses = AllowedAddresses,
        RequiresSignature = RequiresSignature,
    };

    /// <summary>Never key or secret.</summary>
    public override string ToString() => $"SourceWish {Name}";
}

/// <summary>A change of a source; left out = as it is, empty = removed.</summary>
public sealed record SourceChange(
    string? Name = null, bool? Disabled = null, string? WebhookSecret = null, SecretWindow KeepPreviousFor = SecretWindow.Day, string? AllowedOrigins = null, string? AllowedAddresses = null, bool? RequiresSignature = null)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => "SourceChange";
}

/// <summary>How long the write key before stays valid: <c>keepOldForHours</c>, 0 (it ends at once) to 2160; left out: 24.</summary>
public sealed record RotateWish(int KeepOldForHours = 24);

internal static class SourcesApi
{
    public static void MapSources(this RouteGroupBuilder api)
    {
        api.MapGet("/sources", (HttpContext http, ConnectionDirectory directory, TimeProvider time) =>
            directory.Sources.Where(s => ApiAccess.MayTouch(http, directory, s.ConnectionId)).Select(s => SourceShape.Of(s, directory, time.GetUtcNow(), withId: Caller.Of(http).May(Permission.Administer))))
            .WithTags("Sources").RequireAuthorization(nameof(Permission.Read));

        var administer = api.MapGroup("/sources").WithTags("Sources").RequireAuthorization(nameof(Permission.Administer));
        administer.MapPost("/", (SourceWish wish, HttpContext http, ConnectionDirectory directory, SourceStore store, TimeProvider time) =>
            wish.Connection is null
                ? Task.FromResult<IResult>(ApiProblems.BadRequest("connection: give the name or id of a connection."))
                : ConnectionsApi.WithAsync(wish.Connection, http, directory, async connection =>
                    (await store.AddSourceAsync(Caller.Of(http), connection.Id, wish.Draft())).Match<IResult>(
                        made => TypedResults.Created($"/api/v1/sources/{made.Source.PublicId}", SourceShape.Of(made.Source, directory, time.GetUtcNow(), made.WriteKey)),
                        ApiProblems.Invalid,
                        () => ApiProblems.NotFound("The connection is gone."))));
        administer.MapPut("/{source}", (string source, SourceChange change, HttpContext http, ConnectionDirectory directory, SourceStore store, TimeProvider time) =>
            WithAsync(source, http, directory, async found => (await store.UpdateSourceAsync(Caller.Of(http), found.Id, DraftOf(change))).Match<IResult>(
                saved => TypedResults.Ok(SourceShape.Of(saved, directory, time.GetUtcNow())),
                ApiProblems.Invalid,
                () => ApiProblems.NotFound(Gone))));
        administer.MapPost("/{source}/webhook-secret/roll-back", (string source, HttpContext http, ConnectionDirectory directory, SecretStore store, TimeProvider time) =>
            WithAsync(source, http, directory, async found => Rotated(await store.RollBackWebhookAsync(Caller.Of(http), found.Id), found, directory, time)));
        administer.MapPost("/{source}/webhook-secret/forget", (string source, HttpContext http, ConnectionDirectory directory, SecretStore store, TimeProvider time) =>
            WithAsync(source, http, directory, async found => Rotated(await store.ForgetWebhookAsync(Caller.Of(http), found.Id), found, directory, time)));
        administer.MapPost("/{source}/write-key/rotate", (string source, RotateWish? wish, HttpContext http, ConnectionDirectory directory, SourceStore store, TimeProvider time) =>
            WithAsync(source, http, directory, async found => (await store.RotateWriteKeyAsync(Caller.Of(http), found.Id, TimeSpan.FromHours((wish ?? new RotateWish()).KeepOldForHours))).Match<IResult>(
                made => TypedResults.Ok(SourceShape.Of(made.Source, directory, time.GetUtcNow(), made.WriteKey)),
                faults => ApiProblems.Invalid([.. faults.Select(fault => fault with { Field = "KeepOldForHours" })]),
                () => ApiProblems.NotFound(Gone))))
            .WithSummary("Make a new write key")
            .WithDescription("The answer alone shows it. The key before is let in for keepOldForHours more and then ends by itself; one that was still valid from an earlier rotation ends now.")
            .Produces<SourceShape>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound);
        administer.MapPost("/{source}/write-key/end-old", (string source, HttpContext http, ConnectionDirectory directory, SourceStore store, TimeProvider time) =>
            WithAsync(source, http, directory, async found => Rotated(await store.EndOldWriteKeyAsync(Caller.Of(http), found.Id), found, directory, time)))
            .WithSummary("End the write key before")
            .WithDescription("From now on only the new one is let in. 409 when no old one is valid.")
            .Produces<SourceShape>().ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status404NotFound);
        administer.MapDelete("/{source}", (string source, string? confirm, HttpContext http, ConnectionDirectory directory, ConnectionRemoval removal) =>
            WithAsync(source, http, directory, async found => (await removal.DeleteSourceAsync(Caller.Of(http), found.Id, confirm)).Match<IResult>(
                _ => TypedResults.NoContent(), ApiProblems.Invalid, () => ApiProblems.NotFound(Gone))))
            .WithSummary("Delete a source")
            .WithDescription("confirm is its name, exactly. What it posts from now on is refused with 401; what it posted before stays.")
            .Produces(StatusCodes.Status204NoContent).ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound);
    }

    private const string Gone = "The source is gone.";

    private static Task<IResult> WithAsync(string source, HttpContext http, ConnectionDirectory directory, Func<Source, Task<IResult>> then) =>
        directory.FindSourceByPublicId(source) is { } found && ApiAccess.MayTouch(http, directory, found.ConnectionId)
            ? then(found)
            : Task.FromResult<IResult>(ApiProblems.NotFound($"There is no source '{source}' that this token may touch. GET /api/v1/sources lists them by sourceId."));

    private static IResult Rotated(SaveOutcome<Source> outcome, Source source, ConnectionDirectory directory, TimeProvider time) => outcome.Match<IResult>(
        saved => TypedResults.Ok(SourceShape.Of(saved, directory, time.GetUtcNow())),
        faults => ApiProblems.Conflict(source.Disabled ? "disabled" : "enabled", string.Join(' ', faults.Select(fault => fault.Text))),
        () => ApiProblems.NotFound(Gone));

    private static SourceDraft DraftOf(SourceChange change) => new()
    {
        Name = change.Name,
        Disabled = change.Disabled,
        WebhookSecret = change.WebhookSecret,
        KeepPreviousFor = change.KeepPreviousFor,
        AllowedOrigins = change.AllowedOrigins,
        AllowedAddresses = change.AllowedAddresses,
        RequiresSignature = change.RequiresSignature,
    };
}
