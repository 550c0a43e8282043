using System.Text;
using Richpanel.Core.Access;
using Richpanel.Core.ChangeLog;
using Richpanel.Core.Connections;
using Richpanel.Core.Segment;

namespace Richpanel.Core.Receiving;

/// <summary>A call that somebody has the product post to its own door. Not a record: it must not be printed.</summary>
public sealed class TestCall
{
    internal TestCall(string messageId, byte[] body, string writeKey, string? signature) => (MessageId, Body, WriteKey, Signature) = (messageId, body, writeKey, signature);

    public string MessageId { get; }

    public byte[] Body { get; }

    public string WriteKey { get; }

    /// <summary>Of <c>X-Signature</c>; null when the source asks for none.</summary>
    public string? Signature { get; }
}

/// <summary>
/// Makes the test call of a source. Only the sandbox gets it: for any other connection the call says itself that it is not for
/// Richpanel, so it is kept, skipped and never sent.
/// </summary>
public sealed class ReceiverTest(SourceStore sources, ConnectionDirectory directory, WebhookSecrets secrets, ChangeWriting log, TimeProvider time)
{
    public const string EventName = "Receiver Test";

    /// <exception cref="ForbiddenException">The actor may not send to the source's connection.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The key ring that sealed the write key is gone.</exception>
    public async Task<TestCall> MakeAsync(Actor by, Source source)
    {
        var connection = directory.Find(source.ConnectionId) ?? throw new InvalidOperationException("A source without a connection.");
        by.Demand(ConnectionRights.ToSend(connection), connection);
        var key = sources.RevealWriteKey(source);
        var messageId = $"receiver-test-{Guid.NewGuid():N}";
        var at = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", System.Globalization.CultureInfo.InvariantCulture);
        var notForRichpanel = connection.IsSandbox ? "" : "\"integrations\":{\"Richpanel\":false},";
        var body = Encoding.UTF8.GetBytes(
            $$"""{"type":"track","event":"{{EventName}}","messageId":"{{messageId}}","anonymousId":"receiver-test","timestamp":"{{at}}",{{notForRichpanel}}"properties":{"sent_by":"Richpanel Console"} }""");
        var signature = source is { RequiresSignature: true, ProtectedWebhookSecret: not null } && secrets.Open(source) is { } open ? WebhookSignature.Of(body, open.Current) : null;
        await log.WriteAsync(by, new Change(ChangeCatalog.ReceiverTested, PublicId.Source(source.Id), source.Name));
        return new TestCall(messageId, body, key, signature);
    }
}
