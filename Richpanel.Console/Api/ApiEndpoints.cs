namespace Richpanel.Console.Api;

/// <summary><c>/api/v1</c> (design section 9), health and metrics.</summary>
public static class ApiEndpoints
{
    public static IServiceCollection AddApi(this IServiceCollection services) => services;

    public static void MapApi(this WebApplication app) => app.MapGet("/healthz", () => "ok");
}
