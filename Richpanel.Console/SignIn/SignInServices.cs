using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Identity;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Core.People;
using Richpanel.Core.Storage;

namespace Richpanel.Console.SignIn;

/// <summary>Who is it: Identity with a cookie for people, bearer tokens for programs, this machine's own user in Development.</summary>
internal static class SignInServices
{
    /// <summary>Picks the scheme by what the request brings.</summary>
    private const string AnyScheme = "Any";

    public static IServiceCollection AddSignIn(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddScoped(provider => provider.GetRequiredService<SqliteStore>().CreateWritingContext(provider.GetRequiredService<StoreWriter>()));
        services.AddSingleton<IHttpContextAccessor, CurrentRequest>();   // before Identity, which would bring its own
        services.AddIdentityCore<Person>(identity =>
            {
                identity.User.RequireUniqueEmail = true;
                identity.User.AllowedUserNameCharacters = "";   // any: it is the e-mail
                identity.Password.RequiredLength = 12;
                identity.Password.RequiredUniqueChars = 5;
                identity.Password.RequireNonAlphanumeric = identity.Password.RequireUppercase = identity.Password.RequireLowercase = identity.Password.RequireDigit = false;
                identity.Lockout.MaxFailedAccessAttempts = 6;
                identity.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(15);
                identity.SignIn.RequireConfirmedAccount = true;   // what that means: ActivePeople
                identity.ClaimsIdentity.SecurityStampClaimType = PeopleDirectory.StampClaim;
            })
            .AddUserStore<ProtectedPeople>()
            .AddSignInManager()
            .AddErrorDescriber<SignInWords>()
            .AddDefaultTokenProviders();
        services.AddScoped<IUserConfirmation<Person>, ActivePeople>();
        services.AddSingleton<TryQueue>();
        services.AddSingleton<DoorLog>();
        services.AddScoped<PersonSignIn>();
        services.AddScoped<OwnAccount>();
        services.AddHostedService<SetupNotice>();
        services.Configure<DataProtectionTokenProviderOptions>(links => links.TokenLifespan = PeopleStore.LinkLife);
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 210_000);
        var authentication = services.AddAuthentication(AnyScheme)
            .AddPolicyScheme(AnyScheme, null, any => any.ForwardDefaultSelector = SchemeOf)
            .AddScheme<AuthenticationSchemeOptions, LocalAdminHandler>(Sessions.LocalScheme, null);
        authentication.AddIdentityCookies();
        authentication.AddOpenId(configuration);
        services.ConfigureApplicationCookie(SetCookie);
        services.AddRateLimiter(SignInLimits.Set);
        services.AddSingleton<EndedSessions>();
        services.AddSingleton<Sessions>();
        services.AddScoped<Viewer>();
        services.AddScoped<AuthenticationStateProvider, LiveSession>();
        services.AddSingleton<IAuthorizationHandler, PermissionHandler>();
        var authorization = services.AddAuthorizationBuilder();
        foreach (var permission in Enum.GetValues<Permission>())
        {
            authorization.AddPolicy(permission.ToString(), policy => policy.AddRequirements(new PermissionRequirement(permission)));
        }

        return services;
    }

    /// <summary>Behind the routing, before everything that asks who it is.</summary>
    public static void UseSignIn(this WebApplication app)
    {
        app.Use(CurrentRequest.UseFor);
        app.UseAuthentication();
        app.Use((context, next) =>
        {
            Sessions.Locate(context);
            return next(context);
        });
        app.UseAuthorization();
        app.UseRateLimiter();
    }

    private static string SchemeOf(HttpContext context)
    {
        if (context.Request.Path.StartsWithSegments("/api") || context.Request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            return Sessions.TokenScheme;
        }

        if (context.Request.Cookies.ContainsKey(CookieName))
        {
            return IdentityConstants.ApplicationScheme;
        }

        if (Programs.Own(context.Request.Path))
        {
            return Sessions.TokenScheme;   // who asks without anything is told to bring a token, not led to a page
        }

        return context.RequestServices.GetRequiredService<IHostEnvironment>().IsDevelopment() && LocalVisitor.Refusal(context) is null
            ? Sessions.LocalScheme
            : IdentityConstants.ApplicationScheme;
    }

    private const string CookieName = "richpanel.session";

    private static void SetCookie(CookieAuthenticationOptions cookie)
    {
        cookie.Cookie.Name = CookieName;
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;   // plain http is let in from this machine only, see PageDoor
        cookie.ExpireTimeSpan = EndedSessions.Life;
        cookie.SlidingExpiration = true;
        cookie.LoginPath = "/sign-in";
        cookie.AccessDeniedPath = "/no-right";
        cookie.ReturnUrlParameter = "to";
        cookie.Events.OnSigningIn = context =>
        {
            EndedSessions.Name(context.Principal!, context.HttpContext.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow());
            return Task.CompletedTask;
        };
        cookie.Events.OnValidatePrincipal = async context =>
        {
            // At every request, from memory: a disabled person's next click is refused, whenever the cookie was made.
            if (context.Principal is null || context.HttpContext.RequestServices.GetRequiredService<Sessions>().ActorOf(context.Principal) is null)
            {
                context.RejectPrincipal();
                await context.HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
            }
        };
    }
}

/// <summary>A role with this right.</summary>
internal sealed record PermissionRequirement(Permission Permission) : IAuthorizationRequirement;

internal sealed class PermissionHandler(Sessions sessions) : AuthorizationHandler<PermissionRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, PermissionRequirement requirement)
    {
        if (sessions.ActorOf(context.User)?.May(requirement.Permission) == true)
        {
            context.Succeed(requirement);
        }

        return Task.CompletedTask;
    }
}
