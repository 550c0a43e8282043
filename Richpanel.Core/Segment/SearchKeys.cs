using Richpanel.Core.Json;

namespace Richpanel.Core.Segment;

/// <summary>What a person will search a delivery by. Keys only; what is sent is the mapper's business.</summary>
internal static class SearchKeys
{
    /// <summary>The e-mail the call carries as such, never one guessed from an id.</summary>
    public static string? Email(SegmentCallType type, JsonTree.Map traits, JsonTree.Map properties, JsonTree.Map context)
    {
        var inContext = context["traits"] is JsonTree.Map known ? Text(known, "email") : null;
        return type == SegmentCallType.Identify ? Text(traits, "email") ?? inContext : inContext ?? Text(properties, "email");
    }

    /// <summary><c>order_id</c> in any spelling; <c>id</c> only where the event speaks of an order.</summary>
    public static string? OrderId(JsonTree.Map properties, string? eventName) =>
        Text(properties, "orderid")
        ?? (eventName?.Contains("order", StringComparison.OrdinalIgnoreCase) == true ? Text(properties, "id") : null);

    public static string? SessionId(JsonTree.Map properties, JsonTree.Map traits, JsonTree.Map context) =>
        Text(properties, "richpanelsessionid") ?? Text(traits, "richpanelsessionid") ?? Text(context, "richpanelsessionid")
        ?? (context["traits"] is JsonTree.Map known ? Text(known, "richpanelsessionid") : null);

    private static string? Text(JsonTree.Map map, string plainKey)
    {
        foreach (var (key, value) in map.Members)
        {
            if (IsSpelled(key, plainKey))
            {
                switch (value)
                {
                    case JsonTree.Text text when !string.IsNullOrWhiteSpace(text.Value):
                        return text.Value;
                    case JsonTree.Number number:
                        return number.Digits;
                }
            }
        }

        return null;
    }

    /// <summary>Letters and digits only, whatever the case: <c>order_id</c>, <c>orderId</c> and <c>Order ID</c> are one key.</summary>
    private static bool IsSpelled(string key, string plain)
    {
        var at = 0;
        foreach (var c in key)
        {
            if (!char.IsAsciiLetterOrDigit(c))
            {
                continue;
            }

            if (at == plain.Length || char.ToLowerInvariant(c) != plain[at])
            {
                return false;
            }

            at++;
        }

        return at == plain.Length;
    }
}
