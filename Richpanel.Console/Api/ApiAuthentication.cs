using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;

namespace Richpanel.Console.Api;

/// <summary>Bearer tokens: exactly one Authorization header, looked up by hash.</summary>
internal sealed class ApiTokenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, ApiTokenDirectory tokens, TokenTries tries)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string Prefix = "Bearer ";

    /// <summary>Set when the address brought too many tokens that open nothing; one handler serves one request.</summary>
    private TimeSpan? _wait;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization is not [{ } header] || !header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.NoResult();
        }

        var bearer = header[Prefix.Length..].Trim();
        _wait = tries.WaitOf(Context.Connection.RemoteIpAddress, bearer);
        if (_wait is not null)
        {
            return AuthenticateResult.Fail("Too many tokens of this address open nothing.");
        }

        var token = await tokens.FindAsync(bearer, Context.RequestAborted);
        if (token?.Holder(Context.Connection.RemoteIpAddress?.ToString()) is not { } holder)
        {
            tries.Failed(Context, bearer);
            return AuthenticateResult.Fail("The token is unknown, expired or revoked.");
        }

        tries.Opened(bearer);
        return AuthenticateResult.Success(new AuthenticationTicket(Sessions.PrincipalOf(holder), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (_wait is { } wait)
        {
            var seconds = WholeSeconds.Of(wait).ToString(CultureInfo.InvariantCulture);
            Response.Headers.RetryAfter = seconds;
            return ApiProblems.WriteAsync(
                Context, StatusCodes.Status429TooManyRequests, "Too many wrong tokens",
                $"Your address sent too many tokens that are unknown, expired or revoked. Try again in {seconds} s with one that is known.");
        }

        Response.Headers.WWWAuthenticate = "Bearer realm=\"Richpanel Console API\"";
        return ApiProblems.WriteAsync(
            Context, StatusCodes.Status401Unauthorized, "A token is needed",
            "Send 'Authorization: Bearer <token>' with a token that is known, not expired and not revoked. An admin makes tokens under API tokens; Bootstrap:ApiTokens gives them too.");
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => ApiProblems.WriteAsync(
        Context, StatusCodes.Status403Forbidden, "Not allowed", "The token's role may not do this. Use a token of a role that may.");
}

/// <summary>The caller of one API request.</summary>
internal static class Caller
{
    public static Actor Of(HttpContext context) => context.RequestServices.GetRequiredService<Sessions>().ActorOf(context.User) ?? throw new InvalidOperationException("The route asks for no token.");
}
