using Richpanel.Core.Json;

namespace Richpanel.Core.Sandbox;

/// <summary>One decoded call as Richpanel would read it.</summary>
/// <param name="At">When it happened; without a timestamp, when it came in.</param>
internal sealed record SandboxCall(
    SandboxRequest Request, JsonTree.Map Content, string Event, string? EventId, string? Uid, string? Did, string? Sid, JsonTree.Map User, DateTimeOffset At)
{
    public bool IsIdentify => Event == "identify";

    /// <summary>Whose session it belongs to: the customer's, else the device's; null when it names neither.</summary>
    public string? Owner => SandboxSession.OwnerOf(Uid, Did);

    public static SandboxCall Of(SandboxRequest request, JsonTree.Map call)
    {
        var user = call["userProperties"] as JsonTree.Map ?? JsonTree.Map.Empty;
        return new SandboxCall(
            request,
            call,
            call["event"]?.AsText() ?? "",
            call["eventId"]?.AsText(),
            user["uid"]?.AsText(),
            call["did"]?.AsText(),
            call["sid"]?.AsText(),
            user,
            SandboxContract.Milliseconds(call, "originalTimestamp") is { } ms ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : request.At);
    }
}
