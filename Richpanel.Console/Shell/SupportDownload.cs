using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Core.Support;

namespace Richpanel.Console.Shell;

/// <summary>The support bundle as a file, for a signed-in person's browser.</summary>
public static class SupportDownload
{
    public const string Address = "/about/support.json";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void MapSupportDownload(this WebApplication app) => app.MapGet(Address, DownloadAsync)
        .ExcludeFromDescription().RequireAuthorization(nameof(Permission.TakeSupportBundle));

    private static async Task<IResult> DownloadAsync(HttpContext http, SupportQueries support, Sessions sessions, TimeProvider time, CancellationToken ct)
    {
        // It is written down who took it, so another site must not be able to do it in a person's name.
        if (!OwnPages.Ask(http.Request))
        {
            return TypedResults.Problem("Another site asked for this download. Start it from the About page.", statusCode: StatusCodes.Status403Forbidden, title: "Not allowed");
        }

        var bundle = await support.BundleAsync(sessions.ActorOf(http.User) ?? throw new SessionEndedException(), ct);
        http.Response.Headers.CacheControl = "no-store";
        return Results.File(
            JsonSerializer.SerializeToUtf8Bytes(bundle, s_json), "application/json; charset=utf-8",
            string.Create(CultureInfo.InvariantCulture, $"richpanel-console-support-{time.GetUtcNow():yyyy-MM-dd-HHmm}.json"));
    }
}
