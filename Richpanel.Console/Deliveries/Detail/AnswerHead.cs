using System.Globalization;

namespace Richpanel.Console.Deliveries.Detail;

/// <summary>The head of an answer, for people: what steers retries comes first, and no key is readable. Pure.</summary>
public static class AnswerHead
{
    /// <summary>Headers whose value opens something for whoever holds it.</summary>
    private static readonly string[] s_secret = ["cookie", "authorization", "token", "secret", "api-key", "apikey", "signature", "password", "session"];

    /// <param name="lines">One <c>Name: value</c> a line, as they are kept.</param>
    public static IReadOnlyList<(string Name, string Value)> Of(string? lines) =>
    [
        .. (lines ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(':', 2))
            .Select(parts => (Name: parts[0].Trim(), Value: parts.Length > 1 ? parts[1].Trim() : ""))
            .Select(header => (header.Name, IsSecret(header.Name) && !IsLifted(header.Name) ? string.Create(CultureInfo.InvariantCulture, $"••• hidden, {header.Value.Length} characters") : header.Value))
            .OrderBy(header => IsLifted(header.Name) ? 0 : 1),
    ];

    /// <summary>It says when to come back, or how the other side names this request.</summary>
    public static bool IsLifted(string name) =>
        name.Equals("Retry-After", StringComparison.OrdinalIgnoreCase)
        || name.Contains("request-id", StringComparison.OrdinalIgnoreCase) || name.Contains("trace-id", StringComparison.OrdinalIgnoreCase) || name.Contains("correlation-id", StringComparison.OrdinalIgnoreCase)
        || name.Contains("ratelimit", StringComparison.OrdinalIgnoreCase) || name.Contains("rate-limit", StringComparison.OrdinalIgnoreCase);

    public static string? Find(string? lines, string name) =>
        Of(lines).FirstOrDefault(header => header.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static bool IsSecret(string name) => s_secret.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
