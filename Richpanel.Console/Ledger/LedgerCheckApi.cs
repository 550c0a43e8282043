using Richpanel.Console.Shared;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Ledger;
using Richpanel.Core.Support;

namespace Richpanel.Console.Ledger;

/// <summary>Whether the numbers add up, over the API, and all that is wrong with the installation.</summary>
public static class LedgerCheckApi
{
    /// <param name="CountersComparedAt">Each minute; null before the first time.</param>
    /// <param name="RowsCounted">The last count of all rows; null when there was none.</param>
    /// <param name="Counting">The count under way; null: none.</param>
    public sealed record Shape(
        bool Agrees, DateTimeOffset? CountersComparedAt, CountShape? RowsCounted, RecountProgress? Counting, DateTimeOffset NextCountAt, IReadOnlyList<FaultShape> Faults);

    public sealed record CountShape(DateTimeOffset At, double Seconds, long Rows, int Hours);

    /// <summary>Where and by how much. <c>connection</c> is a public id; <c>origin</c>, <c>state</c> and <c>hour</c> are null where it is not by that.</summary>
    public sealed record FaultShape(
        string Part, string Connection, string? ConnectionName, string? Origin, string? State, DateTimeOffset? Hour, long Expected, long Found, string Sentence);

    /// <summary>Routes <c>/api/v1/ledger/check</c> and <c>/api/v1/faults</c>.</summary>
    public static void MapLedgerCheck(this RouteGroupBuilder api)
    {
        var check = api.MapGroup("").WithTags("Ledger").AddEndpointFilter(OnlyForAllConnectionsAsync).ProducesProblem(StatusCodes.Status403Forbidden);
        check.MapGet("/ledger/check", (LedgerWatch watch, ConnectionDirectory directory) => TypedResults.Ok(Of(watch.Report, directory))).RequireAuthorization(nameof(Permission.Read));
        check.MapPost("/ledger/check", async (HttpContext http, LedgerWatch watch, ConnectionDirectory directory, CancellationToken ct) =>
            TypedResults.Ok(Of(await watch.CheckAsync(By(http), ct), directory))).RequireAuthorization(nameof(Permission.CheckLedger));
        check.MapGet("/faults", (FaultBoard board) => TypedResults.Ok(board.Faults)).RequireAuthorization(nameof(Permission.Read));
    }

    private static Shape Of(LedgerReport report, ConnectionDirectory directory) => new(
        report.Agrees, report.SumsAt, report.Recount is { } count ? new CountShape(count.At, count.Took.TotalSeconds, count.Rows, count.Hours) : null, report.Counting, report.NextRecount,
        [.. report.Faults.Select(fault => Of(fault, directory))]);

    private static FaultShape Of(LedgerFault fault, ConnectionDirectory directory) => new(
        fault.Part.ToString().ToLowerInvariant(), PublicId.Connection(fault.ConnectionId), directory.AllConnections.FirstOrDefault(connection => connection.Id == fault.ConnectionId)?.Name,
        fault.Origin?.ToString().ToLowerInvariant(), fault.State?.ToString().ToLowerInvariant(), fault.Hour, fault.Expected, fault.Found, fault.Sentence);

    private static ValueTask<object?> OnlyForAllConnectionsAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        By(context.HttpContext).Connections is null
            ? next(context)
            : ValueTask.FromResult<object?>(TypedResults.Problem(
                "This concerns the whole product, so only tokens for all connections may ask for it.", statusCode: StatusCodes.Status403Forbidden, title: "Not allowed"));

    private static Actor By(HttpContext http) => http.RequestServices.GetRequiredService<Sessions>().ActorOf(http.User) ?? throw new SessionEndedException();
}
