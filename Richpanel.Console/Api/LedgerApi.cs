using Richpanel.Core.Connections;
using Richpanel.Core.Ledger;

namespace Richpanel.Console.Api;

/// <summary><c>GET /ledger</c>: the counters of promise 2, in all and by connection.</summary>
internal static class LedgerApi
{
    public static void MapLedger(this RouteGroupBuilder api) => api.MapGet("ledger", async (HttpContext http, LedgerQueries ledger, ConnectionDirectory directory, CancellationToken ct) =>
    {
        var scope = TokenScope.Of(http);
        var view = await ledger.ReadAsync(ct);
        var connections = view.Connections.Where(line => directory.Find(line.ConnectionId) is { } connection && scope.Covers(connection)).ToList();
        return Results.Ok(new
        {
            // A token for some connections sees no sums over the others.
            total = scope.IsLimited ? null : view.Total,
            requests = scope.IsLimited ? null : new { received = view.RequestsReceived, letIn = view.RequestsLetIn, rejected = view.RequestsRejected },
            connections = connections.Select(line => new
            {
                line.Name,
                line.Line.Created,
                line.Line.Skipped,
                line.Line.Accepted,
                line.Line.Waiting,
                line.Line.WaitingHeld,
                line.Line.Failed,
                line.Line.Canceled,
                line.Line.Settled,
                line.Line.Purged,
                line.Line.Balanced,
            }),
        });
    });
}
