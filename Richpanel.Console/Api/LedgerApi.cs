using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Ledger;
using Richpanel.Core.Privacy;
using Richpanel.Core.Receiving;

namespace Richpanel.Console.Api;

/// <summary>The ledger, and what was refused at the door.</summary>
internal static class LedgerApi
{
    private const int MostRejected = 500;

    public static void MapLedger(this RouteGroupBuilder api)
    {
        var read = api.MapGroup("").WithTags("Ledger").RequireAuthorization(nameof(Permission.Read));
        read.MapGet("/ledger", async (HttpContext http, LedgerQueries ledger, ConnectionDirectory directory, CancellationToken ct) =>
            Shape(await ledger.ReadAsync(ct), ApiAccess.VisibleWithDeleted(http, directory), Caller.Of(http).Connections is null));
        read.MapGet("/requests/rejected", async (string? cause, long? before, int? limit, HttpContext http, RejectedQueries rejected, CancellationToken ct) =>
            Caller.Of(http).Connections is null
                ? Results.Ok(await rejected.RecentAsync(Sight.Of(Caller.Of(http)), cause, before, Math.Clamp(limit ?? 50, 1, MostRejected), ct))
                : ApiProblems.Forbidden("A refused request belongs to no connection for certain, so only tokens for all connections may read them."));
    }

    /// <summary>A token that is limited to some connections gets their sum, not the whole.</summary>
    private static LedgerShape Shape(LedgerView view, IReadOnlyList<Connection> visible, bool all)
    {
        var lines = view.Connections.Where(line => visible.Any(c => c.Id == line.ConnectionId)).ToList();
        var total = all ? view.Total : lines.Aggregate(new LedgerLine(0, 0, 0, 0, 0, 0, 0, 0, 0), (sum, next) => Add(sum, next.Line));
        return new LedgerShape(
            LedgerLineShape.Of(total),
            all ? new RequestCountShape(view.RequestsReceived, view.RequestsLetIn, view.RequestsRejected) : null,
            [.. lines.Select(line => Named(line))]);
    }

    private static ConnectionLedgerShape Named(ConnectionLedger ledger) => new(
        PublicId.Connection(ledger.ConnectionId), ledger.Name, ledger.Line.Created, ledger.Line.Skipped, ledger.Line.Accepted, ledger.Line.Waiting, ledger.Line.WaitingHeld,
        ledger.Line.Failed, ledger.Line.Canceled, ledger.Line.Settled, ledger.Line.Purged, ledger.Line.Balanced);

    private static LedgerLine Add(LedgerLine a, LedgerLine b) => new(
        a.Created + b.Created, a.Skipped + b.Skipped, a.Accepted + b.Accepted, a.Waiting + b.Waiting, a.WaitingHeld + b.WaitingHeld,
        a.Failed + b.Failed, a.Canceled + b.Canceled, a.Settled + b.Settled, a.Purged + b.Purged);
}
