using System.Text.Json;

namespace Richpanel.Console.Receiver;

/// <summary>The settings document analytics.js asks for before it sends anything: send to us, and load nothing else.</summary>
internal static class BrowserSettings
{
    public static async Task WriteAsync(HttpContext context, string writeKey)
    {
        var request = context.Request;
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("integrations");
            writer.WriteStartObject("Segment.io");
            writer.WriteString("apiKey", writeKey);
            writer.WriteString("apiHost", $"{request.Host}{request.PathBase}/v1");

            // What the page came by, also through a known proxy that ends TLS: told http, a page on https could send nothing.
            writer.WriteString("protocol", request.Scheme);
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        var response = context.Response;
        response.ContentType = "application/json";
        response.Headers.CacheControl = "no-store";   // it repeats the Host that was asked
        response.Headers.XContentTypeOptions = "nosniff";
        response.ContentLength = json.Length;
        await response.BodyWriter.WriteAsync(json.GetBuffer().AsMemory(0, (int)json.Length));
    }
}
