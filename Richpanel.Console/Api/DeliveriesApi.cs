using System.Text;
using Richpanel.Core;
using Richpanel.Core.Causes;
using Richpanel.Core.Connections;
using Richpanel.Core.Deliveries;
using Richpanel.Core.Receiving;
using Richpanel.Core.Segment;

namespace Richpanel.Console.Api;

/// <summary>What a list of deliveries is narrowed to; every member is optional.</summary>
internal sealed record DeliveryQuery(
    string? State, string? Type, string? Event, string? User, string? Email, string? Order, string? MessageId, string? Connection,
    string? Origin, string? Code, DateTimeOffset? Since, DateTimeOffset? Until, int? Limit, string? Cursor);

/// <summary><c>/deliveries</c>: the same queries as the pages.</summary>
internal static class DeliveriesApi
{
    private const int MostRows = 200;

    public static void MapDeliveries(this RouteGroupBuilder api)
    {
        api.MapGet("deliveries", (HttpContext http, [AsParameters] DeliveryQuery query, DeliveryQueries deliveries, ConnectionDirectory directory, CancellationToken ct) => SearchAsync(http, query, deliveries, directory, ct));
        api.MapPost("deliveries/search", SearchAsync);
        api.MapGet("deliveries/{id}", DetailAsync);
    }

    private static async Task<IResult> SearchAsync(HttpContext http, DeliveryQuery query, DeliveryQueries deliveries, ConnectionDirectory directory, CancellationToken ct)
    {
        var connection = query.Connection is { } name ? ConnectionsApi.Find(directory, http, name) : null;
        if (query.Connection is not null && connection is null)
        {
            return ConnectionsApi.Unknown(query.Connection);
        }

        if (connection is null && TokenScope.Of(http).IsLimited)
        {
            return Results.Problem("The token is limited to some connections: name one with 'connection'.", statusCode: StatusCodes.Status400BadRequest, title: "Name a connection");
        }

        var held = string.Equals(query.State, "held", StringComparison.OrdinalIgnoreCase);
        if (!TryRead<DeliveryState>(held ? "waiting" : query.State, out var state) || !TryRead<SegmentCallType>(query.Type, out var type) || !TryRead<Origin>(query.Origin, out var origin))
        {
            return Results.Problem(
                $"'state' is one of {Names<DeliveryState>()}, held; 'type' one of {Names<SegmentCallType>()}; 'origin' one of {Names<Origin>()}.",
                statusCode: StatusCodes.Status400BadRequest, title: "Unknown value");
        }

        var page = await deliveries.PageAsync(
            new DeliveryFilter
            {
                State = state,
                Held = held ? true : null,
                Type = type,
                Event = query.Event,
                User = query.User,
                Email = query.Email,
                Order = query.Order,
                MessageId = query.MessageId,
                ConnectionId = connection?.Id,
                Origin = origin,
                Code = query.Code,
                Since = query.Since,
                Until = query.Until,
            },
            query.Cursor, Math.Clamp(query.Limit ?? 50, 1, MostRows), ct);
        return Results.Ok(new { items = page.Items.Select(row => View(row, directory)), page.NextCursor });
    }

    private static async Task<IResult> DetailAsync(string id, HttpContext http, DeliveryQueries deliveries, ConnectionDirectory directory, CancellationToken ct)
    {
        var found = PublicId.Parse(id, "dlv") is { } key ? await deliveries.FindAsync(key, ct) : null;
        if (found is null || (directory.Find(found.Row.ConnectionId) is { } connection && !TokenScope.Of(http).Covers(connection)))
        {
            return Results.Problem($"There is no delivery '{id}', or the token may not see it.", statusCode: StatusCodes.Status404NotFound, title: "No such delivery");
        }

        return Results.Ok(new
        {
            delivery = View(found.Row, directory),
            call = found.Call is { } call ? Encoding.UTF8.GetString(call.Span) : null,
            attempts = found.Attempts.Select(one => new
            {
                one.Attempt.Number,
                one.Attempt.Trigger,
                one.Attempt.Outcome,
                one.Attempt.Cause,
                one.Attempt.MayRepeat,
                one.Attempt.StartedAt,
                one.Attempt.NextDueAt,
                one.Exchange?.Url,
                one.Exchange?.StatusCode,
                one.Exchange?.TotalMs,
                sent = one.Sent?.Content,
            }),
        });
    }

    private static object View(DeliveryRow row, ConnectionDirectory directory) => new
    {
        id = PublicId.Delivery(row.Id),
        connection = directory.Find(row.ConnectionId)?.Name,
        row.Origin,
        row.State,
        row.Held,
        stage = row.Stage is FailureStage.None ? (FailureStage?)null : row.Stage,
        row.Type,
        @event = row.EventName,
        row.MessageId,
        row.UserId,
        row.AnonymousId,
        row.Email,
        row.OrderId,
        row.ReceivedAt,
        row.DueAt,
        row.AttemptCount,
        row.Cause,
        causeText = row.Cause is { } code ? CauseCatalog.Find(code).Text : null,
        row.StatusCode,
        row.LastAttemptAt,
        mayRepeat = row.Marks.HasFlag(DeliveryMarks.MayHaveGoneOut),
        duplicateOf = row.DuplicateOf is { } first ? PublicId.Delivery(first) : null,
    };

    private static bool TryRead<T>(string? text, out T? value)
        where T : struct, Enum
    {
        value = null;
        if (text is null)
        {
            return true;
        }

        if (!Enum.TryParse<T>(text, ignoreCase: true, out var read) || !Enum.IsDefined(read) || char.IsAsciiDigit(text[0]))
        {
            return false;
        }

        value = read;
        return true;
    }

    private static string Names<T>()
        where T : struct, Enum => string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()));
}
