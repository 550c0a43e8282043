using Richpanel.Core.Access;
using Richpanel.Core.Connections;

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
    string? Name = null, bool? Disabled = null, string? WebhookSecret = null, string? AllowedOrigins = null, string? AllowedAddresses = null, bool? RequiresSignature = null)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => "SourceChange";
}

internal static class SourcesApi
{
    public static void MapSources(this RouteGroupBuilder api)
    {
        api.MapGet("/sources", (HttpContext http, ConnectionDirectory directory) =>
            directory.Sources.Where(s => ApiAccess.MayTouch(http, directory, s.ConnectionId)).Select(s => SourceShape.Of(s, directory, withId: Caller.Of(http).May(Permission.Administer))))
            .WithTags("Sources").RequireAuthorization(nameof(Permission.Read));

        var administer = api.MapGroup("/sources").WithTags("Sources").RequireAuthorization(nameof(Permission.Administer));
        administer.MapPost("/", (SourceWish wish, HttpContext http, ConnectionDirectory directory, SourceStore store) =>
            wish.Connection is null
                ? Task.FromResult<IResult>(ApiProblems.BadRequest("connection: give the name or id of a connection."))
                : ConnectionsApi.WithAsync(wish.Connection, http, directory, async connection =>
                    (await store.AddSourceAsync(Caller.Of(http), connection.Id, wish.Draft())).Match<IResult>(
                        made => TypedResults.Created($"/api/v1/sources/{made.Source.PublicId}", SourceShape.Of(made.Source, directory, made.WriteKey)),
                        ApiProblems.Invalid,
                        () => ApiProblems.NotFound("The connection is gone."))));
        administer.MapPut("/{source}", ChangeAsync);
    }

    private static async Task<IResult> ChangeAsync(string source, SourceChange change, HttpContext http, ConnectionDirectory directory, SourceStore store)
    {
        if (directory.FindSourceByPublicId(source) is not { } found || !ApiAccess.MayTouch(http, directory, found.ConnectionId))
        {
            return ApiProblems.NotFound($"There is no source '{source}' that this token may touch. GET /api/v1/sources lists them by sourceId.");
        }

        var draft = new SourceDraft
        {
            Name = change.Name,
            Disabled = change.Disabled,
            WebhookSecret = change.WebhookSecret,
            AllowedOrigins = change.AllowedOrigins,
            AllowedAddresses = change.AllowedAddresses,
            RequiresSignature = change.RequiresSignature,
        };
        return (await store.UpdateSourceAsync(Caller.Of(http), found.Id, draft)).Match<IResult>(
            saved => TypedResults.Ok(SourceShape.Of(saved, directory)),
            ApiProblems.Invalid,
            () => ApiProblems.NotFound("The source is gone."));
    }
}
