using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using Richpanel.Console.Shared;

namespace Richpanel.Console.SignIn;

/// <summary>Development only: whoever comes straight from this machine is local admin, so that a first look needs no account.</summary>
internal sealed class LocalAdminHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IHostEnvironment host)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
        host.IsDevelopment() && LocalVisitor.Refusal(Context) is null
            ? AuthenticateResult.Success(new AuthenticationTicket(Sessions.LocalAdmin(), Sessions.LocalScheme))
            : AuthenticateResult.NoResult());
}
