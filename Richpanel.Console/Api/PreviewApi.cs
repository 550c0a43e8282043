using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Richpanel.Core;
using Richpanel.Core.Access;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Preview;
using Richpanel.Core.Privacy;

namespace Richpanel.Console.Api;

/// <summary>A Segment call and the connection it is for.</summary>
public sealed record CallWish(string? Connection, JsonElement Call);

/// <summary>What became of a call sent by hand: its delivery, with the outcome if there was one in time.</summary>
public sealed record SendShape(DeliveryShape Delivery, bool Ended);

internal static class PreviewApi
{
    private const int DefaultWaitSeconds = 30;

    private const int MostWaitSeconds = 120;

    public static void MapPreview(this RouteGroupBuilder api)
    {
        api.MapPost("/preview", Preview).WithTags("Lab").RequireAuthorization(nameof(Permission.Read));
        api.MapPost("/send", SendAsync).WithTags("Lab").RequireAuthorization(nameof(Permission.UseSandbox));
    }

    private static Results<Ok<PreviewShape>, ProblemHttpResult> Preview(CallWish wish, HttpContext http, ConnectionDirectory directory, TimeProvider time)
    {
        if (Fault(wish, http, directory, out var connection) is { } fault)
        {
            return fault;
        }

        var now = time.GetUtcNow();
        return TypedResults.Ok(PreviewShape.Of(CallPreview.Of(Bytes(wish), connection!, CallPreview.TypedNow(now), now)));
    }

    /// <summary>Waits for the outcome, 30 s unless <c>?wait=</c> says otherwise; what takes longer is answered 202 and goes on.</summary>
    private static async Task<Results<Ok<SendShape>, Accepted<SendShape>, ProblemHttpResult>> SendAsync(
        CallWish wish, int? wait, HttpContext http, ConnectionDirectory directory, LabSender lab, DeliveryQueries queries, CancellationToken ct)
    {
        if (Fault(wish, http, directory, out var connection) is { } fault)
        {
            return fault;
        }

        var by = Caller.Of(http);
        if (ConnectionRights.ToSend(connection!) is var needs && !by.May(needs))
        {
            return ApiProblems.Forbidden($"The token's role may not send to {connection!.Name}. Use a token of role {Rights.Word(Rights.LeastRole(needs))} or above.");
        }

        return await lab.SendAsync(by, connection!, Bytes(wish), Patience(wait), ct) switch
        {
            LabOutcome.Unreadable unreadable => ApiProblems.BadRequest($"call, {unreadable.Fault.Path}: {unreadable.Fault.Message}"),
            LabOutcome.Kept kept when await queries.FindAsync(Sight.Of(by), kept.Delivery.Id, ct) is { } detail => Sent(detail.Row, directory),
            LabOutcome.Kept or LabOutcome.Erased => ApiProblems.NotFound(Erased),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    internal const string Erased = "It was kept, and was erased with its customer before its outcome was known.";

    /// <summary>How long an answer may wait for the outcome.</summary>
    internal static TimeSpan Patience(int? waitSeconds) => TimeSpan.FromSeconds(Math.Clamp(waitSeconds ?? DefaultWaitSeconds, 1, MostWaitSeconds));

    /// <summary>200 with the outcome, 202 while there is none.</summary>
    internal static Results<Ok<SendShape>, Accepted<SendShape>, ProblemHttpResult> Sent(DeliveryRow row, ConnectionDirectory directory)
    {
        var shape = new SendShape(DeliveryShape.Of(row, directory), row.State is not (DeliveryState.Waiting or DeliveryState.Sending));
        return shape.Ended ? TypedResults.Ok(shape) : TypedResults.Accepted($"/api/v1/deliveries/{PublicId.Delivery(row.Id)}", shape);
    }

    private static ProblemHttpResult? Fault(CallWish wish, HttpContext http, ConnectionDirectory directory, out Connection? connection)
    {
        connection = null;
        if (wish.Connection is null)
        {
            return ApiProblems.BadRequest("connection: give the name or id of a connection.");
        }

        if (wish.Call.ValueKind == JsonValueKind.Undefined)
        {
            return ApiProblems.BadRequest("call: give the Segment call as a JSON object.");
        }

        connection = ApiAccess.Find(http, directory, wish.Connection);
        return connection is null ? ApiProblems.NotFound(ApiAccess.NoConnection(wish.Connection)) : null;
    }

    /// <summary>The call's own text, untouched: duplicate keys and long numbers included.</summary>
    private static byte[] Bytes(CallWish wish) => Encoding.UTF8.GetBytes(wish.Call.GetRawText());
}
