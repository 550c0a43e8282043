using Richpanel.Core.Json;

namespace Richpanel.Core.Wire;

/// <summary>
/// One Richpanel call as it is kept (richpanel.md section 3): without <c>appClientId</c>, <c>time.sentAt</c> and signature,
/// which exist only inside one send.
/// </summary>
public sealed record RichpanelCall(JsonTree.Map Content)
{
    public string? Event => Content["event"]?.AsText();

    public string? EventId => Content["eventId"]?.AsText();
}
