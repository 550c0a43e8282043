using Richpanel.Core.Connections;

namespace Richpanel.Console.Api;

/// <summary>A new source. Without a write key a random one is made; the answer shows it.</summary>
public sealed record SourceWish(string? Connection = null, string? Name = null, string? WriteKey = null, string? WebhookSecret = null, string? AllowedOrigins = null)
{
    /// <summary>Never key or secret.</summary>
    public override string ToString() => $"SourceWish {Name}";
}

/// <summary>A change of a source; left out = as it is, empty = removed.</summary>
public sealed record SourceChange(bool? Disabled = null, string? WebhookSecret = null, string? AllowedOrigins = null)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => "SourceChange";
}

internal static class SourcesApi
{
    public static void MapSources(this RouteGroupBuilder api)
    {
        api.MapGet("/sources", (HttpContext http, ConnectionDirectory directory) =>
            directory.Sources.Where(s => ApiAccess.MayTouch(http, directory, s.ConnectionId)).Select(s => SourceShape.Of(s, directory)))
            .WithTags("Sources").RequireAuthorization(nameof(Permission.Read));

        var administer = api.MapGroup("/sources").WithTags("Sources").RequireAuthorization(nameof(Permission.Administer));
        administer.MapPost("/", (SourceWish wish, HttpContext http, ConnectionDirectory directory, ConnectionStore store) =>
            wish.Connection is null
                ? Task.FromResult<IResult>(ApiProblems.BadRequest("connection: give the name or id of a connection."))
                : ConnectionsApi.WithAsync(wish.Connection, http, directory, async connection =>
                    (await store.AddSourceAsync(connection.Id, wish.Name ?? "", wish.WriteKey, wish.WebhookSecret, wish.AllowedOrigins)).Match<IResult>(
                        made => TypedResults.Created($"/api/v1/sources/{made.Source.PublicId}", SourceShape.Of(made.Source, directory, made.WriteKey)),
                        ApiProblems.Invalid,
                        () => ApiProblems.NotFound("The connection is gone."))));
        administer.MapPut("/{source}", ChangeAsync);
    }

    private static async Task<IResult> ChangeAsync(string source, SourceChange change, HttpContext http, ConnectionDirectory directory, ConnectionStore store)
    {
        if (directory.FindSourceByPublicId(source) is not { } found || !ApiAccess.MayTouch(http, directory, found.ConnectionId))
        {
            return ApiProblems.NotFound($"There is no source '{source}' that this token may touch. GET /api/v1/sources lists them by sourceId.");
        }

        if (change.Disabled is { } disabled)
        {
            await store.SetSourceDisabledAsync(found.Id, disabled);
        }

        if (change.WebhookSecret is { } secret)
        {
            await store.SetWebhookSecretAsync(found.Id, secret);
        }

        if (change.AllowedOrigins is { } origins)
        {
            await store.SetAllowedOriginsAsync(found.Id, origins);
        }

        return Results.Ok(SourceShape.Of(directory.FindSource(found.Id)!, directory));
    }
}
