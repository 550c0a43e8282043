using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Richpanel.Core.People;

namespace Richpanel.Console.SignIn;

/// <summary>
/// The company's own sign-in by OpenID Connect: code flow with PKCE, all of it the framework's. It only vouches: who that is here,
/// and with which role, <see cref="OutsidePeople"/> decides.
/// </summary>
internal sealed class OpenIdSignIn(IOptions<OpenIdOptions> options)
{
    /// <summary>Where the provider's answer has been read and the person is asked for.</summary>
    public const string Arrival = "/sign-in/arrival";

    public const string Scheme = "Company";

    /// <summary>As the button says it; null when there is none.</summary>
    public string? Name => options.Value.InUse ? options.Value.Name : null;

    /// <summary>Whom the provider vouched for; null when what it said names nobody.</summary>
    public OutsideSignIn? Of(ClaimsPrincipal vouched)
    {
        var subject = vouched.FindFirst("sub");
        return subject is null || vouched.FindFirstValue("iss") is not { } issuer
            ? null
            : new OutsideSignIn(
                issuer, subject.Value, vouched.FindFirstValue("email")?.Trim(), vouched.FindFirstValue("name") ?? vouched.FindFirstValue("preferred_username"),
                options.Value.RoleOf(vouched.FindAll(options.Value.RoleClaim).Select(claim => claim.Value)));
    }
}

internal static class OpenIdServices
{
    public static void AddOpenId(this AuthenticationBuilder authentication, IConfiguration configuration)
    {
        var services = authentication.Services;
        services.AddOptions<OpenIdOptions>().BindConfiguration(OpenIdOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<OpenIdOptions>, OpenIdValidation>();
        services.AddSingleton<OpenIdSignIn>();
        if (configuration.GetSection(OpenIdOptions.Section).Get<OpenIdOptions>() is { InUse: true } options)
        {
            services.Configure<SignInWays>(ways => ways.Company = true);
            authentication.AddOpenIdConnect(OpenIdSignIn.Scheme, connect => Set(connect, options));
        }
    }

    /// <summary>A link and no form: a form's answer may not lead to another site (form-action).</summary>
    public static IEndpointConventionBuilder MapOpenId(this IEndpointRouteBuilder app) => app.MapGet("/sign-in/company", (string? to, OpenIdSignIn company) =>
        company.Name is null
            ? Results.Redirect("/sign-in")
            : Results.Challenge(new AuthenticationProperties { RedirectUri = $"{OpenIdSignIn.Arrival}?to={Uri.EscapeDataString(LocalAddress.Of(to))}" }, [OpenIdSignIn.Scheme]))
        .AllowAnonymous().ExcludeFromDescription();

    private static void Set(OpenIdConnectOptions connect, OpenIdOptions options)
    {
        connect.SignInScheme = IdentityConstants.ExternalScheme;
        connect.Authority = options.Authority;
        connect.RequireHttpsMetadata = !(Uri.TryCreate(options.Authority, UriKind.Absolute, out var authority) && authority.IsLoopback);
        connect.ClientId = options.ClientId;
        connect.ClientSecret = string.IsNullOrEmpty(options.ClientSecretFile) ? options.ClientSecret : File.ReadAllText(options.ClientSecretFile).Trim();
        connect.ResponseType = OpenIdConnectResponseType.Code;
        connect.ResponseMode = OpenIdConnectResponseMode.Query;   // a GET: its cookies may stay SameSite=Lax
        connect.CorrelationCookie.SameSite = connect.NonceCookie.SameSite = SameSiteMode.Lax;
        connect.CorrelationCookie.SecurePolicy = connect.NonceCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        connect.UsePkce = true;
        connect.CallbackPath = "/sign-in/back";
        connect.MapInboundClaims = false;
        connect.SaveTokens = false;
        connect.GetClaimsFromUserInfoEndpoint = true;
        connect.Scope.Clear();
        foreach (var scope in options.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            connect.Scope.Add(scope);
        }

        connect.ClaimActions.Remove("iss");   // kept: issuer and subject together name a person
        foreach (var claim in (string[])["email", "name", "preferred_username", options.RoleClaim])
        {
            connect.ClaimActions.MapJsonKey(claim, claim);
        }

        connect.Events.OnRemoteFailure = failed =>
        {
            // Refused there, came back too late, or from another browser. What the provider says is in the log and on no page.
            failed.Response.Redirect(OpenIdSignIn.Arrival);
            failed.HandleResponse();
            return Task.CompletedTask;
        };
    }
}
