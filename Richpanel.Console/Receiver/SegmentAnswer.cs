using System.Globalization;
using System.Text.Json;
using Richpanel.Core.Causes;

namespace Richpanel.Console.Receiver;

/// <summary>
/// The only answers a sender ever gets: exactly <c>200 {"success":true}</c>, or <c>success</c> false with <c>code</c>,
/// <c>message</c> and <c>error</c>. Real SDKs send again for ever on anything else (segment.md section 0).
/// </summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Cause">Why it was refused; null when it was kept.</param>
/// <param name="Path">JSON path or header the refusal is about; null when it is the whole request.</param>
/// <param name="Message">What is wrong and what to do, for the sender's log.</param>
/// <param name="RetryAfter">Whole seconds to wait before coming again; null when coming again is useless.</param>
internal sealed record SegmentAnswer(int Status, Cause? Cause, string? Path, string Message, int? RetryAfter = null)
{
    private static readonly byte[] s_success = "{\"success\":true}"u8.ToArray();

    public static SegmentAnswer Accepted { get; } = new(StatusCodes.Status200OK, null, null, "");

    public static SegmentAnswer Refused(int status, Cause cause, string? path = null, string? message = null, int? retryAfter = null) =>
        new(status, cause, path, message ?? $"{cause.Text} {cause.Remedy}", retryAfter);

    public async Task WriteAsync(HttpResponse response)
    {
        response.StatusCode = Status;
        response.ContentType = "application/json";
        if (RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (Cause is not null)
        {
            response.Headers.XContentTypeOptions = "nosniff";   // its message repeats some of what came
        }

        var body = Cause is null ? s_success : RefusalBody(Cause);
        response.ContentLength = body.Length;
        await response.BodyWriter.WriteAsync(body);
    }

    private byte[] RefusalBody(Cause cause)
    {
        var message = Path is null ? Message : $"{Path}: {Message}";
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteBoolean("success", false);
            writer.WriteString("code", cause.Code);
            writer.WriteString("message", message);
            writer.WriteString("error", message);
            writer.WriteEndObject();
        }

        return json.ToArray();
    }
}

/// <summary>Ends the handling of a request with a refusal.</summary>
internal sealed class RefusedException(SegmentAnswer answer) : Exception(answer.Message)
{
    public SegmentAnswer Answer { get; } = answer;

    /// <summary>Whose request it was, when that was already known.</summary>
    public Core.Connections.Source? Known { get; init; }
}
