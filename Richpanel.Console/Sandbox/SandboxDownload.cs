using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Core.Sandbox;

namespace Richpanel.Console.Sandbox;

/// <summary>All the sandbox remembers as a JSON file: for a signed-in person's browser and for programs.</summary>
public static class SandboxDownload
{
    public const string Address = "/sandbox/export.json";

    public static void MapSandboxDownload(this WebApplication app) => app.MapGet(Address, ForPage)
        .ExcludeFromDescription().RequireAuthorization(nameof(Permission.Read));

    internal static PushStreamHttpResult ForProgram(HttpContext http, SandboxExport export, Sessions sessions, TimeProvider time) => Answer(http, export, sessions, time);

    private static Results<PushStreamHttpResult, ProblemHttpResult> ForPage(
        HttpContext http, SandboxExport export, Sessions sessions, TimeProvider time, Microsoft.Extensions.Options.IOptions<SandboxOptions> options)
    {
        // It is written down, so another site must not be able to start one in a person's name.
        if (!OwnPages.Ask(http.Request))
        {
            return TypedResults.Problem("Another site asked for this download. Start it from the sandbox's page.", statusCode: StatusCodes.Status403Forbidden, title: "Not allowed");
        }

        return options.Value.Enabled
            ? Answer(http, export, sessions, time)
            : TypedResults.Problem("The sandbox is switched off (Sandbox:Enabled).", statusCode: StatusCodes.Status404NotFound, title: "Not found");
    }

    private static PushStreamHttpResult Answer(HttpContext http, SandboxExport export, Sessions sessions, TimeProvider time)
    {
        var by = sessions.ActorOf(http.User) ?? throw new SessionEndedException();
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Stream(
            stream => export.WriteAsync(by, stream, http.RequestAborted),
            "application/json; charset=utf-8",
            string.Create(CultureInfo.InvariantCulture, $"sandbox-{time.GetUtcNow():yyyy-MM-dd-HHmmss}.json"));
    }
}
