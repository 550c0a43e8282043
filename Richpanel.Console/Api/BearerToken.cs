using Richpanel.Core.Connections;

namespace Richpanel.Console.Api;

/// <summary>Lets a request through that carries a known bearer token whose role reaches far enough.</summary>
internal sealed class BearerToken(ApiTokenDirectory tokens) : IEndpointFilter
{
    private static readonly string[] s_roles = ["viewer", "support", "qa", "operator", "admin"];

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var header = http.Request.Headers.Authorization.ToString();
        var token = header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
            ? await tokens.FindAsync(header["Bearer ".Length..].Trim(), http.RequestAborted)
            : null;
        if (token is null)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return Problem(401, "No valid token", "Send 'Authorization: Bearer' with a token that exists, is not revoked and has not expired.");
        }

        var needed = http.GetEndpoint()?.Metadata.GetMetadata<NeedsRole>()?.Role ?? "viewer";
        if (Array.IndexOf(s_roles, token.Role) < Array.IndexOf(s_roles, needed))
        {
            return Problem(403, "Role too small", $"This call needs the role {needed}; the token has {token.Role}.");
        }

        http.Items[typeof(TokenScope)] = new TokenScope(token.Connections?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        return await next(context);
    }

    private static IResult Problem(int status, string title, string detail) => Results.Problem(detail, statusCode: status, title: title);
}

/// <summary>The smallest role that may make a call; viewer where nothing is said.</summary>
internal sealed record NeedsRole(string Role);

/// <summary>Which connections a token may touch; null = all.</summary>
internal sealed class TokenScope(string[]? names)
{
    public bool IsLimited => names is not null;

    public bool Covers(Connection connection) => names is null || names.Contains(connection.Name, StringComparer.OrdinalIgnoreCase);

    public static TokenScope Of(HttpContext context) => (TokenScope)context.Items[typeof(TokenScope)]!;
}
