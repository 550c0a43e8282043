using System.Security.Cryptography;
using System.Text;
using Richpanel.Core.Connections;
using Richpanel.Core.Json;

namespace Richpanel.Core.Wire;

/// <summary>The body of one request, ready to post.</summary>
/// <param name="Path">Appended to the base address: <c>/t</c> or <c>/bt</c>.</param>
public sealed record EnvelopeBody(string Path, byte[] Body, bool Signed);

/// <summary>Wraps calls as richpanel.md section 2 says: canonical JSON, Base64, digest of Base64 and secret.</summary>
public static class RichpanelEnvelope
{
    /// <summary>Stands where a signature would, wherever an envelope is only shown.</summary>
    public const string SignaturePlaceholder = "{{SIGNATURE}}";

    /// <summary>One call to <c>/t</c>; without a secret it goes out unsigned, as the browser script sends it.</summary>
    public static EnvelopeBody Single(RichpanelCall call, string apiKey, string? secret, SignatureHash hash, DateTimeOffset sentAt)
    {
        var payload = Encode(Complete(call, apiKey, sentAt));
        return Single(payload, secret is null ? null : Sign(payload, secret, hash));
    }

    /// <summary>Several calls to <c>/bt</c>, which is never sent unsigned.</summary>
    public static EnvelopeBody Batch(
        IReadOnlyList<RichpanelCall> calls, string apiKey, string secret, SignatureHash hash, DateTimeOffset sentAt)
    {
        var payload = EncodeBatch(calls, apiKey, sentAt);
        return Batch(payload, Sign(payload, secret, hash));
    }

    /// <summary>What <see cref="Single(RichpanelCall, string, string?, SignatureHash, DateTimeOffset)"/> would send, made without the secret.</summary>
    public static EnvelopeBody PreviewSingle(RichpanelCall call, string apiKey, bool signed, DateTimeOffset sentAt) =>
        Single(Encode(Complete(call, apiKey, sentAt)), signed ? SignaturePlaceholder : null);

    /// <summary>What <see cref="Batch(IReadOnlyList{RichpanelCall}, string, string, SignatureHash, DateTimeOffset)"/> would send, made without the secret.</summary>
    public static EnvelopeBody PreviewBatch(IReadOnlyList<RichpanelCall> calls, string apiKey, DateTimeOffset sentAt) =>
        Batch(EncodeBatch(calls, apiKey, sentAt), SignaturePlaceholder);

    /// <summary>The call with what exists only inside one send: <c>appClientId</c> and <c>time.sentAt</c>. Top-level keys in ordinal order.</summary>
    public static JsonTree.Map Complete(RichpanelCall call, string apiKey, DateTimeOffset sentAt)
    {
        var members = call.Content.Members
            .Where(member => member.Key is not ("appClientId" or "time"))
            .Append(KeyValuePair.Create<string, JsonTree>("appClientId", new JsonTree.Text(apiKey)))
            .Append(KeyValuePair.Create<string, JsonTree>("time", TimeOf(call, sentAt)));
        return Sorted(members);
    }

    /// <summary>Base64 of the UTF-8 JSON: standard alphabet, padded, no line breaks.</summary>
    public static string Encode(JsonTree.Map call) => Convert.ToBase64String(JsonTreeWriter.WriteBytes(call));

    /// <summary>Lower-case hex of the plain digest of payload and secret, one after the other; no HMAC.</summary>
    public static string Sign(string payload, string secret, SignatureHash hash)
    {
        var bytes = Encoding.UTF8.GetBytes(payload + secret);
        return Convert.ToHexStringLower(hash == SignatureHash.Md5 ? Md5(bytes) : SHA256.HashData(bytes));
    }

    private static EnvelopeBody Single(string payload, string? signature) => signature is null
        ? new EnvelopeBody("/t", Body(("h", payload)), Signed: false)
        : new EnvelopeBody("/t", Body(("h", payload), ("s", signature), ("event_type", "track")), Signed: true);

    private static EnvelopeBody Batch(string payload, string signature) =>
        new("/bt", Body(("hs", payload), ("s", signature), ("event_type", "send_batch")), Signed: true);

    private static string EncodeBatch(IReadOnlyList<RichpanelCall> calls, string apiKey, DateTimeOffset sentAt)
    {
        var first = calls[0].Content;
        var events = new JsonTree.List([.. calls.Select(call => Complete(call, apiKey, sentAt))]);
        var batch = new List<KeyValuePair<string, JsonTree>>
        {
            KeyValuePair.Create<string, JsonTree>("appClientId", new JsonTree.Text(apiKey)),
            KeyValuePair.Create<string, JsonTree>("event", new JsonTree.Text("send_batch")),
            KeyValuePair.Create<string, JsonTree>("events", events),
        };
        batch.AddRange(first.Members.Where(member => member.Key is "platform" or "version"));
        return Encode(Sorted(batch));
    }

    private static JsonTree.Map TimeOf(RichpanelCall call, DateTimeOffset sentAt)
    {
        var kept = call.Content["time"] is JsonTree.Map time ? time.Members.Where(member => member.Key != "sentAt") : [];
        var now = new JsonTree.Number(sentAt.ToUnixTimeMilliseconds().ToString(System.Globalization.CultureInfo.InvariantCulture));
        return new JsonTree.Map([.. kept, KeyValuePair.Create<string, JsonTree>("sentAt", now)]);
    }

    private static JsonTree.Map Sorted(IEnumerable<KeyValuePair<string, JsonTree>> members) =>
        new([.. members.OrderBy(member => member.Key, StringComparer.Ordinal)]);

    private static byte[] Body(params (string Key, string Value)[] members) => JsonTreeWriter.WriteBytes(
        new JsonTree.Map([.. members.Select(member => KeyValuePair.Create<string, JsonTree>(member.Key, new JsonTree.Text(member.Value)))]));

    // Richpanel's WooCommerce plugin signs with MD5; it is an option because Richpanel asks for it, not a choice of ours.
#pragma warning disable CA5351
    private static byte[] Md5(byte[] bytes) => MD5.HashData(bytes);
#pragma warning restore CA5351
}
