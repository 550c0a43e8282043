using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Privacy;

namespace Richpanel.Console.Api;

public sealed record RetryWish(bool AsThen = false);

/// <summary>Why somebody needs to see one delivery's personal data.</summary>
public sealed record UnmaskWish(string? Reason);

internal static class DeliveriesApi
{
    private const int MostRows = 200;

    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(60);

    public static void MapDeliveries(this RouteGroupBuilder api)
    {
        var read = api.MapGroup("/deliveries").WithTags("Deliveries").RequireAuthorization(nameof(Permission.Read));
        read.MapGet("/", ([AsParameters] DeliverySearch search, HttpContext http, LogReader reader, ConnectionDirectory directory, CancellationToken ct) =>
            SearchAsync(search, http, reader, directory, ct));
        read.MapPost("/search", SearchAsync);
        read.MapLogExport();
        read.MapGet("/{id}", FindAsync);

        api.MapPost("/deliveries/{id}/unmask", UnmaskAsync).WithTags("Deliveries").RequireAuthorization(nameof(Permission.Unmask));

        var act = api.MapGroup("/deliveries").WithTags("Deliveries").RequireAuthorization(nameof(Permission.ActOnOne));
        act.MapPost("/{id}/retry", (string id, RetryWish? wish, bool? wait, HttpContext http, DeliveryActions actions, DeliveryQueries queries, ConnectionDirectory directory, CancellationToken ct) =>
            ActAsync(id, wait, http, queries, directory, (key, token) => actions.RetryAsync(Caller.Of(http), key, wish?.AsThen ?? false, token), actions, ct));
        act.MapPost("/{id}/try-now", (string id, bool? wait, HttpContext http, DeliveryActions actions, DeliveryQueries queries, ConnectionDirectory directory, CancellationToken ct) =>
            ActAsync(id, wait, http, queries, directory, (key, token) => actions.TryNowAsync(Caller.Of(http), key, token), actions, ct));
        act.MapPost("/{id}/cancel", (string id, HttpContext http, DeliveryActions actions, DeliveryQueries queries, ConnectionDirectory directory, CancellationToken ct) =>
            ActAsync(id, false, http, queries, directory, (key, token) => actions.CancelAsync(Caller.Of(http), key, token), actions, ct));
    }

    private static async Task<Results<Ok<DeliveryListShape>, ProblemHttpResult>> SearchAsync(
        DeliverySearch search, HttpContext http, LogReader reader, ConnectionDirectory directory, CancellationToken ct)
    {
        var faults = new List<string>();
        var ask = search.ToAsk(http, directory, reader, faults);
        var cursor = PublicId.Parse(search.Cursor, "dlv");
        if (search.Cursor is not null && cursor is null)
        {
            faults.Add("cursor: give the nextCursor of the page before, or leave it out.");
        }

        if (faults.Count > 0)
        {
            return ApiProblems.BadRequest(string.Join(" ", faults));
        }

        var page = await reader.PageAsync(ask, cursor is { } below ? LogPlace.Below(below) : LogPlace.Newest, Math.Min(search.Limit ?? 50, MostRows), ct);
        return TypedResults.Ok(new DeliveryListShape(
            [.. page.Rows.Select(row => DeliveryShape.Of(row.Row, directory))], page.Older is { Id: { } older } ? PublicId.Delivery(older) : null, page.SearchedTo));
    }

    private static async Task<Results<Ok<DeliveryDetailShape>, ProblemHttpResult>> FindAsync(
        string id, HttpContext http, DeliveryQueries queries, ConnectionDirectory directory, CancellationToken ct)
    {
        if (await VisibleAsync(id, http, queries, directory, ct) is not { } detail)
        {
            return Missing(id);
        }

        return TypedResults.Ok(DeliveryDetailShape.Of(detail, directory));
    }

    /// <summary>The reason is written down before anything is shown.</summary>
    private static async Task<Results<Ok<DeliveryDetailShape>, ProblemHttpResult>> UnmaskAsync(
        string id, UnmaskWish wish, HttpContext http, DeliveryUnmasking unmasking, DeliveryQueries queries, ConnectionDirectory directory, CancellationToken ct)
    {
        if (await VisibleAsync(id, http, queries, directory, ct) is not { } asked)
        {
            return Missing(id);
        }

        if (ApiProblems.LongReason(wish.Reason) is { } tooLong)
        {
            return tooLong;
        }

        return await unmasking.UnmaskAsync(Caller.Of(http), asked.Row.Id, wish.Reason, ct) switch
        {
            UnmaskOutcome.Shown shown => TypedResults.Ok(DeliveryDetailShape.Of(shown.Detail, directory)),
            UnmaskOutcome.NoReason => ApiProblems.BadRequest($"reason: {DeliveryUnmasking.ReasonNeeded}"),
            _ => Missing(id),
        };
    }

    private static ProblemHttpResult Missing(string id) => ApiProblems.NotFound($"There is no delivery '{id}' that this token may see.");

    /// <summary>With <c>wait=true</c> the answer comes after the attempt, with its true outcome.</summary>
    private static async Task<Results<Ok<DeliveryShape>, Accepted<DeliveryShape>, ProblemHttpResult>> ActAsync(
        string id, bool? wait, HttpContext http, DeliveryQueries queries, ConnectionDirectory directory,
        Func<long, CancellationToken, Task<ActionOutcome>> act, DeliveryActions actions, CancellationToken ct)
    {
        if (await VisibleAsync(id, http, queries, directory, ct) is not { } before)
        {
            return Missing(id);
        }

        var outcome = await act(before.Row.Id, ct);
        if (!outcome.Done)
        {
            var state = outcome.State?.ToString().ToLowerInvariant() ?? "gone";
            return ApiProblems.Conflict(state, $"The delivery is {state}, so this is no longer possible.");
        }

        if (wait == true)
        {
            await actions.WaitForOutcomeAsync(before.Row.Id, before.Row.AttemptCount, s_longestWait, ct);
        }

        var after = await queries.FindAsync(Sight.Of(Caller.Of(http)), before.Row.Id, ct);
        var shape = DeliveryShape.Of(after!.Row, directory);
        return wait == true || after.Row.State is not (DeliveryState.Waiting or DeliveryState.Sending) ? TypedResults.Ok(shape) : TypedResults.Accepted((string?)null, shape);
    }

    private static async Task<DeliveryDetail?> VisibleAsync(
        string id, HttpContext http, DeliveryQueries queries, ConnectionDirectory directory, CancellationToken ct)
    {
        return Key(id) is { } known && await queries.FindAsync(Sight.Of(Caller.Of(http)), known, ct) is { } detail && ApiAccess.MayTouch(http, directory, detail.Row.ConnectionId) ? detail : null;
    }

    private static long? Key(string id) =>
        PublicId.Parse(id, "dlv") ?? (long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null);
}
