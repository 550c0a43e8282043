using Richpanel.Core.Connections;

namespace Richpanel.Core.Deliveries.Log;

/// <summary>A column of the list and of an export.</summary>
/// <param name="Name">Stable, in addresses and in the first line of a CSV.</param>
/// <param name="Title">As people read it.</param>
/// <param name="IsPersonal">Masked for roles that may not see personal data.</param>
public sealed record LogColumn(string Name, string Title, bool IsPersonal = false)
{
    /// <summary>Text, number, time or null of a row.</summary>
    internal Func<LogRow, ConnectionDirectory, object?> Read { get; init; } = (_, _) => null;
}

public enum LogFormat
{
    Csv,
    Ndjson,
}

/// <summary>Every column a file can have.</summary>
internal static class LogColumns
{
    public static IReadOnlyList<LogColumn> All { get; } =
    [
        new("id", "Id") { Read = (row, _) => PublicId.Delivery(row.Row.Id) },
        new("received", "Received") { Read = (row, _) => row.Row.ReceivedAt },
        new("state", "State") { Read = (row, _) => row.Row.Held ? Query.LogKeys.Held : Word(row.Row.State) },
        new("type", "Type") { Read = (row, _) => Word(row.Row.Type) },
        new("event", "Event", true) { Read = (row, _) => row.Row.EventName },
        new("user", "User", true) { Read = (row, _) => row.Row.UserId },
        new("anonymous", "Anonymous", true) { Read = (row, _) => row.Row.AnonymousId },
        new("email", "E-mail", true) { Read = (row, _) => row.Row.Email },
        new("order", "Order", true) { Read = (row, _) => row.Row.OrderId },
        new("message", "Message id", true) { Read = (row, _) => row.Row.MessageId },
        new("connection", "Connection") { Read = (row, directory) => directory.Find(row.Row.ConnectionId)?.Name },
        new("origin", "Origin") { Read = (row, _) => Word(row.Row.Origin) },
        new("tries", "Tries") { Read = (row, _) => row.Row.AttemptCount },
        new("code", "Code") { Read = (row, _) => row.Row.StatusCode },
        new("cause", "Cause") { Read = (row, _) => row.Row.Cause },
        new("reason", "Reason", true) { Read = (row, _) => row.Reason },
        new("milliseconds", "Milliseconds") { Read = (row, _) => row.Milliseconds },
        new("lastTry", "Last try") { Read = (row, _) => row.Row.LastAttemptAt },
        new("nextTry", "Next try") { Read = (row, _) => row.Row.DueAt },
        new("duplicateOf", "Repeat of") { Read = (row, _) => row.Row.DuplicateOf is { } first ? PublicId.Delivery(first) : null },
    ];

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
