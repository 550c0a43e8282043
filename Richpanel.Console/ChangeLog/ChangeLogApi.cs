using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Richpanel.Console.Shared;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;

namespace Richpanel.Console.ChangeLog;

/// <summary>The change log over the API, and the download that the page offers.</summary>
public static class ChangeLogApi
{
    public sealed record List(IReadOnlyList<LineShape> Items, string? NextCursor, DateTimeOffset? SearchedBackTo);

    /// <summary>A line. <c>who</c> and <c>objectName</c> are as they were then.</summary>
    public sealed record LineShape(
        long Id, DateTimeOffset At, string Who, ActorKind Kind, long? ActorId, string Action, string Did, string? ObjectId, string? ObjectName,
        IReadOnlyList<FieldChange> Changes, long? Count, string? Reason, string? Address, string Hash)
    {
        public static LineShape Of(ChangeEntry line) => new(
            line.Id, line.At, line.ActorName, line.ActorKind, line.ActorId, line.Action, ChangeWords.Did(line), line.ObjectId, line.ObjectName,
            FieldChange.Read(line.Fields), line.Count, line.Reason, line.Address, Convert.ToHexStringLower(line.Hash));
    }

    public sealed record Verdict(bool Intact, string Sentence, long Lines, ChangeFault? Fault, long? BrokenLine, long? KeyGoneUntil, IReadOnlyList<long> LossesFound, IReadOnlyList<long> NotesMissing, bool IsEndProved, bool IsUnwritten)
    {
        public static Verdict Of(ChangeVerdict found) => new(
            found.IsIntact, found.Sentence, found.Lines, found.Fault, found.BrokenLine, found.KeyGoneUntil, found.LossesFound ?? [], found.NotesMissing ?? [], found.IsEndProved, found.IsUnwritten);
    }

    /// <summary>Routes under <c>/api/v1/audit</c>.</summary>
    public static void MapAudit(this RouteGroupBuilder api)
    {
        var audit = api.MapGroup("/audit").WithTags("Change log").RequireAuthorization(nameof(Permission.ReadChangeLog)).AddEndpointFilter(OnlyForAllConnectionsAsync)
            .ProducesProblem(StatusCodes.Status403Forbidden);
        audit.MapGet("/", PageAsync);
        audit.MapPost("/verify", async (HttpContext http, ChangeReview review, CancellationToken ct) => TypedResults.Ok(Verdict.Of(await review.VerifyAsync(By(http), null, ct))));
        audit.MapGet("/export.csv", ExportAsync).Produces<string>(StatusCodes.Status200OK, "text/csv").ProducesProblem(StatusCodes.Status400BadRequest);
    }

    /// <summary><c>/change-log/export.csv</c> for a signed-in person's browser.</summary>
    public static void MapChangeLogDownload(this WebApplication app) => app.MapGet("/change-log/export.csv", ExportAsync)
        .ExcludeFromDescription().RequireAuthorization(nameof(Permission.ReadChangeLog)).AddEndpointFilter(OnlyFromOwnPagesAsync)
        .AddEndpointFilter(OnlyForAllConnectionsAsync);

    private static async Task<Results<Ok<List>, ProblemHttpResult>> PageAsync(
        [AsParameters] ChangeAsk ask, string? cursor, int? limit, ChangeQueries queries, ChangeWriting log, CancellationToken ct)
    {
        var faults = new List<string>();
        var filter = ask.ToFilter(log, faults);
        long? before = null;
        if (cursor is not null)
        {
            before = long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var line) ? line : null;
            if (before is null)
            {
                faults.Add("cursor: give the nextCursor of the page before, or leave it out.");
            }
        }

        if (faults.Count > 0)
        {
            return BadRequest(faults);
        }

        var page = await queries.PageAsync(filter, before, limit ?? 50, ct);
        return TypedResults.Ok(new List([.. page.Items.Select(LineShape.Of)], page.NextCursor?.ToString(CultureInfo.InvariantCulture), page.SearchedBackTo));
    }

    private static async Task<IResult> ExportAsync([AsParameters] ChangeAsk ask, HttpContext http, ChangeReview review, ChangeWriting log, TimeProvider time, CancellationToken ct)
    {
        var faults = new List<string>();
        var filter = ask.ToFilter(log, faults);
        if (faults.Count > 0)
        {
            return BadRequest(faults);
        }

        var lines = await review.ExportAsync(By(http), filter, ct);
        http.Response.Headers.CacheControl = "no-store";
        return Results.Stream(
            stream => ChangeCsv.WriteAsync(stream, lines, ct), "text/csv; charset=utf-8",
            string.Create(CultureInfo.InvariantCulture, $"change-log-{time.GetUtcNow():yyyy-MM-dd}.csv"));
    }

    /// <summary>What stands in the change log concerns the whole product: a token limited to some connections reads none of it.</summary>
    private static ValueTask<object?> OnlyForAllConnectionsAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        By(context.HttpContext).Connections is null
            ? next(context)
            : ValueTask.FromResult<object?>(TypedResults.Problem(
                "The change log concerns the whole product, so only tokens for all connections may read it.", statusCode: StatusCodes.Status403Forbidden, title: "Not allowed"));

    /// <summary>An export is written down, so another site must not be able to start one in a person's name.</summary>
    private static ValueTask<object?> OnlyFromOwnPagesAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        OwnPages.Ask(context.HttpContext.Request)
            ? next(context)
            : ValueTask.FromResult<object?>(TypedResults.Problem(
                "Another site asked for this download. Start it from the page of the change log.", statusCode: StatusCodes.Status403Forbidden, title: "Not allowed"));

    private static Actor By(HttpContext http) => http.RequestServices.GetRequiredService<Sessions>().ActorOf(http.User) ?? throw new SessionEndedException();

    private static ProblemHttpResult BadRequest(List<string> faults) =>
        TypedResults.Problem(string.Join(' ', faults), statusCode: StatusCodes.Status400BadRequest, title: "The request cannot be used");
}
