namespace Richpanel.Core.Sandbox;

/// <summary>The headers of a request as text, one a line, without what opens something. Pure.</summary>
public static class SandboxHeaders
{
    public const string Hidden = "(hidden)";

    private const int Most = 16 * 1024;

    private static readonly string[] s_secret = ["authorization", "cookie", "secret", "token", "password", "settings", "signature", "key"];

    public static string Text(IEnumerable<KeyValuePair<string, string>> headers)
    {
        var text = string.Join('\n', headers.Select(header => $"{header.Key}: {(IsSecret(header.Key) ? Hidden : header.Value.ReplaceLineEndings(" "))}"));
        return text.Length <= Most ? text : text[..Most];
    }

    /// <summary>Name and value of each line.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> Read(string? text) =>
    [
        .. (text ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(": ", 2)).Select(pair => new KeyValuePair<string, string>(pair[0], pair.Length > 1 ? pair[1] : "")),
    ];

    private static bool IsSecret(string name) => Array.Exists(s_secret, word => name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
