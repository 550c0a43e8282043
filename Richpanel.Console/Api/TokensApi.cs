using Richpanel.Core;
using Richpanel.Core.Access;

namespace Richpanel.Console.Api;

/// <summary>A new token; left out: role viewer, all connections, no end.</summary>
public sealed record TokenWish(string? Name = null, string? Role = null, IReadOnlyList<string>? Connections = null, DateTimeOffset? ExpiresAt = null);

/// <summary>A token. <c>token</c> is given once, when it is made; afterwards only its hash is kept.</summary>
public sealed record TokenShape(
    string Id, string Name, string Role, IReadOnlyList<string>? Connections, DateTimeOffset CreatedAt, string? CreatedBy, DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt,
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] string? Token)
{
    public static TokenShape Of(ApiToken token, string? bearer = null) => new(
        PublicId.Token(token.Id), token.Name, token.Role, token.Connections?.Split(','), token.CreatedAt, token.CreatedBy, token.ExpiresAt,
        token.RevokedAt, token.LastUsedAt, bearer);

    /// <summary>Never the token.</summary>
    public override string ToString() => $"TokenShape {Name}";
}

internal static class TokensApi
{
    public static void MapTokens(this RouteGroupBuilder api)
    {
        var tokens = api.MapGroup("/tokens").WithTags("Tokens").RequireAuthorization(nameof(Permission.ManagePeople));
        tokens.MapGet("/", async (HttpContext http, ApiTokenStore store, CancellationToken ct) =>
            (await store.ListAsync(Caller.Of(http), ct)).Select(token => TokenShape.Of(token)));
        tokens.MapPost("/", CreateAsync);
        tokens.MapDelete("/{token}", async (string token, HttpContext http, ApiTokenStore store) =>
            PublicId.Parse(token, "tok") is { } id && await store.RevokeAsync(Caller.Of(http), id)
                ? Results.NoContent()
                : ApiProblems.NotFound($"There is no token '{token}'. GET /api/v1/tokens lists them."));
    }

    private static async Task<IResult> CreateAsync(TokenWish wish, HttpContext http, ApiTokenStore store)
    {
        var by = Caller.Of(http);
        if (wish.Connections is { Count: 0 })
        {
            return ApiProblems.BadRequest("connections: name at least one, or leave it out for all.");
        }

        if (wish.Role is not null && Rights.Parse(wish.Role) is null)
        {
            return ApiProblems.BadRequest($"role: give one of {string.Join(", ", Enum.GetValues<Role>().Select(Rights.Word))}.");
        }

        var outcome = await store.CreateAsync(by, new ApiTokenDraft(wish.Name ?? "", Rights.Parse(wish.Role) ?? Role.Viewer, wish.Connections ?? [], wish.ExpiresAt));
        return outcome.Token is { } made
            ? TypedResults.Created($"/api/v1/tokens/{PublicId.Token(made.Id)}", TokenShape.Of(made, outcome.Bearer))
            : ApiProblems.Invalid([.. outcome.Faults.Select(fault => new Core.Connections.FieldFault(fault.Field, fault.Text))]);
    }
}
