using Microsoft.EntityFrameworkCore;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Privacy;
using Richpanel.Core.Storage;

namespace Richpanel.Core.Receiving;

/// <summary>One request that came to the door, let in or not.</summary>
/// <param name="Key">Tells it from all others: <c>in-12</c>, <c>no-7</c>.</param>
/// <param name="Route">As it is named in lists: <c>/v1/track</c>.</param>
/// <param name="SourceId">Null: it could not be told whose it was.</param>
public abstract record Arrival(string Key, DateTimeOffset At, string Route, long? SourceId)
{
    /// <param name="Calls">Made of it so far; 0 in the moment before it is read.</param>
    /// <param name="First">The first of its deliveries; null before it is read.</param>
    public sealed record LetIn(long Id, DateTimeOffset At, string Route, long? SourceId, int Calls, DeliveryState? State, bool Held, long? First) : Arrival($"in-{Id}", At, Route, SourceId);

    public sealed record Refused(RejectedRow Row) : Arrival($"no-{Row.Id}", Row.At, Row.Route, Row.SourceId);
}

/// <summary>What came to the door last. Of refused ones the samples: in a flood of the same fault not every one.</summary>
public sealed class ArrivalQueries(IDbContextFactory<ConsoleDbContext> contexts, RejectedQueries rejected, ConnectionDirectory directory, TimeProvider time)
{
    /// <summary>Let in requests that are looked at for one source: what a quiet source costs at most.</summary>
    public const int MostLookedAt = 5_000;

    /// <summary>The newest first. With a source: its own, and the refused ones of which nobody knows whose they were.</summary>
    public async Task<IReadOnlyList<Arrival>> NewestAsync(Actor by, long? sourceId, int limit, CancellationToken ct)
    {
        var letIn = await LetInAsync(by, sourceId, limit, ct);
        var refused = by.Connections is not null ? [] : (await rejected.RecentAsync(Sight.Of(by), null, null, limit, ct, sourceId)).Select(row => (Arrival)new Arrival.Refused(row));
        return [.. letIn.Concat(refused).OrderByDescending(arrival => arrival.At).ThenByDescending(arrival => arrival.Key, StringComparer.Ordinal).Take(limit)];
    }

    private async Task<IReadOnlyList<Arrival>> LetInAsync(Actor by, long? sourceId, int limit, CancellationToken ct)
    {
        var connections = directory.Connections.Where(connection => by.MayTouch(connection.Name)).Select(connection => connection.Id).ToList();
        var held = directory.HeldConnections(time.GetUtcNow());
        await using var context = await contexts.CreateDbContextAsync(ct);
        var newest = await context.Requests.MaxAsync(request => (long?)request.Id, ct) ?? 0;
        var requests = await context.Requests
            .Where(request => request.Id > newest - MostLookedAt && request.Origin == Origin.Receiver && connections.Contains(request.ConnectionId) && (sourceId == null || request.SourceId == sourceId))
            .OrderByDescending(request => request.Id)
            .Take(limit)
            .Select(request => new { request.Id, request.ReceivedAt, request.Route, request.SourceId, request.ConnectionId })
            .ToListAsync(ct);
        var ids = requests.ConvertAll(request => request.Id);
        var calls = await context.Deliveries.Where(delivery => ids.Contains(delivery.RequestId))
            .GroupBy(delivery => delivery.RequestId, (id, made) => new { Id = id, Count = made.Count(), First = made.Min(delivery => delivery.Id) })
            .ToDictionaryAsync(group => group.Id, ct);
        var single = calls.Values.Where(group => group.Count == 1).Select(group => group.First).ToList();
        var states = await context.Deliveries.Where(delivery => single.Contains(delivery.Id)).ToDictionaryAsync(delivery => delivery.Id, delivery => delivery.State, ct);
        return
        [
            .. requests.Select(request =>
            {
                var made = calls.GetValueOrDefault(request.Id);
                var state = made is { Count: 1 } && states.TryGetValue(made.First, out var one) ? one : (DeliveryState?)null;
                return new Arrival.LetIn(
                    request.Id, request.ReceivedAt, Name(request.Route), request.SourceId, made?.Count ?? 0, state, state == DeliveryState.Waiting && held.Contains(request.ConnectionId), made?.First);
            }),
        ];
    }

    private static string Name(ReceivedRoute route) => route switch
    {
        ReceivedRoute.Partner => "/segment",
        ReceivedRoute.Webhook => "/webhooks",
        ReceivedRoute.Console => "console",
        _ => "/v1/" + route.ToString().ToLowerInvariant(),
    };
}
