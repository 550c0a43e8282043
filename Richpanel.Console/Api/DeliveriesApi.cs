using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Deliveries.Log;
using Richpanel.Core.Edits;
using Richpanel.Core.Privacy;

namespace Richpanel.Console.Api;

public sealed record RetryWish(bool AsThen = false);

/// <summary>Why somebody needs to see one delivery's personal data.</summary>
public sealed record UnmaskWish(string? Reason);

/// <summary>
/// A call to be sent in place of a delivery. <c>attemptsSeen</c>: with more attempts by now it is refused; <c>settingsSeen</c>: with the
/// connection's settings changed by now it is.
/// </summary>
public sealed record EditCallWish(JsonElement Call, bool EvenIfReceived = false, int? AttemptsSeen = null, int? SettingsSeen = null);

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
        act.MapPost("/{id}/edit", EditAsync);
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
        string id, HttpContext http, DeliveryQueries queries, DeliveryEdits edits, ConnectionDirectory directory, CancellationToken ct)
    {
        if (await VisibleAsync(id, http, queries, directory, ct) is not { } detail)
        {
            return Missing(id);
        }

        return TypedResults.Ok(DeliveryDetailShape.Of(detail, directory, await edits.OpenAsync(detail, ct)));
    }

    /// <summary>
    /// The call takes the place of the delivery, which is Settled and never sent. Waits for the outcome of the copy as <c>/send</c> does.
    /// 409 with <c>code</c>: <c>may_have_been_received</c> until <c>evenIfReceived</c> says that this is known, <c>moved_on</c> when the
    /// delivery cannot be replaced or is not what was seen. 202 with the delivery itself: the edited one is kept, and its copy not there
    /// yet; <c>replacedBy</c> will name it. 403 for who sees personal data masked and has not unmasked this delivery, and for another
    /// userId, anonymousId or messageId without the right to send to the connection.
    /// </summary>
    private static async Task<Results<Ok<SendShape>, Accepted<SendShape>, ProblemHttpResult>> EditAsync(
        string id, EditCallWish wish, int? wait, HttpContext http, DeliveryEdits edits, DeliveryQueries queries, ConnectionDirectory directory, CancellationToken ct)
    {
        if (await VisibleAsync(id, http, queries, directory, ct) is not { } asked)
        {
            return Missing(id);
        }

        if (wish.Call.ValueKind == JsonValueKind.Undefined)
        {
            return ApiProblems.BadRequest("call: give the edited Segment call as a JSON object.");
        }

        var call = Encoding.UTF8.GetBytes(wish.Call.GetRawText());
        return await edits.SendAsync(Caller.Of(http), asked.Row.Id, call, new EditWish(wish.AttemptsSeen, wish.SettingsSeen, wish.EvenIfReceived), PreviewApi.Patience(wait), ct) switch
        {
            EditOutcome.Kept kept when await queries.FindAsync(Sight.Of(Caller.Of(http)), kept.Copy.Id, ct) is { } copy => PreviewApi.Sent(copy.Row, directory),
            EditOutcome.Kept or EditOutcome.Erased => ApiProblems.NotFound(PreviewApi.Erased),
            EditOutcome.NotExpanded => TypedResults.Accepted(
                $"/api/v1/deliveries/{PublicId.Delivery(asked.Row.Id)}",
                new SendShape(DeliveryShape.Of((await queries.FindAsync(Sight.Of(Caller.Of(http)), asked.Row.Id, ct))!.Row, directory), Ended: false)),
            EditOutcome.Unreadable unreadable => ApiProblems.BadRequest($"call, {unreadable.Path}: {unreadable.Why}"),
            EditOutcome.WouldNotBeSent unsent => ApiProblems.BadRequest(
                $"call{(unsent.Path is null ? "" : $", {unsent.Path}")}: as edited it would not be sent, and the original stays as it is. {CauseCatalog.Find(unsent.Cause).Text} ({unsent.Cause})"),
            EditOutcome.Refused refused => ApiProblems.Conflict(Word(refused.State), refused.Why, "moved_on"),
            EditOutcome.MayHaveBeenReceived received => ApiProblems.Conflict(
                Word(received.State), $"{received.Why} Say \"evenIfReceived\": true to send the edited call nevertheless.", "may_have_been_received"),
            _ => Missing(id),
        };
    }

    private static string Word(DeliveryState state) => state.ToString().ToLowerInvariant();

    /// <summary>The reason is written down before anything is shown.</summary>
    private static async Task<Results<Ok<DeliveryDetailShape>, ProblemHttpResult>> UnmaskAsync(
        string id, UnmaskWish wish, HttpContext http, DeliveryUnmasking unmasking, DeliveryQueries queries, DeliveryEdits edits, ConnectionDirectory directory, CancellationToken ct)
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
            UnmaskOutcome.Shown shown => TypedResults.Ok(DeliveryDetailShape.Of(shown.Detail, directory, await edits.OpenAsync(shown.Detail, ct))),
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
            var state = outcome.State is { } now ? Word(now) : "gone";
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
