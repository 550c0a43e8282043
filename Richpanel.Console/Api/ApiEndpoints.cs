using System.Text.Json;
using System.Text.Json.Serialization;
using Richpanel.Core.Storage;

namespace Richpanel.Console.Api;

/// <summary><c>/api/v1</c> (design section 9) and health.</summary>
public static class ApiEndpoints
{
    public static IServiceCollection AddApi(this IServiceCollection services) => services
        .AddProblemDetails()
        .ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
            json.SerializerOptions.Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        });

    public static void MapApi(this WebApplication app)
    {
        // Alive: the process answers. Ready: what it keeps can be kept.
        app.MapGet("/healthz", () => "ok");
        app.MapGet("/readyz", (StoreHealth store) => store.IsNearlyFull
            ? Results.Text("The disk of the database is nearly full.", statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Text("ready"));

        var api = app.MapGroup("/api/v1").AddEndpointFilter<BearerToken>();
        api.MapLedger();
        api.MapDeliveries();
        api.MapConnections();
        api.Map("{**rest}", () => Results.Problem("There is no such call.", statusCode: StatusCodes.Status404NotFound, title: "Not found"));
    }
}
