using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Richpanel.Core.Connections;
using Richpanel.Core.Json;
using Richpanel.Core.Wire;

namespace Richpanel.Core.Sandbox;

/// <summary>One rule of Richpanel's contract and whether a request keeps it.</summary>
/// <param name="Rule">Stable code, for example <c>signature</c>.</param>
public sealed record ContractFinding(string Rule, bool Passed, string Text);

/// <summary>A request looked at from Richpanel's side.</summary>
/// <param name="Calls">The decoded calls; empty when the payload cannot be decoded.</param>
public sealed record ContractReport(IReadOnlyList<JsonTree.Map> Calls, IReadOnlyList<ContractFinding> Findings)
{
    public bool KeepsContract => Findings.All(finding => finding.Passed);

    public bool Passed(string rule) => Findings.Any(finding => finding.Rule == rule && finding.Passed);
}

/// <summary>What the receiving side knows of the connection.</summary>
public sealed record ContractKeys(string ApiKey, string? ApiSecret, SignatureHash Hash)
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => "ContractKeys";
}

/// <summary>Checks a request against richpanel.md sections 2 and 3. Pure. Written from the receiving side, so it shares no code with the sender but the digest.</summary>
public static class SandboxContract
{
    public static ContractReport Check(string path, string? contentType, ReadOnlySpan<byte> body, ContractKeys keys)
    {
        var findings = new List<ContractFinding>();
        void Rule(string rule, bool passed, string text) => findings.Add(new ContractFinding(rule, passed, text));

        Rule("content_type", contentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) == true, "Content-Type is application/json.");
        var isBatch = path.EndsWith("/bt", StringComparison.Ordinal);
        var envelope = Read(body);
        Rule("envelope", envelope is not null, "The body is a JSON object.");
        if (envelope is null)
        {
            return new ContractReport([], findings);
        }

        var payload = envelope[isBatch ? "hs" : "h"]?.AsText();
        Rule("payload", payload is not null, isBatch ? "'hs' holds the batch." : "'h' holds the call.");
        CheckSignature(envelope, payload ?? "", isBatch, keys, Rule);
        var call = Decode(payload, out var decoded);
        Rule("base64", decoded is not null, "The payload is Base64, padded, without line breaks.");
        Rule("json", call is not null, "Decoded, it is a JSON object.");
        if (call is null)
        {
            return new ContractReport([], findings);
        }

        Rule("ascii", !decoded.AsSpan().ContainsAnyExceptInRange((byte)0x20, (byte)0x7e), "Every character outside ASCII is escaped.");
        var names = call.Members.Select(member => member.Key).ToList();
        Rule("key_order", names.SequenceEqual(names.Order(StringComparer.Ordinal)), "Top-level keys are in ordinal order.");
        Rule("key", call["appClientId"]?.AsText() == keys.ApiKey, "appClientId is the connection's API Key.");
        var calls = isBatch ? Events(call, Rule) : [call];
        CheckCalls(calls, Rule);
        return new ContractReport(calls, findings);
    }

    private static void CheckSignature(
        JsonTree.Map envelope, string payload, bool isBatch, ContractKeys keys, Action<string, bool, string> rule)
    {
        var signature = envelope["s"]?.AsText();
        if (keys.ApiSecret is null)
        {
            rule("signature", !isBatch && signature is null, "Without a secret a single call goes out unsigned, and a batch not at all.");
            return;
        }

        var expected = RichpanelEnvelope.Sign(payload, keys.ApiSecret, keys.Hash);
        rule(
            "signature",
            signature is not null && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), Encoding.UTF8.GetBytes(expected)),
            "'s' is the lower-case hex digest of payload and secret.");
        rule("event_type", envelope["event_type"]?.AsText() == (isBatch ? "send_batch" : "track"), "event_type names the kind of request.");
    }

    private static List<JsonTree.Map> Events(JsonTree.Map batch, Action<string, bool, string> rule)
    {
        var events = (batch["events"] as JsonTree.List)?.Items.OfType<JsonTree.Map>().ToList() ?? [];
        rule("batch", batch["event"]?.AsText() == "send_batch" && events.Count is > 0 and <= 50, "A batch is named send_batch and lists 1 to 50 calls.");
        return events;
    }

    private static void CheckCalls(IReadOnlyList<JsonTree.Map> calls, Action<string, bool, string> rule)
    {
        rule("event", calls.All(call => call["event"] is JsonTree.Text { Value.Length: > 0 }), "Each call names its event.");
        rule("sent_at", calls.All(call => Milliseconds(call, "sentAt") is not null), "time.sentAt is Unix milliseconds.");
        rule("original_timestamp", calls.All(call => Milliseconds(call, "originalTimestamp") is not null), "time.originalTimestamp is Unix milliseconds.");
        rule(
            "somebody",
            calls.All(call => call["did"] is JsonTree.Text || (call["userProperties"] as JsonTree.Map)?["uid"] is JsonTree.Text),
            "Each call names a customer (uid) or a device (did).");
        rule(
            "identify_uid",
            calls.All(call => call["event"]?.AsText() != "identify" || call["userProperties"] is JsonTree.Map),
            "identify carries its data in userProperties.");
        rule(
            "activity_user",
            calls.All(call => call["event"]?.AsText() == "identify" || NamesOnly(call["userProperties"], "uid", "email")),
            "Any call but identify says at most uid and e-mail of its customer.");
        rule("session_id", calls.All(call => call["sid"] is null or JsonTree.Text { Value.Length: > 0 }), "sid is a text, or left out.");
    }

    private static bool NamesOnly(JsonTree? value, params ReadOnlySpan<string> names)
    {
        foreach (var (key, _) in (value as JsonTree.Map)?.Members ?? [])
        {
            if (!names.Contains(key))
            {
                return false;
            }
        }

        return true;
    }

    internal static long? Milliseconds(JsonTree.Map call, string member) =>
        (call["time"] as JsonTree.Map)?[member] is JsonTree.Number number
        && long.TryParse(number.Digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
        && value is > 100_000_000_000 and < 100_000_000_000_000
            ? value
            : null;

    private static JsonTree.Map? Decode(string? payload, out byte[]? decoded)
    {
        decoded = null;
        if (payload is null || payload.Any(char.IsWhiteSpace))
        {
            return null;
        }

        var buffer = new byte[payload.Length];
        if (!Convert.TryFromBase64String(payload, buffer, out var length))
        {
            return null;
        }

        decoded = buffer[..length];
        return Read(decoded);
    }

    private static JsonTree.Map? Read(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonTreeReader.Read(json).Tree as JsonTree.Map;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
