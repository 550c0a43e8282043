using Richpanel.Core;
using Richpanel.Core.Connections;

namespace Richpanel.Console.Api;

/// <summary><c>/connections</c> and <c>/sources</c>. A secret is told by its fingerprint, a write key not at all.</summary>
internal static class ConnectionsApi
{
    public static void MapConnections(this RouteGroupBuilder api)
    {
        api.MapGet("connections", (HttpContext http, ConnectionDirectory directory, TimeProvider time) =>
            Results.Ok(new { items = directory.Connections.Where(TokenScope.Of(http).Covers).Select(connection => View(connection, time.GetUtcNow())) }));
        api.MapGet("connections/{connection}", (string connection, HttpContext http, ConnectionDirectory directory, TimeProvider time) =>
            Find(directory, http, connection) is { } found ? Results.Ok(View(found, time.GetUtcNow())) : Unknown(connection));
        api.MapGet("sources", (HttpContext http, ConnectionDirectory directory) => Results.Ok(new
        {
            items = from source in directory.Sources
                    let connection = directory.Find(source.ConnectionId)
                    where connection is not null && TokenScope.Of(http).Covers(connection)
                    select new { id = source.PublicId, source.Name, connection = connection.Name, source.AllowedOrigins, source.Disabled, signed = source.ProtectedWebhookSecret is not null },
        }));
    }

    /// <summary>By name, by public id or by number; null when there is none or the token may not touch it.</summary>
    public static Connection? Find(ConnectionDirectory directory, HttpContext http, string nameOrId) =>
        directory.Connections.FirstOrDefault(connection =>
            (string.Equals(connection.Name, nameOrId, StringComparison.OrdinalIgnoreCase) || PublicId.Connection(connection.Id) == nameOrId)
            && TokenScope.Of(http).Covers(connection));

    public static IResult Unknown(string connection) =>
        Results.Problem($"There is no connection '{connection}', or the token may not touch it.", statusCode: StatusCodes.Status404NotFound, title: "No such connection");

    private static object View(Connection connection, DateTimeOffset now) => new
    {
        id = PublicId.Connection(connection.Id),
        connection.Name,
        connection.Environment,
        connection.BaseUrl,
        connection.ApiKey,
        connection.SecretFingerprint,
        connection.SecretSetAt,
        connection.SignatureHash,
        connection.Transport,
        connection.OrderFields,
        connection.CustomerId,
        connection.TranslateEvents,
        connection.Concurrency,
        connection.TimeoutSeconds,
        connection.Disabled,
        connection.Version,
        stopped = connection.IsStopped(now),
        connection.PausedAt,
        connection.PausedUntil,
        connection.HoldCause,
        connection.HoldSince,
        connection.HoldUntil,
    };
}
