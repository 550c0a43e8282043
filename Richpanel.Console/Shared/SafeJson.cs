using System.Text;
using System.Text.Json;
using Richpanel.Core.Json;

namespace Richpanel.Console.Shared;

/// <summary>JSON for showing.</summary>
public static class SafeJson
{
    /// <summary>The value, or null when the bytes are not JSON.</summary>
    public static JsonTree? Read(ReadOnlyMemory<byte>? utf8)
    {
        if (utf8 is not { Length: > 0 } bytes)
        {
            return null;
        }

        try
        {
            return JsonTreeReader.Read(bytes.Span).Tree;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;   // shown as text instead
        }
    }

    public static JsonTree? Read(string? json) => json is null ? null : Read(Encoding.UTF8.GetBytes(json));
}
