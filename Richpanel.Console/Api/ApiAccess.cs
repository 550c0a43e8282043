using Richpanel.Core;
using Richpanel.Core.Connections;

namespace Richpanel.Console.Api;

/// <summary>Finds connections as callers name them, and only those a token may touch.</summary>
internal static class ApiAccess
{
    public static IReadOnlyList<Connection> Visible(HttpContext context, ConnectionDirectory directory) =>
        [.. directory.Connections.Where(c => Caller.Of(context).MayTouch(c))];

    /// <summary>Deleted ones included: whose rows are in the log and the ledger.</summary>
    public static IReadOnlyList<Connection> VisibleWithDeleted(HttpContext context, ConnectionDirectory directory) =>
        [.. directory.AllConnections.Where(c => Caller.Of(context).MayTouch(c))];

    /// <summary>By public id (<c>con_…</c>), number or name; null when there is none or the token may not touch it.</summary>
    public static Connection? Find(HttpContext context, ConnectionDirectory directory, string nameOrId)
    {
        var id = PublicId.Parse(nameOrId, "con") ?? (long.TryParse(nameOrId, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null);
        var visible = Visible(context, directory);
        return visible.FirstOrDefault(c => string.Equals(c.Name, nameOrId, StringComparison.OrdinalIgnoreCase)) ?? visible.FirstOrDefault(c => c.Id == id);
    }

    public static bool MayTouch(HttpContext context, ConnectionDirectory directory, long connectionId) =>
        directory.Find(connectionId) is { } connection && Caller.Of(context).MayTouch(connection);

    public static string NoConnection(string nameOrId) => $"There is no connection '{nameOrId}' that this token may touch. GET /api/v1/connections lists them.";
}
