using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Privacy;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;

namespace Richpanel.Console.Api;

/// <summary>How a list is asked for, in the address or (so that personal values stand in no address) in the body.</summary>
public sealed record DeliverySearch(
    string? State = null, string? Type = null, string? Event = null, string? User = null, string? Email = null, string? Order = null, string? MessageId = null,
    string? Connection = null, string? Origin = null, string? Code = null, string? Since = null, string? Until = null, int? Limit = null, string? Cursor = null);

public sealed record RetryWish(bool AsThen = false);

/// <summary>Why somebody needs to see one delivery's personal data.</summary>
public sealed record UnmaskWish(string? Reason);

internal static class DeliveriesApi
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(60);

    public static void MapDeliveries(this RouteGroupBuilder api)
    {
        var read = api.MapGroup("/deliveries").WithTags("Deliveries").RequireAuthorization(nameof(Permission.Read));
        read.MapGet("/", ([AsParameters] DeliverySearch search, HttpContext http, DeliveryQueries queries, ConnectionDirectory directory, CancellationToken ct) =>
            SearchAsync(search, http, queries, directory, ct));
        read.MapPost("/search", SearchAsync);
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
        DeliverySearch search, HttpContext http, DeliveryQueries queries, ConnectionDirectory directory, CancellationToken ct)
    {
        var faults = new List<string>();
        var filter = Filter(search, http, directory, faults);
        if (search.Cursor is not null && PublicId.Parse(search.Cursor, "dlv") is null)
        {
            faults.Add("cursor: give the nextCursor of the page before, or leave it out.");
        }

        if (faults.Count > 0)
        {
            return ApiProblems.BadRequest(string.Join(" ", faults));
        }

        var page = await queries.PageAsync(Sight.Of(Caller.Of(http)), filter, search.Cursor, search.Limit ?? 50, ct);
        return TypedResults.Ok(new DeliveryListShape([.. page.Items.Select(row => DeliveryShape.Of(row, directory))], page.NextCursor, page.SearchedBackTo));
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

    private static DeliveryFilter Filter(DeliverySearch search, HttpContext http, ConnectionDirectory directory, List<string> faults)
    {
        var isHeld = string.Equals(search.State, "held", StringComparison.OrdinalIgnoreCase);
        var connection = search.Connection is { } name ? ApiAccess.Find(http, directory, name) : null;
        if (search.Connection is not null && connection is null)
        {
            faults.Add($"connection: {ApiAccess.NoConnection(search.Connection)}");
        }

        return new DeliveryFilter
        {
            State = isHeld ? DeliveryState.Waiting : Word<DeliveryState>(search.State, "state", faults, "held"),
            Held = isHeld ? true : null,
            Type = Word<SegmentCallType>(search.Type, "type", faults),
            Event = search.Event,
            User = search.User,
            Email = search.Email,
            Order = search.Order,
            MessageId = search.MessageId,
            ConnectionId = connection?.Id,
            Among = Caller.Of(http).Connections is null ? null : [.. ApiAccess.Visible(http, directory).Select(c => c.Id)],
            Origin = Word<Origin>(search.Origin, "origin", faults),
            Code = search.Code,
            Since = Time(search.Since, "since", faults),
            Until = Time(search.Until, "until", faults),
        };
    }

    /// <summary>One name of the enumeration; numbers and lists, which the framework would read as well, are refused.</summary>
    private static T? Word<T>(string? text, string field, List<string> faults, params ReadOnlySpan<string> also)
        where T : struct, Enum
    {
        if (text is null)
        {
            return null;
        }

        if (text.All(char.IsAsciiLetter) && Enum.TryParse<T>(text, ignoreCase: true, out var value))
        {
            return value;
        }

        faults.Add($"{field}: give one of {string.Join(", ", [.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant()), .. also])}.");
        return null;
    }

    private static DateTimeOffset? Time(string? text, string field, List<string> faults)
    {
        if (text is null)
        {
            return null;
        }

        var reading = SegmentTimestamp.Read(new Core.Json.JsonTree.Text(text));
        if (reading.Time is null)
        {
            faults.Add($"{field}: give a time such as 2026-11-24T10:00:00Z.");
        }

        return reading.Time;
    }
}
