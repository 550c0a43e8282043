using Richpanel.Core.Deliveries.Query;

namespace Richpanel.Console.Deliveries.Log;

/// <summary>
/// Addresses with a parameter for each filter, such as links of other pages and of chats have: <c>?state=failed&amp;code=5xx</c>. Read as a
/// query, so that none of them stops working. Pure.
/// </summary>
public static class OldAddress
{
    /// <summary>Its parameters, and the key that each became.</summary>
    public static IReadOnlyDictionary<string, LogKey> Parameters { get; } = new Dictionary<string, LogKey>(StringComparer.OrdinalIgnoreCase)
    {
        ["state"] = LogKey.State,
        ["type"] = LogKey.Type,
        ["event"] = LogKey.Event,
        ["user"] = LogKey.User,
        ["email"] = LogKey.Email,
        ["order"] = LogKey.Order,
        ["messageId"] = LogKey.Message,
        ["connection"] = LogKey.Connection,
        ["origin"] = LogKey.Origin,
        ["code"] = LogKey.Code,
        ["cause"] = LogKey.Cause,
        ["since"] = LogKey.Since,
        ["until"] = LogKey.Until,
    };

    /// <summary>The text of the query; null when no such parameter stands there.</summary>
    /// <param name="given">Parameters of the address.</param>
    /// <param name="nameOf">Name of a connection by its public id; null when there is none.</param>
    public static string? Query(IEnumerable<(string Name, string Value)> given, Func<string, string?> nameOf)
    {
        var terms = new List<string>();
        foreach (var (name, value) in given)
        {
            if (Parameters.TryGetValue(name, out var key) && value.Trim() is { Length: > 0 } text)
            {
                text = key == LogKey.Connection ? nameOf(text) ?? text : text;
                key = key == LogKey.Code && !LogQuery.Parse(new LogTerm(key, text).ToString()).IsGood ? LogKey.Cause : key;
                terms.Add(new LogTerm(key, text).ToString());
                if (key == LogKey.State && text.Equals("waiting", StringComparison.OrdinalIgnoreCase))
                {
                    terms.Add($"-state:{LogKeys.Held}");   // such links count what is held apart
                }
            }
        }

        return terms.Count == 0 ? null : string.Join(' ', terms);
    }
}
