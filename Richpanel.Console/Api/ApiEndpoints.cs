using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OpenTelemetry.Metrics;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Scalar.AspNetCore;

namespace Richpanel.Console.Api;

/// <summary><c>/api/v1</c> (design section 9), its description, health and metrics.</summary>
public static class ApiEndpoints
{
    /// <summary>
    /// Direct requests of this machine, a token that may read, or a person who may: what is told holds no more than the pages, and
    /// whoever reads the API reference is often signed in.
    /// </summary>
    private const string LocalOrToken = "LocalOrToken";

    /// <summary>As above, but no token that is limited to some connections: what is asked for tells of all.</summary>
    private const string LocalOrTokenForAll = "LocalOrTokenForAll";

    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.AddProblemDetails().AddExceptionHandler<ApiFaults>();
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);   // so that ApiFaults can say where
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.MaxDepth = DeepJson.MostLevels;   // a call to preview may be as deep as one to receive
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        });
        services.AddSingleton<TokenTries>();
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, ApiTokenHandler>(Sessions.TokenScheme, null);
        services.AddAuthorizationBuilder()
            .AddPolicy(LocalOrToken, policy => policy.RequireAssertion(context => IsLocalOr(context.Resource, _ => true)))
            .AddPolicy(LocalOrTokenForAll, policy => policy.RequireAssertion(context => IsLocalOr(context.Resource, holder => holder.Connections is null)));
        services.AddOptions<ApiOptions>().BindConfiguration("Api").ValidateDataAnnotations().ValidateOnStart();
        services.AddRateLimiter(limits => limits.AddPolicy<string, TokenLimit>(nameof(TokenLimit)));
        services.AddHealthChecks().AddCheck<StoreReadiness>("store");
        services.AddOpenApi("v1");
        services.AddHostedService<ApiMetrics>();
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddAspNetCoreInstrumentation().AddRuntimeInstrumentation().AddMeter(ApiMetrics.MeterName).AddPrometheusExporter());
        return services;
    }

    /// <summary>Gives back the group <c>/api/v1</c>, so that a feature with routes of its own can add them.</summary>
    public static RouteGroupBuilder MapApi(this WebApplication app)
    {
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/api"), branch => branch.UseExceptionHandler().UseStatusCodePages());
        app.MapHealthChecks("/healthz", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/readyz", new HealthCheckOptions { ResponseWriter = SayAsync });
        app.MapPrometheusScrapingEndpoint("/metrics").RequireAuthorization(LocalOrTokenForAll);
        app.MapOpenApi("/openapi/{documentName}.json").RequireAuthorization(LocalOrToken);
        app.MapScalarApiReference("/scalar", ScalarPage.Set).RequireAuthorization(LocalOrToken);

        var api = app.MapGroup("/api/v1").RequireRateLimiting(nameof(TokenLimit));
        api.MapLedger();
        api.MapDeliveries();
        api.MapGroups();
        api.MapRetries();
        api.MapDeliveryNotes();
        api.MapPreview();
        api.MapSamples();
        api.MapConnections();
        api.MapTrials();
        api.MapSources();
        api.MapTokens();
        api.MapAlerts();
        return api;
    }

    private static bool IsLocalOr(object? resource, Func<Actor, bool> isEnough) => resource is HttpContext http
        && (http.RequestServices.GetRequiredService<Sessions>().ActorOf(http.User) is { } holder ? holder.May(Permission.Read) && isEnough(holder) : LocalVisitor.Refusal(http) is null);

    private static Task SayAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsync(report.Status == HealthStatus.Healthy ? "ready" : string.Join(' ', report.Entries.Values.Select(entry => entry.Description)));
}
