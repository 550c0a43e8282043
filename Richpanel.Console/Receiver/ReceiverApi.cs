using Microsoft.AspNetCore.Http.HttpResults;
using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;

namespace Richpanel.Console.Receiver;

/// <summary>What the page Receiver shows and does, over the API.</summary>
public static class ReceiverApi
{
    private const int MostArrivals = 100;

    /// <param name="LetIn">False: refused, and <paramref name="Code"/> says why.</param>
    /// <param name="Source">Public id <c>src_…</c>; null when it could not be told whose it was.</param>
    /// <param name="Calls">Made of it so far; null for a refused one.</param>
    /// <param name="Delivery">The first of them.</param>
    public sealed record ArrivalShape(DateTimeOffset At, bool LetIn, string Route, string? Source, int? Calls, string? Delivery, DeliveryState? State, int? Status, string? Code, string? Path, string? Message);

    public sealed record CauseShape(string Code, string Title, string Text, string Remedy, long Count);

    /// <param name="Verdict">kept, refused, stranger or unreachable.</param>
    /// <param name="MessageId">Finds its delivery when it was kept.</param>
    public sealed record TestShape(ProbeVerdict Verdict, string? Address, int? Status, int Ms, string Words, string? Remedy, string MessageId);

    /// <summary>Routes under <c>/api/v1</c>: the newest requests, refused ones by cause, a test of a source.</summary>
    public static void MapReceiverApi(this RouteGroupBuilder api)
    {
        var read = api.MapGroup("/requests").WithTags("Receiver").RequireAuthorization(nameof(Permission.Read));
        read.MapGet("/newest", NewestAsync);
        read.MapGet("/rejected/causes", CausesAsync);
        api.MapPost("/sources/{source}/test", TestAsync).WithTags("Receiver").RequireAuthorization(nameof(Permission.UseSandbox)).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static Actor By(HttpContext http, Sessions sessions) => sessions.ActorOf(http.User) ?? throw new SessionEndedException();

    /// <param name="source">Only of this source (<c>src_…</c>), and refused ones of which nobody knows whose they were.</param>
    private static async Task<Results<Ok<IReadOnlyList<ArrivalShape>>, ProblemHttpResult>> NewestAsync(
        string? source, int? limit, HttpContext http, Sessions sessions, ConnectionDirectory directory, ArrivalQueries arrivals, CancellationToken ct)
    {
        var by = By(http, sessions);
        var chosen = source is null ? null : Find(source, by, directory);
        if (source is not null && chosen is null)
        {
            return Missing(source);
        }

        var rows = await arrivals.NewestAsync(by, chosen?.Id, Math.Clamp(limit ?? 10, 1, MostArrivals), ct);
        return TypedResults.Ok<IReadOnlyList<ArrivalShape>>([.. rows.Select(Shape)]);
    }

    private static async Task<Results<Ok<IReadOnlyList<CauseShape>>, ProblemHttpResult>> CausesAsync(HttpContext http, Sessions sessions, RejectedQueries rejected, CancellationToken ct)
    {
        if (By(http, sessions).Connections is not null)
        {
            return TypedResults.Problem("A refused request belongs to no connection for certain, so only tokens for all connections may read them.", statusCode: StatusCodes.Status403Forbidden, title: "Not allowed");
        }

        var counts = await rejected.CountsAsync(ct);
        return TypedResults.Ok<IReadOnlyList<CauseShape>>(
            [.. counts.Select(count => (Of: CauseCatalog.Find(count.Cause), count.Count)).Select(one => new CauseShape(one.Of.Code, one.Of.Title, one.Of.Text, one.Of.Remedy, one.Count))]);
    }

    /// <summary>Posts one marked event through the public address. Only the sandbox ever gets it: for any other connection it is kept and skipped.</summary>
    private static async Task<Results<Ok<TestShape>, ProblemHttpResult>> TestAsync(string source, HttpContext http, CancellationToken ct)
    {
        var services = http.RequestServices;
        var by = By(http, services.GetRequiredService<Sessions>());
        if (Find(source, by, services.GetRequiredService<ConnectionDirectory>()) is not { } found)
        {
            return Missing(source);
        }

        if (!services.GetRequiredService<SourceStore>().CanShowWriteKey(found))
        {
            return TypedResults.Problem("The write key of this source can no longer be read, so no test can be sent with it.", statusCode: StatusCodes.Status409Conflict, title: "Conflict");
        }

        var call = await services.GetRequiredService<ReceiverTest>().MakeAsync(by, found);
        var outcome = await services.GetRequiredService<ReceiverProbe>().SendAsync(call, ct);
        return TypedResults.Ok(new TestShape(outcome.Verdict, outcome.Address, outcome.Status, outcome.Ms, outcome.Words, outcome.Remedy, call.MessageId));
    }

    private static Source? Find(string source, Actor by, ConnectionDirectory directory) =>
        (PublicId.Parse(source, "src") is { } id ? directory.FindSource(id) : null) is { } found && directory.Find(found.ConnectionId) is { } connection && by.MayTouch(connection) ? found : null;

    private static ProblemHttpResult Missing(string source) => TypedResults.Problem(
        $"There is no source '{source}' that this token may touch. GET /api/v1/sources lists them; give the number of its id as src_….", statusCode: StatusCodes.Status404NotFound, title: "Not found");

    private static ArrivalShape Shape(Arrival arrival) => arrival switch
    {
        Arrival.Refused { Row: var row } => new(row.At, false, row.Route, Id(row.SourceId), null, null, null, row.StatusCode, row.Cause, row.Path, row.Message),
        Arrival.LetIn row => new(row.At, true, row.Route, Id(row.SourceId), row.Calls, row.First is { } first ? PublicId.Delivery(first) : null, row.State, null, null, null, null),
        _ => throw new InvalidOperationException("An arrival of no known kind."),
    };

    private static string? Id(long? sourceId) => sourceId is { } id ? PublicId.Source(id) : null;
}
