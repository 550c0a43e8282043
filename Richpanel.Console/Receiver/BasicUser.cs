using System.Text;

namespace Richpanel.Console.Receiver;

/// <summary>The user name of a Basic header; senders put their key there, some without the colon (segment.md 1.2).</summary>
internal static class BasicUser
{
    private const string Scheme = "Basic ";
    private const int LongestHeader = 1024;

    /// <summary>The user name; null when there is no readable Basic header, or the name is empty.</summary>
    public static string? Of(HttpRequest request)
    {
        string? header = request.Headers.Authorization;
        if (header is null || header.Length > LongestHeader || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[LongestHeader];
        if (!Convert.TryFromBase64String(Padded(header[Scheme.Length..].Trim()), bytes, out var length))
        {
            return null;
        }

        var pair = bytes[..length];
        var colon = pair.IndexOf((byte)':');
        var user = colon < 0 ? pair : pair[..colon];
        return user.IsEmpty ? null : Encoding.UTF8.GetString(user);
    }

    private static string Padded(string base64) => base64.PadRight((base64.Length + 3) / 4 * 4, '=');
}
