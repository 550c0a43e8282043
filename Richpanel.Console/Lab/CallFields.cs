using Richpanel.Core.Json;

namespace Richpanel.Console.Lab;

/// <summary>A field that the form shows beside the JSON.</summary>
/// <param name="Keys">Where it stands in the call, from the top.</param>
/// <param name="IsNumber">Written without quotation marks when it can be.</param>
public sealed record CallField(string Id, string Label, IReadOnlyList<string> Keys, bool IsNumber = false);

/// <summary>The fields most calls are about, read from the text and written back into it without touching the rest. Pure.</summary>
public static class CallFields
{
    public static IReadOnlyList<string> Types { get; } = ["identify", "page", "track", "group", "screen", "alias"];

    /// <summary>Those that fit a call of this type; where e-mail and session id stand depends on it.</summary>
    public static IReadOnlyList<CallField> Of(string? type)
    {
        var bag = type is "identify" or "group" ? "traits" : "properties";
        List<CallField> fields =
        [
            new("user", "userId", ["userId"]), new("anonymous", "anonymousId", ["anonymousId"]), new("message", "messageId", ["messageId"]), new("time", "timestamp", ["timestamp"]),
        ];
        switch (type)
        {
            case "identify":
                fields.InsertRange(0, [new("email", "E-mail", [bag, "email"])]);
                fields.AddRange([new("first", "First name", [bag, "firstName"]), new("last", "Last name", [bag, "lastName"]), new("session", "Session id", [bag, "richpanel_session_id"])]);
                break;
            case "page" or "screen":
                fields.InsertRange(0, [new("name", "Name", ["name"]), new("email", "E-mail", ["context", "traits", "email"])]);
                fields.AddRange([new("url", "Address of the page", [bag, "url"]), new("session", "Session id", [bag, "richpanel_session_id"])]);
                break;
            case "group":
                fields.InsertRange(0, [new("group", "groupId", ["groupId"])]);
                break;
            case "alias":
                fields.InsertRange(0, [new("previous", "previousId", ["previousId"])]);
                break;
            default:
                fields.InsertRange(0, [new("event", "Event", ["event"]), new("email", "E-mail", ["context", "traits", "email"])]);
                fields.AddRange(
                [
                    new("order", "Order id", [bag, "order_id"]), new("status", "Order status", [bag, "order_status"]), new("total", "Total", [bag, "total"], IsNumber: true),
                    new("currency", "Currency", [bag, "currency"]), new("session", "Session id", [bag, "richpanel_session_id"]),
                ]);
                break;
        }

        return fields;
    }

    /// <summary>What stands there, as a person types it; empty when there is nothing. Null: an object or a list stands there.</summary>
    public static string? Read(JsonTree? call, CallField field)
    {
        foreach (var key in field.Keys)
        {
            call = (call as JsonTree.Map)?[key];
        }

        return call switch
        {
            null or JsonTree.Null => "",
            JsonTree.Text text => text.Value,
            JsonTree.Number number => number.Digits,
            JsonTree.Flag flag => flag.Value ? "true" : "false",
            _ => null,
        };
    }

    /// <summary>The text with the field set; emptied, it is taken away. Null when it cannot stand there.</summary>
    public static string? Write(string text, CallField field, string value) => JsonText.Set(
        text, field.Keys, value.Length == 0 ? null : field.IsNumber && JsonFaultless(value) ? value.Trim() : JsonText.Quote(value));

    /// <summary>It is a JSON number as it stands.</summary>
    private static bool JsonFaultless(string value) =>
        JsonPlaces.Of(value.Trim()) is not null && value.Trim()[0] is '-' or (>= '0' and <= '9');
}
