using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Richpanel.Core.Sandbox;

/// <summary>What the sandbox sends back for a step: what is played is also what is shown later. Pure.</summary>
/// <param name="Status">0 when the connection is cut before an answer.</param>
/// <param name="Body">Bytes that are really sent.</param>
/// <param name="CutAfter">The connection is cut after these bytes, although <c>Content-Length</c> promises more.</param>
public sealed record SandboxAnswer(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body, bool CutAfter)
{
    /// <summary>Promised by an answer that is cut in the middle.</summary>
    private const int PromisedBytes = 1000;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    public static SandboxAnswer Of(SandboxStep step) => step.Fault switch
    {
        SandboxFault.Reset => new(0, [], [], CutAfter: true),
        SandboxFault.Half => new(step.Status, HeadersOf(step, "application/json", ("Content-Length", PromisedBytes.ToString(CultureInfo.InvariantCulture))), "{\"half\":"u8.ToArray(), CutAfter: true),
        SandboxFault.Html => new(step.Status, HeadersOf(step, "text/html"), "<!doctype html><title>Sign in</title><p>This is not Richpanel."u8.ToArray(), CutAfter: false),
        SandboxFault.Garbage => new(step.Status, HeadersOf(step, "application/octet-stream"), [0xff, 0xfe, 0x00, 0x80, 0x1b], CutAfter: false),
        _ when step.Status is 204 or 205 or 304 => new(step.Status, HeadersOf(step, null), [], CutAfter: false),   // these have no body; the server would refuse to write one
        _ => new(step.Status, HeadersOf(step, "application/json"), Encoding.UTF8.GetBytes(step.Body ?? OwnBody(step.Status)), CutAfter: false),
    };

    /// <summary>A step as it is kept with a request.</summary>
    public static string Write(SandboxStep step) => JsonSerializer.Serialize(step, s_json);

    /// <summary>Null when there is none, or it is of another version.</summary>
    public static SandboxStep? Read(string? json)
    {
        try
        {
            return json is null ? null : JsonSerializer.Deserialize<SandboxStep>(json, s_json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string OwnBody(int status) =>
        status < 400 ? "{}" : string.Create(CultureInfo.InvariantCulture, $$"""{"message":"Answered {{status}} by the sandbox's scenario."}""");

    private static List<KeyValuePair<string, string>> HeadersOf(SandboxStep step, string? contentType, params ReadOnlySpan<(string Name, string Value)> more)
    {
        var headers = new List<KeyValuePair<string, string>>();
        if (contentType is not null && step.Headers?.Keys.Contains("Content-Type", StringComparer.OrdinalIgnoreCase) != true)
        {
            headers.Add(new("Content-Type", contentType));
        }

        if (step.RetryAfterSeconds is { } seconds)
        {
            headers.Add(new("Retry-After", seconds.ToString(CultureInfo.InvariantCulture)));
        }

        foreach (var (name, value) in more)
        {
            headers.Add(new(name, value));
        }

        headers.AddRange(step.Headers ?? new Dictionary<string, string>());
        return headers;
    }
}
