using Microsoft.AspNetCore.Diagnostics;
using MudBlazor;
using MudBlazor.Services;
using Richpanel.Console.Overview;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Core.Erasure;

namespace Richpanel.Console.Shell;

/// <summary>The pages: Blazor, interactive on the server, behind <see cref="PageDoor"/>.</summary>
public static class ConsoleShell
{
    private const string ErrorPath = "/error";

    public static IServiceCollection AddConsole(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents().AddHubOptions(hub => hub.MaximumReceiveMessageSize = TextField.MessageBytes);
        services.AddMudServices(mud =>
        {
            mud.SnackbarConfiguration.PositionClass = Defaults.Classes.Position.BottomRight;
            mud.SnackbarConfiguration.ShowTransitionDuration = 100;
            mud.SnackbarConfiguration.HideTransitionDuration = 100;
            mud.SnackbarConfiguration.VisibleStateDuration = 6000;
        });
        services.AddResponseCompression(files =>
        {
            files.EnableForHttps = true;   // files alone, see below: nothing secret stands in them
            files.MimeTypes = ["text/css", "text/javascript", "application/javascript"];
        });
        services.AddOptions<PageOptions>().BindConfiguration("Console");
        services.AddCascadingAuthenticationState();
        services.AddScoped<ViewerTime>();
        services.AddScoped<DraftStore>();
        services.AddScoped<Shortcuts>();
        services.AddScoped<CommandSearch>();
        services.AddSingleton(provider =>
        {
            var filters = new PersonalFilters(provider.GetRequiredService<TimeProvider>());
            provider.GetRequiredService<ErasureStore>().Erased += filters.Forget;
            return filters;
        });
        services.AddSingleton<OverviewSides>();
        return services;
    }

    /// <summary>Before anybody is asked who it is, so that the way to the sign-in has its headers and needs HTTPS, too.</summary>
    public static void UsePageDoor(this WebApplication app) => app.UseMiddleware<PageDoor>();

    public static void MapConsole(this WebApplication app)
    {
        app.Use(RefuseTokens);
        app.UseWhen(
            context => !Programs.Own(context.Request.Path),
            pages => pages.UseExceptionHandler(new ExceptionHandlerOptions { ExceptionHandler = ShowErrorPageAsync, CreateScopeForErrors = true }));
        app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        app.UseAuthorization();   // again: the page that takes the place of a 404 starts from here
        app.Use(LeaveProgramsAlone);
        app.UseAntiforgery();

        // A build compresses its own files, but knows a library's by their plain names only, not by those with a fingerprint that
        // pages ask for: MudBlazor's styles would travel as they are, 627 kB. What is compressed already passes untouched.
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/_content"), library => library.UseResponseCompression());
        app.MapStaticAssets().WithMetadata(PageDoor.Mark, QuietRoute.Mark).AllowAnonymous();
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(circuit => circuit.ContentSecurityFrameAncestorsPolicy = null)   // PageDoor says it, and stricter
            .WithMetadata(PageDoor.Mark).RequireAuthorization(nameof(Permission.Read));
    }

    /// <summary>Pages are for people; a token that leaked must not open one.</summary>
    private static Task RefuseTokens(HttpContext context, RequestDelegate next)
    {
        if (Programs.Own(context.Request.Path) || context.User.Identity?.AuthenticationType != Sessions.TokenScheme)
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Task.CompletedTask;
    }

    /// <summary>Called in place of the page that broke. Runs the endpoint itself, as a branch of the pipeline cannot route again.</summary>
    private static Task ShowErrorPageAsync(HttpContext context)
    {
        var page = context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .First(endpoint => endpoint.RoutePattern.RawText == ErrorPath);
        context.Request.Path = ErrorPath;
        context.Request.QueryString = QueryString.Empty;
        context.SetEndpoint(page);
        PageDoor.Harden(context);   // the page that broke had its headers taken away
        return page.RequestDelegate!(context);
    }

    /// <summary>A person who strays gets a page that helps; a program gets the bare status it can read.</summary>
    private static Task LeaveProgramsAlone(HttpContext context, RequestDelegate next)
    {
        if (!IsBrowsing(context) && context.Features.Get<IStatusCodePagesFeature>() is { } pages)
        {
            pages.Enabled = false;
        }

        return next(context);
    }

    /// <summary>A person's browser asking for a page.</summary>
    private static bool IsBrowsing(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method)
        && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase)
        && !Programs.Own(context.Request.Path);
}
