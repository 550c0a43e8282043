using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Core.Backups;

namespace Richpanel.Console.Backups;

/// <summary>Backups over the API, and the file for a signed-in person's browser.</summary>
public static class BackupsApi
{
    /// <summary>What a backup is made with.</summary>
    /// <param name="Passphrase">Seals the key ring; 12 characters at least. It is kept nowhere.</param>
    public sealed record Wish(string? Passphrase = null)
    {
        /// <summary>Never the passphrase.</summary>
        public override string ToString() => nameof(Wish);
    }

    /// <param name="UnderWay">The one that is being made; null: none.</param>
    public sealed record List(BackupUnderWay? UnderWay, IReadOnlyList<Shape> Items);

    /// <summary>A backup. <c>fault</c> says why one cannot be read; what stood in its manifest is null then.</summary>
    public sealed record Shape(
        string Name, long Bytes, DateTimeOffset? MadeAt, string? Product, string? Schema, bool? LedgerBalanced, BackupCounts? Counts, IReadOnlyList<BackupPart>? Parts, string? Fault)
    {
        public static Shape Of(BackupInfo one) => new(
            one.Name, one.Bytes, one.Manifest?.MadeAt, one.Manifest?.Product, one.Manifest?.Schema, one.Manifest?.IsBalanced, one.Manifest?.Counts, one.Manifest?.Parts, one.Fault);
    }

    /// <summary>Routes under <c>/api/v1/backups</c>.</summary>
    public static void MapBackups(this RouteGroupBuilder api)
    {
        var backups = api.MapGroup("/backups").WithTags("Backups").RequireAuthorization(nameof(Permission.KeepBackups)).ProducesProblem(StatusCodes.Status403Forbidden);
        backups.MapGet("/", (HttpContext http, BackupStore store) => TypedResults.Ok(new List(store.UnderWay, [.. store.List(By(http)).Select(Shape.Of)])));
        backups.MapPost("/", MakeAsync).Produces<Shape>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict);
        backups.MapGet("/{name}", (string name, HttpContext http, BackupStore store) =>
            store.Find(By(http), name) is { } one ? Results.Ok(Shape.Of(one)) : NotFound(name)).Produces<Shape>().ProducesProblem(StatusCodes.Status404NotFound);
        backups.MapGet("/{name}/file", FileAsync).Produces<byte[]>(StatusCodes.Status200OK, "application/octet-stream").ProducesProblem(StatusCodes.Status404NotFound);
        backups.MapDelete("/{name}", async (string name, HttpContext http, BackupStore store) => await store.DeleteAsync(By(http), name) ? Results.NoContent() : NotFound(name))
            .Produces(StatusCodes.Status204NoContent).ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <summary><c>/backups/{name}/file</c> for a signed-in person's browser.</summary>
    public static void MapBackupDownload(this WebApplication app) => app.MapGet("/backups/{name}/file", async (string name, HttpContext http, BackupStore store) =>
        OwnPages.Ask(http.Request)
            ? await FileAsync(name, http, store)
            : Results.Problem("Another site asked for this download. Start it from the page of the backups.", statusCode: StatusCodes.Status403Forbidden, title: "Not allowed"))
        .ExcludeFromDescription().RequireAuthorization(nameof(Permission.KeepBackups));

    internal static string AddressOf(BackupInfo one) => $"/backups/{Uri.EscapeDataString(one.Name)}/file";

    private static async Task<IResult> MakeAsync(Wish wish, HttpContext http, BackupStore store)
    {
        if (RingSeal.FaultOf(wish.Passphrase) is { } fault)
        {
            return Results.ValidationProblem(new Dictionary<string, string[]> { ["passphrase"] = [fault] });
        }

        try
        {
            var made = await store.MakeAsync(By(http), wish.Passphrase!);
            return TypedResults.Created($"/api/v1/backups/{Uri.EscapeDataString(made.Name)}", Shape.Of(made));
        }
        catch (BackupBusyException busy)
        {
            return Results.Problem(busy.Message, statusCode: StatusCodes.Status409Conflict, title: "One at a time");
        }
        catch (BackupException failure)
        {
            return Results.Problem(failure.Message, statusCode: StatusCodes.Status503ServiceUnavailable, title: "The backup could not be made");
        }
    }

    private static async Task<IResult> FileAsync(string name, HttpContext http, BackupStore store)
    {
        if (await store.OpenAsync(By(http), name) is not { } content)
        {
            return NotFound(name);
        }

        http.Response.Headers.CacheControl = "no-store";
        return Results.File(content, "application/octet-stream", name);
    }

    private static IResult NotFound(string name) =>
        Results.Problem($"There is no backup '{name}'. GET /api/v1/backups lists them.", statusCode: StatusCodes.Status404NotFound, title: "Not found");

    private static Actor By(HttpContext http) => http.RequestServices.GetRequiredService<Sessions>().ActorOf(http.User) ?? throw new SessionEndedException();
}
